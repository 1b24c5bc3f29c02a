"""What a group of people share of their marks, through a folder: a signed statement of each member."""
