"""Canonical topics: the rules, how phrases are matched and scored, and why a paper has a topic."""
