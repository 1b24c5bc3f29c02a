"""What the user follows."""
