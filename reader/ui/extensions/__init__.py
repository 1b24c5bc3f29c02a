"""What extensions add to the reader."""
