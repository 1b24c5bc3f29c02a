"""Incoming changes: refreshes, other programs, other machines."""
