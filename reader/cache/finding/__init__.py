"""Find papers that a text describes in words that need not all be theirs: an index beside the cache, and its ranking.

All of it needs numpy (100 ms to import), so the rest of the program imports it only where such a search is asked for.
"""
