"""The command line: one command a file, facade calls only."""
