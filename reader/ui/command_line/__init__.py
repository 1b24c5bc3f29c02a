"""The command line, the output of commands, and commands that run automatically."""
