"""The cache as a file: put aside, backed up, read page by page, and whose turn it is to change it."""
