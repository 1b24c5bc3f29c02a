"""Find papers that a text describes in words that need not all be theirs: an index beside the cache, and its ranking.

Vectors need numpy (100 ms to import), so they are imported only where there are some.
"""
