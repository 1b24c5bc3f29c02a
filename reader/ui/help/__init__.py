"""Help and palette."""
