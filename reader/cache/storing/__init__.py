"""How papers enter the cache, and how old ones leave it."""
