"""A paper's page."""
