"""The query line, and the search of the feed."""
