"""Data files that ship with the package."""

from __future__ import annotations

from importlib.resources import files


def read_text(name: str) -> str:
    """The text of the shipped file `name`, such as `topics.toml`."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
