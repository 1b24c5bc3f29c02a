"""What suits the user: the scores of papers, and what they are made of."""
