"""dailypapers: the terminal reader for the daily papers feed."""

from __future__ import annotations

import re
from pathlib import Path

__version__ = "0.3.0"


def described() -> str:
    """The version, plus what differs between builds: the newest known schema, and the build."""
    return f"{__version__} (schema {newest_schema()}, build {build()})"


def newest_schema() -> str:
    """The number of the newest migration, by their headings: a cache with a higher one is refused."""
    migrations = (Path(__file__).parent / "cache" / "migrations.sql").read_text("utf-8")
    return max(found[1] for found in re.finditer(r"^-- ([0-9]{4}): ", migrations, re.MULTILINE))


def build() -> str:
    """A few characters that identify the build, even if the version is the same."""
    from hashlib import sha256

    digest = sha256()
    for file in sorted(Path(__file__).parent.rglob("*.*")):
        if file.suffix in (".py", ".sql", ".toml", ".json", ".md"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
