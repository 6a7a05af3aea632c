"""Finding papers: the query language, search by words and by meaning, their fusion, and why a paper was found.

The room sees the library only through the ports of ``ports.py``.
"""
