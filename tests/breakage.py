"""The ways in which a cache breaks, each as a function of the user's folder."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from reader.database.connections import add_functions

Break = Callable[[Path], object]


def execute(file: Path, *statements: str) -> None:
    """Run statements on a database, without our settings, and leave no log beside it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        add_functions(connection)
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def root_page(file: Path, name: str) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
    return int(page)


def overwrite(file: Path, place: int, data: bytes) -> None:
    with file.open("r+b") as out:
        out.seek(place)
        out.write(data)


def changed(change: Callable[[bytearray], None]) -> Break:
    """Change the bytes of the cache."""

    def break_it(home: Path) -> None:
        data = bytearray((home / "papers.db").read_bytes())
        change(data)
        (home / "papers.db").write_bytes(data)

    return break_it


def cut(share: float) -> Break:
    return lambda home: os.truncate(home / "papers.db", int((home / "papers.db").stat().st_size * share))


def flip(number: int, seed: int) -> Break:
    """Flip so many bits anywhere behind the header."""

    def change(data: bytearray) -> None:
        chance = random.Random(seed)
        for _ in range(number):
            data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)

    return changed(change)


def scramble(seed: int) -> Break:
    """Damage the file in one of many ways: cut, flipped, overwritten, emptied, with pages or bytes in other places."""

    def change(data: bytearray) -> None:
        chance, size = random.Random(seed), len(data)
        start = chance.randrange(size)
        match seed % 7:
            case 0:
                del data[start:]
            case 1:
                for _ in range(chance.choice([1, 3, 30, 1_000])):
                    data[chance.randrange(size)] ^= 1 << chance.randrange(8)
            case 2:
                length = chance.randrange(1, 40_000)
                data[start : start + length] = chance.randbytes(min(length, size - start))
            case 3:
                end = min(size, start + chance.randrange(1, size // 2))
                data[start:end] = bytes(end - start)
            case 4:
                for _ in range(4):
                    one, two = (4096 * chance.randrange(size // 4096) for _ in range(2))
                    data[one : one + 4096], data[two : two + 4096] = data[two : two + 4096], data[one : one + 4096]
            case 5:
                for _ in range(4):
                    data[chance.randrange(100)] = chance.randrange(256)
            case 6:
                data[start:start] = chance.randbytes(chance.randrange(1, 5_000))

    return changed(change)


def flip_page_kind(home: Path) -> None:
    """Change the page from which all papers are found."""
    file = home / "papers.db"
    overwrite(file, (root_page(file, "paper") - 1) * 4096, b"\xff")


def flip_events(home: Path) -> None:
    """Change the page of the events' index."""
    file = home / "papers.db"
    overwrite(file, (root_page(file, "event_by_clock") - 1) * 4096 + 3, b"\xff\xff")


def sql(*statements: str) -> Break:
    """Do to the cache what another program or a bug may do."""
    return lambda home: execute(home / "papers.db", *statements)


def patch(place: int, data: bytes) -> Break:
    """Write some bytes over the file."""
    return lambda home: overwrite(home / "papers.db", place, data)


def replace(data: bytes, *statements: str) -> Break:
    """Put another file in its place, and run statements on it."""

    def break_it(home: Path) -> None:
        (home / "papers.db").unlink()
        (home / "papers.db").write_bytes(data)
        if statements:
            execute(home / "papers.db", *statements)

    return break_it


empty_header = patch(0, bytes(100))

change_mark = patch(68, b"DQAP")

damage_index = sql("UPDATE paper_fts_data SET block = zeroblob(40) WHERE id > 10")

write_zeros = replace(bytes(300_000))

make_empty = replace(b"")

put_foreign = replace(b"", "CREATE TABLE moz_places (id, url)", "INSERT INTO moz_places VALUES (1, 'a')")

put_foreign_of_our_name = replace(
    b"",
    "PRAGMA journal_mode = WAL",
    "PRAGMA application_id = 252006674",
    "CREATE TABLE paper (id, title)",
    "INSERT INTO paper VALUES (1, 'Mine')",
)
"""A file of another program that has a table of papers too, and writes a log."""

make_newer = sql("UPDATE alembic_version SET version_num = '0999'", "ALTER TABLE event ADD COLUMN more")

forget_events = sql("DELETE FROM effect", "DELETE FROM event", "UPDATE paper SET starred = 0, has_note = 0")
"""Takes all events out of the cache, so that only the journal has them."""


JOURNAL = "papers.journal.jsonl"


def drop_journal(home: Path) -> None:
    (home / JOURNAL).unlink()


def cut_journal(home: Path) -> None:
    os.truncate(home / JOURNAL, 150)


def remove(home: Path) -> None:
    (home / "papers.db").unlink()


WITHOUT_COMMUNITY = (
    "DROP TABLE paper_terms",
    *(f"DROP TRIGGER paper_words_{name}" for name in ("of_text", "of_title", "dropped")),
    *(f"DROP TABLE {name}" for name in ("suits", "paper_words", "kept_output", "output_fts", "community")),
    "DROP INDEX paper_by_venue",
    *(f"DROP INDEX paper_with_{name}" for name in ("models", "datasets", "spaces")),
    *(f"ALTER TABLE paper DROP COLUMN {name}" for name in ("venue", "models", "datasets", "spaces")),
    "ALTER TABLE paper_text DROP COLUMN versions",
    "ALTER TABLE paper_change DROP COLUMN models",
)
"""Takes away what migration 0006 and those after it add."""


def make_older(home: Path) -> None:
    """Take the cache back to the first schema, as the first version left it: without a mark and without a journal."""
    execute(
        home / "papers.db",
        *WITHOUT_COMMUNITY,
        "DROP INDEX paper_by_submitter",
        "ALTER TABLE paper DROP COLUMN submitter",
        "ALTER TABLE paper_text DROP COLUMN addresses",
        "ALTER TABLE paper_text DROP COLUMN profiles",
        "DROP TABLE queue",
        *(f"DROP INDEX {name}" for name in ("effect_of_traces", "event_by_number", "event_by_target")),
        *(f"DROP INDEX {name}" for name in ("ix_orphan_event", "event_forgets")),
        *(f"DROP TABLE {name}" for name in ("full_text", "text_fts", "event_origin")),
        *(f"DROP TABLE {name}" for name in ("follow_paper", "follow", "paper_flags", "paper_edit", "second_look")),
        *(f"DROP TABLE {name}" for name in ("earlier_text", "page_paper")),
        "ALTER TABLE event DROP COLUMN number",
        "DELETE FROM event WHERE kind LIKE 'follow:%'",
        "DELETE FROM meta WHERE key = 'journal_size'",
        "UPDATE alembic_version SET version_num = '0001'",
        "PRAGMA application_id = 0",
    )
    drop_journal(home)


def lock_file(home: Path) -> None:
    (home / "papers.db").chmod(0o444)


def lock_folder(home: Path) -> None:
    home.chmod(0o555)


def lock_all(home: Path) -> None:
    for file in home.iterdir():
        if file.is_file():
            file.chmod(0)
    home.chmod(0o500)


def both(*breaks: Break) -> Break:
    def break_it(home: Path) -> None:
        for one in breaks:
            one(home)

    return break_it


def leave_log(home: Path, *statements: str) -> None:
    """Leave a write-ahead log with what the statements did beside the cache, as after a crash."""
    file = home / "papers.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        add_functions(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        for statement in statements or ("UPDATE event SET clock = clock + 1",):
            connection.execute(statement)
        copies = [(end, file.with_name(f"papers.db{end}").read_bytes()) for end in ("", "-wal")]
    for end, data in copies:
        file.with_name(f"papers.db{end}").write_bytes(data)


IN_PLACE: dict[str, Break] = {
    "a table dropped": sql("DROP TABLE trending"),
    "papers dropped": sql("DROP TABLE paper", "DROP TABLE paper_text"),
    "events dropped": sql("DROP TABLE event"),
    "a trigger dropped": sql("DROP TRIGGER paper_title_changed"),
    "index emptied": sql("INSERT INTO paper_fts(paper_fts) VALUES ('delete-all')"),
    "index damaged": damage_index,
    "index dropped": sql("DROP TABLE paper_fts"),
    "marks changed": sql("UPDATE paper SET starred = 1 - starred"),
    "effects dropped": sql("DELETE FROM effect"),
    "an event changed": sql("UPDATE event SET papers = x'00' WHERE kind = 'star'"),
    "days changed": sql("UPDATE day SET papers = papers + 5"),
    "papers without parents": sql("PRAGMA foreign_keys = OFF", "DELETE FROM paper WHERE starred = 0"),
    "events only in the journal": forget_events,
    "older": make_older,
}
"""What another program or a bug may do to a cache, whose file stays a good database."""

OUTSIDE: dict[str, Break] = {
    "cut in half": cut(0.5),
    "cut to a page": cut(0.03),
    "cut by its last page": cut(0.999),
    "bits flipped": flip(60, 3),
    "more bits flipped": flip(60_000, 2),
    "a page's kind flipped": flip_page_kind,
    "the events' index flipped": flip_events,
    "header emptied": empty_header,
    "mark changed": change_mark,
    # The number of SQLite's own form, which it takes for a mistake in a statement.
    "form changed": patch(44, b"\0\0\0\x24"),
    "text": replace(b"Dear diary, today I have read three papers. " * 500),
    "zeros": write_zeros,
    "cut with a log": both(leave_log, cut(0.5)),
    "newer": make_newer,
    "foreign": put_foreign,
    "foreign of our name": put_foreign_of_our_name,
}
"""What a disk, a copy or a user may do to the file."""

GONE: dict[str, Break] = {"missing": remove, "empty": make_empty, "missing with a log": both(leave_log, remove)}

BESIDE: dict[str, Break] = {
    "no journal": drop_journal,
    "journal cut": cut_journal,
    "journal of garbage": lambda home: (home / JOURNAL).write_bytes(random.Random(7).randbytes(5_000)),
}
"""What may happen to the journal; the cache stays good."""

LOCKED: dict[str, Break] = {"file locked": lock_file, "folder locked": lock_folder, "all locked": lock_all}
