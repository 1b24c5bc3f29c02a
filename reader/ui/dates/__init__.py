"""The prompt for a day, a week or a month."""
