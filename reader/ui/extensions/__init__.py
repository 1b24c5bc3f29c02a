"""What extensions add to the reader: keys, and rows of the filter pane."""
