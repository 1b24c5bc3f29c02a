"""HTTP with good manners: limits, retries, host locks."""
