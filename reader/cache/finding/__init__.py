"""Find papers that a text describes in words that need not all be theirs: an index beside the cache, and its ranking.

Vectors need numpy, which is an extra and takes 100 ms to import, so it is imported only where there are some.
"""
