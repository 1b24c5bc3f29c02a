"""The list on the terminal before Textual is imported, drawn by the standard library from the cache."""
