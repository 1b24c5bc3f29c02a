"""Commands that are typed into the reader: its command line, plain mode, and the processes that run commands."""
