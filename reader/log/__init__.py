"""The log of what the user did: `log.db`, a SQLite file of its own beside a cache that can be lost."""
