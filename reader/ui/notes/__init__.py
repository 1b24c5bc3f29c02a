"""The editor of notes, and the line of tags."""
