"""The terminal: Textual's drivers made safe, job control, and how the reader leaves it."""
