"""Views, and reading statistics."""
