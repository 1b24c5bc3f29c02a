"""What all features share: keys, layout, background work."""
