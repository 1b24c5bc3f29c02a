"""Search: compiles a typed query to SQL, and reads its papers and their counts."""
