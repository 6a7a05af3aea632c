"""The store room: one SQLite database behind :class:`tracker.store.database.Database`.

Reads go through :class:`tracker.store.reader.Reader` (plain SQL, so that a cold
search imports neither SQLAlchemy nor SQLModel); writes go through a SQLModel
session from :meth:`Database.write`.  Every query function takes either.
"""
