"""The query line."""
