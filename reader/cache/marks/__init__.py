"""The user's marks: actions are recorded in the log, and the cache derives columns from it."""
