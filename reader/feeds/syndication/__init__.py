"""RSS and Atom feeds, and lists of them (OPML)."""
