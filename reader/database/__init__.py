"""What both databases share: connections, transactions, and SQLite's errors as sentences."""
