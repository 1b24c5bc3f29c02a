"""The full text of a paper."""
