"""Curated lists and feeds: one module per kind of source; they say what to ask and read what came, never fetch."""
