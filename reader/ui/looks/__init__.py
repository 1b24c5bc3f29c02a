"""What the reader looks like: themes, their colours, and the stylesheets."""
