"""What a home holds at one moment, read by plain SQL from a copy of its cache.

Nothing of the program is imported here, so that what it gets wrong is not wrong here too.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.rigs.crash.journal import Journal, read_journal

STATES = {"read": "read", "star": "starred", "hide": "hidden"}
"""Kinds of mark, and the column of `paper` that holds the state."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the log."""

    id: str
    machine: str
    clock: int
    kind: str
    value: str
    papers: frozenset[str]
    order: tuple[str, ...]
    """The same, as the event lists them."""
    undone: bool
    applied: bool
    number: int | None = None

    @property
    def content(self) -> tuple[str, str, int, str, str, frozenset[str]]:
        """What never changes of an event."""
        return self.id, self.machine, self.clock, self.kind, self.value, self.papers


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a home holds at one moment."""

    schema: str
    entries: tuple[Entry, ...]
    """In their order: by clock, then id."""
    states: Mapping[str, frozenset[str]]
    """The kinds of mark that stand on each paper, by its id."""
    titles: Mapping[str, str]
    notes: Mapping[str, str]
    tags: Mapping[str, frozenset[str]]
    queue: tuple[str, ...]
    """The ids of the queued papers, in their order."""
    aliases: Mapping[str, str]
    """Earlier ids of papers, and the present ones."""
    journal: Journal | None
    """None where there is no file."""
    recorded_size: int | None
    """The size of the journal that the cache knows."""
    faults: tuple[str, ...]
    """What SQLite itself finds wrong."""
    texts: frozenset[str] = frozenset()
    """The papers whose full text is kept, as `text_of` names them."""
    pdfs: frozenset[str] = frozenset()
    """The papers whose PDF is there, as `pdf_of` names them."""
    flags: Mapping[str, int] = field(default_factory=dict)
    """The flags of papers that have any."""

    @property
    def held(self) -> frozenset[str]:
        """All papers, texts and PDFs that must not be lost."""
        return self.texts | self.pdfs | self.states.keys()


def text_of(id: str) -> str:
    """The name of the full text of a paper among what a step brings."""
    return f"text of {id}"


def pdf_of(id: str) -> str:
    """The name of the PDF of a paper among what a step brings."""
    return f"PDF of {id}"


def make_pdf(id: str) -> bytes:
    """The PDF of a paper, of a megabyte: a part of it is no whole one, nor is that of another paper."""
    return b"%PDF-1.5\n" + f"% {id}\n".encode() * 80_000 + b"%%EOF\n"


def read_home(cache: Path, *, deep: bool = True) -> Snapshot:
    """Read a copy of a cache and its journal, so that the program itself is the first to open what was left behind."""
    with TemporaryDirectory(prefix="crash-oracle-", dir=cache.parent.parent) as folder:
        copy = Path(folder) / cache.name
        for ending in ("", "-wal", "-journal"):
            file = cache.with_name(cache.name + ending)
            if file.exists():
                shutil.copyfile(file, copy.with_name(copy.name + ending))
        journal = cache.with_name(f"{cache.stem}.journal.jsonl")
        found = read_journal(journal) if journal.exists() else None
        with closing(sqlite3.connect(copy)) as connection:
            read = _read(connection, found, deep=deep)
    torn = [file.name for file in _pdf_files(cache) if file.read_bytes() != make_pdf(_id_of(file))]
    return replace(
        read,
        pdfs=frozenset(pdf_of(_id_of(file)) for file in _pdf_files(cache)),
        faults=(*read.faults, *(f"{name} is not the whole PDF" for name in torn)),
    )


def _pdf_files(cache: Path) -> list[Path]:
    """The PDFs under their final names; those that are not whole yet have others."""
    return sorted(file for file in (cache.parent / "pdfs").glob("*.pdf") if not file.name.startswith("."))


def _id_of(file: Path) -> str:
    return file.name.split(" ", 1)[0].removesuffix(".pdf").replace("_", "/")


def _read(connection: sqlite3.Connection, journal: Journal | None, *, deep: bool) -> Snapshot:
    rows = connection.execute("SELECT * FROM event ORDER BY clock, id")
    names = [column[0] for column in rows.description]
    papers = connection.execute("SELECT pk, id, title, read, starred, hidden FROM paper").fetchall()
    ids = {pk: id for pk, id, *_ in papers}
    tags: dict[str, set[str]] = {}
    for pk, tag in connection.execute("SELECT pk, tag FROM paper_tag"):
        tags.setdefault(ids.get(pk, "?"), set()).add(tag)
    queued = _rows_of(connection, "queue", "SELECT pk FROM queue ORDER BY place, pk")
    flags = _rows_of(connection, "paper_flags", "SELECT pk, flags FROM paper_flags")
    texts = _rows_of(connection, "full_text", "SELECT pk, body FROM full_text")
    assert all(json.loads(zlib.decompress(body)) for _, body in texts), "a text is empty"
    meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    return Snapshot(
        schema=connection.execute("SELECT version_num FROM alembic_version").fetchone()[0],
        entries=tuple(_entry(dict(zip(names, row, strict=True))) for row in rows),
        states={
            id: frozenset(kind for kind, on in zip(STATES, marks, strict=True) if on) for _, id, _, *marks in papers
        },
        titles={id: title for _, id, title, *_ in papers},
        notes={ids.get(pk, "?"): body for pk, body in connection.execute("SELECT pk, body FROM note")},
        tags={id: frozenset(some) for id, some in tags.items()},
        queue=tuple(ids.get(pk, "?") for (pk,) in queued),
        aliases={
            id: ids.get(pk, "?") for id, pk in connection.execute("SELECT id, pk FROM paper_alias") if id not in ids
        },
        journal=journal,
        recorded_size=int(meta["journal_size"]) if "journal_size" in meta else None,
        faults=tuple(_faults(connection, deep=deep)),
        texts=frozenset(text_of(ids.get(pk, "?")) for pk, _ in texts),
        flags={ids.get(pk, "?"): number for pk, number in flags},
    )


def _rows_of(connection: sqlite3.Connection, table: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a table that older schemas lack."""
    is_there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    return connection.execute(sql).fetchall() if is_there else []


def _entry(row: Mapping[str, object]) -> Entry:
    packed, number = row["papers"], row.get("number")
    assert isinstance(packed, bytes)
    ids = zlib.decompress(packed).decode()
    entry = Entry(
        id=str(row["id"]),
        machine=str(row["machine"]),
        clock=int(str(row["clock"])),
        kind=str(row["kind"]),
        value=str(row["value"]),
        papers=frozenset(ids.split("\n")) if ids else frozenset(),
        order=tuple(ids.split("\n")) if ids else (),
        undone=bool(row["undone"]),
        applied=bool(row["applied"]),
        number=None if number is None else int(str(number)),
    )
    assert len(entry.papers) == row["count"], (
        f"event {entry.id} counts {row['count']} papers, names {len(entry.papers)}"
    )
    return entry


def _faults(connection: sqlite3.Connection, *, deep: bool) -> Iterator[str]:
    # Since SQLite 3.44 this compares the full-text index too.
    check = "integrity_check" if deep else "quick_check"
    yield from (str(row[0]) for row in connection.execute(f"PRAGMA {check}") if row[0] != "ok")
    yield from (f"row {row[1]} of {row[0]} refers to nothing" for row in connection.execute("PRAGMA foreign_key_check"))
    for table, query in _WRONG:
        yield from (f"{query}: {row[0]}" for row in _rows_of(connection, table, query)[:3])


_WRONG = (
    ("day", "SELECT day.day FROM day WHERE papers <> (SELECT count(*) FROM listing WHERE listing.day = day.day)"),
    ("paper", "SELECT pk FROM paper WHERE pk NOT IN (SELECT pk FROM paper_text)"),
    ("effect", "SELECT pk FROM effect WHERE event NOT IN (SELECT seq FROM event)"),
    # Texts that their index lacks, and the other way round.
    ("text_fts", "SELECT pk FROM full_text WHERE pk NOT IN (SELECT id FROM text_fts_docsize)"),
    ("text_fts", "SELECT id FROM text_fts_docsize WHERE id NOT IN (SELECT pk FROM full_text)"),
)
"""Tables, and rows that may not be."""
