"""The filter pane."""
