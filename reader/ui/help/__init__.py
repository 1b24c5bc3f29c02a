"""Help and the palette."""
