"""Work in the background: queries, counts, refreshes, searches of the feed."""
