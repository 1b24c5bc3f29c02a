"""The HTTP client: limits, retries, rate limits, host locks and conditional requests."""
