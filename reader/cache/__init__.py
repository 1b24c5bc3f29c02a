"""The local SQLite cache: every write, and the hot reads."""
