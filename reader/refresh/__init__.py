"""From feeds to the cache: plans, jobs, and the process that runs them."""
