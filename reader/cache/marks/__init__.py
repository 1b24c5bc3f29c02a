"""What the user did: the log of events, and the states derived from it."""
