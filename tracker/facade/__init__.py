"""The facade in parts: what :class:`tracker.service.Tracker` offers, a concern a file."""
