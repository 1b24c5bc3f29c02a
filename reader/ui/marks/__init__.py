"""Marks of papers."""
