"""What a user gets when something is in the way: each mishap played for real, and what the program said and kept."""
