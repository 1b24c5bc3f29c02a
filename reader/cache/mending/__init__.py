"""What is wrong with a cache, and its repair without losing a mark."""
