"""The saved state of the last visit, and the places in the reader. No Textual."""
