"""The common parts of both databases: connections, transactions, small facts, and SQLite's errors as sentences."""
