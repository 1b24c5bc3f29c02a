"""The tables of the cache, and the indexes of words that SQLite keeps."""
