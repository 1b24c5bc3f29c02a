"""What can be done with a paper outside the reader: links, exports."""
