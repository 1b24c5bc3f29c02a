"""The state of the reader: immutable values and their changes, and the model that holds the whole. No Textual."""
