"""Measurements: speed beside peers, quality of search and concepts, and what survives ``kill -9``."""
