"""dailypapers: the terminal reader for the daily papers feed."""

from __future__ import annotations

import re
from pathlib import Path

__version__ = "0.3.0"


def described() -> str:
    """The version, plus the newest known schema of the cache."""
    return f"{__version__} (schema {newest_schema()})"


def newest_schema() -> str:
    """The number of the newest migration, by their headings: a cache with a higher one is refused."""
    migrations = (Path(__file__).parent / "cache" / "migrations.sql").read_text("utf-8")
    return max(found[1] for found in re.finditer(r"^-- ([0-9]{4}): ", migrations, re.MULTILINE))
