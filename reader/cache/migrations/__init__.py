"""The cache's schema, step by numbered step."""
