"""Reads a journal by the standard library alone, as the manual describes its lines."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the journal."""

    id: str
    machine: str
    number: int
    clock: int
    kind: str
    value: str
    papers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal holds."""

    entries: Mapping[str, Line]
    broken: int
    """Lines that are torn or damaged."""
    size: int
    repeated: tuple[str, ...] = ()
    """Events that two lines tell of in different words."""


def read_journal(file: Path) -> Journal:
    """Read each line whose checksum is right; count the others."""
    data = file.read_bytes()
    entries: dict[str, Line] = {}
    broken = 0
    repeated: list[str] = []
    for text in data.split(b"\n"):
        if not text.strip():
            continue
        if is_owner(text):
            continue
        line = read_line(text)
        if line is None:
            broken += 1
            continue
        if entries.get(line.id, line) != line:
            repeated.append(f"the journal tells of event {line.id} in two ways")
        entries[line.id] = line
    return Journal(entries, broken, len(data), tuple(repeated))


def encode_line(fields: Mapping[str, object]) -> bytes:
    """A line of a journal with these fields."""
    body = json.dumps({"v": 1, **fields}, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    return body + b',"sum":"%08x"}\n' % zlib.crc32(body)


def is_owner(text: bytes) -> bool:
    """Whether a line says whose journal it is, as the first one does."""
    said, _, rest = text.rpartition(b',"sum"')
    return said.startswith(b'{"v":1,"owner":') and rest == b':"%08x"}' % zlib.crc32(said)


def read_line(text: bytes) -> Line | None:
    """The event of a line; None if it is not what was written."""
    said, mark, _ = text.rpartition(b',"sum"')
    if not mark:
        return None
    try:
        row = json.loads(text)
        papers = row.get("papers")
        if papers is None:
            ids = zlib.decompress(base64.b64decode(row["packed"])).decode()
            papers = ids.split("\n") if ids else []
        if f"{zlib.crc32(said):08x}" != row["sum"] or row["v"] != 1 or len(papers) != row["count"]:
            return None
        return Line(
            row["id"], row["machine"], row["number"], row["clock"], row["kind"], row["value"], frozenset(papers)
        )
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
