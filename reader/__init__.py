"""dailypapers: the terminal reader for the daily papers feed."""

from __future__ import annotations

__version__ = "0.3.0"

SCHEMA = "0026"
"""The number of the cache's schema; a cache with a lower number is rebuilt, a cache with a higher number is refused."""


def describe_version() -> str:
    """The version and the number of the cache's schema."""
    return f"{__version__} (schema {SCHEMA})"
