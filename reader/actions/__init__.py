"""Actions outside the reader: links, exports, clipboard, notifications, scheduling."""
