"""What settings may be: their types, their tables, and the text of the TOML file that has them."""
