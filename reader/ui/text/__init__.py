"""Text for the screen, as lines of styled pieces."""
