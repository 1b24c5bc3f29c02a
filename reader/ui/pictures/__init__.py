"""Pictures of a paper."""
