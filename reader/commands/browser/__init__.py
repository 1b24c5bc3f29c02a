"""The reader in a browser: Textual's server, and the guard before it. `commands/serve.py` starts them."""
