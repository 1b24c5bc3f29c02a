"""The table of actions and the keys they are bound to. No Textual."""
