"""From a feed's bytes to drafts of papers."""
