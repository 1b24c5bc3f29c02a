"""The common parts of both databases: connections, transactions, and SQLite's errors as sentences."""
