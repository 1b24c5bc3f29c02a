"""The digest: what is in it, where it goes, and which machine mails it."""
