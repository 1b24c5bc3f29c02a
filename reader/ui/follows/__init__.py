"""Authors, topics and queries that the user follows."""
