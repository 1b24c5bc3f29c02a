"""The feed of arXiv: its API, announcements and categories."""
