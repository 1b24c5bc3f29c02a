"""The command line: its words parsed, completed and explained, and the reader's own line."""
