"""Finds papers for a free text, which need not have all its words: an index beside the cache, and its ranking.

Vectors need numpy, an extra that takes 100 ms to import, so it is imported only if there are vectors.
"""
