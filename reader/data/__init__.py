"""Data files that ship with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics


def read_text(name: str) -> str:
    """The text of the shipped file `name`, such as `topics.toml`."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def read_bytes(name: str) -> bytes:
    """The bytes of the shipped file `name`."""
    return files(__name__).joinpath(name).read_bytes()


def shipped_topics() -> Topics:
    """The canonical topics with their fitted weights."""
    from reader.core.topics.scorer import Topics

    return Topics(read_text("topics.toml"), read_text("topic_weights.json"))
