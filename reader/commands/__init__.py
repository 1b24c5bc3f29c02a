"""What the command line can do, a module for each kind of command; `reader.cli` chooses and runs them."""
