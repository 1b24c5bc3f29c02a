"""Actions outside the reader: links, exports, clipboard, the user's programs, scheduling."""
