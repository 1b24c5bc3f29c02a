"""The types of settings, their tables, and the text of the TOML file that holds them."""
