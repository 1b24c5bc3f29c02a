"""Which papers a command is for, and what to say if there are none."""
