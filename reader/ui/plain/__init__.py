"""Plain mode: the same state and keys, in lines of words for ears, slow lines and terminals without a screen."""
