"""Topics in the filter pane, and of a paper."""
