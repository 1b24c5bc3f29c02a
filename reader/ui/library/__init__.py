"""The interface's access to the cache: reads, marks, and the threads that do them."""
