"""arXiv: its API, announcements and categories."""
