"""Concepts: the catalogue of ideas, which papers are about them, the way to read towards one, and the labs."""
