"""Reads of the cache for panes and commands, in the standard sqlite3."""
