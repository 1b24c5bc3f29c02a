"""Canonical topics: rules and fitted weights, matching and scoring of phrases, explanations."""
