"""A triage of unread papers."""
