"""Models that make vectors of texts: a server of the user's, or a static model in a folder, and the hub."""
