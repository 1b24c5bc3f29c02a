"""The user's marks: the log of events, and the states derived from it."""
