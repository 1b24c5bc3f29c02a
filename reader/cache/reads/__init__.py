"""What the panes and commands read from the cache, in the standard sqlite3."""
