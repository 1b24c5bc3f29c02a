"""Find papers that a text describes in words that need not all be theirs: an index beside the cache, its ranking, vectors.

Vectors need numpy (100 ms to import), so they are imported only where there are some.
"""
