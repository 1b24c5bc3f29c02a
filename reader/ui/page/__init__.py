"""A paper: the detail pane, its page, its links and files."""
