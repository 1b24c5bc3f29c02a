"""The table of actions and the keys that they are bound to. No Textual."""
