"""A digest as Markdown, plain text, a page for mail clients and a message, and how that is sent."""
