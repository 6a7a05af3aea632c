"""When to ask which source, and the entries that make an operating system do it.  Pure: no clock, no files."""
