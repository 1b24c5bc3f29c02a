"""Refreshing, and what other programs changed."""
