"""Papers in the plane: where each lies, which groups they form, and what those are called.  Pure; the caller stores."""
