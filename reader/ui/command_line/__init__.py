"""The reader's command line."""
