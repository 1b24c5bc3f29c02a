"""What several machines and people share: joining, settings, and what is to be said of it."""
