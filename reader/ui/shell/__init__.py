"""The common parts of all features: keys, layout, background work."""
