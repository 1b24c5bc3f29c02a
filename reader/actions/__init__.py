"""Actions outside the reader: links, exports and copied texts, a folder of notes, and the user's programs."""
