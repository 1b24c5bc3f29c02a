"""Sites and formats of files that extensions read. They give records in our own JSON, cleaned as an import is.

Nothing of an extension asks the web: it says which addresses it understands, and gets what we fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from reader import installed
from reader.core.errors import FeedMalformed

Record = Mapping[str, Any]
"""A paper as `dailypapers list --json` prints it; of its keys, only `title` has to be there."""

RECORDS = 100_000
"""Records of one answer or file that are read."""

SECONDS = 60.0
"""How long a file may take to be read, which may be large."""

START = 4096
"""Bytes by which a format is recognised."""


@dataclass(frozen=True, slots=True)
class PaperSource:
    """A site whose papers an extension reads; `dailypapers feeds add ADDRESS` follows it as any feed."""

    title: str
    address: str
    """How the addresses that it understands begin: `https://example.org/papers`."""
    read: Callable[[bytes], Iterable[Record]]
    """The papers in an answer of the site. `guid` in a record identifies it within the source, `entry_url` is its page,
    and `announced` the day on which it was listed."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files that an extension reads, for `dailypapers import`."""

    name: str
    recognizes: Callable[[bytes], bool]
    """Whether a file is of this format, by its first bytes. It has to be sure: it is asked before our own formats."""
    read: Callable[[bytes], Iterable[Record]]
    """The papers of a file. A record may have the user's marks too: `starred`, `read`, `queued`, `tags`, `note`."""


def source_at(address: str) -> installed.Given[PaperSource] | None:
    """The source that understands an address."""
    for given in installed.given("sources", PaperSource):
        site = given.value.address
        if not urlsplit(site).netloc:
            installed.switch_off(given.entry, f"{site!r} is not the address of a site")
        elif address.startswith(site):
            return given
    return None


def format_of(start: bytes) -> installed.Given[FileFormat] | None:
    """The format of a file that begins so."""
    for given in installed.given("formats", FileFormat):
        if installed.ask(given.entry, given.value.recognizes, start[:START]):
            return given
    return None


def read_records(given: installed.Given[PaperSource] | installed.Given[FileFormat], body: bytes) -> list[Record]:
    """What a source or a format reads; raises FeedMalformed if its extension is switched off, which this may do."""

    def read() -> list[Record]:
        return [record for record in islice(given.value.read(body), RECORDS) if isinstance(record, Mapping)]

    found: list[Record] | None = installed.ask(given.entry, read, seconds=SECONDS)
    if found is None:
        raise FeedMalformed(f"The extension {given.entry.name} was switched off: {installed.why_off(given.entry)}.")
    return found
