"""Marks, the queue, and the traces of what is read."""
