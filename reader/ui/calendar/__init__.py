"""The calendar of days."""
