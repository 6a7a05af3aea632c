"""The library over HTTP: JSON for programs, feeds for readers.  Everything goes through the facade."""
