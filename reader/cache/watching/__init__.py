"""What the cache looks out for in new papers: rules, muted words, and whom to notify."""
