"""Finds papers for a free text, which need not have all its words: an index beside the cache, and its ranking."""
