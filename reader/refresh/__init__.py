"""Refreshing the cache from the feeds: plans, jobs, and the worker process that runs them."""
