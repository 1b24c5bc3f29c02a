"""Search: compile a typed query to SQL, and read its papers and their counts."""
