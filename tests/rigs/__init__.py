"""Rigs: programs that try the whole reader in ways that no test of a module does. `python -m tests.rigs` lists them."""
