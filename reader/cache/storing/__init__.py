"""How papers come into the cache, and how old ones leave it."""
