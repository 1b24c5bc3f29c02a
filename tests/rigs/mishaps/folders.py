"""Mishaps of a folder that machines share, and of the files in it."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from reader import platform
from reader.cache.marks.journal import Entry, decode, encode
from reader.database.connections import BUSY_SECONDS
from tests.feed_server import FeedServer
from tests.rigs.crash.faults import without_locks
from tests.rigs.crash.snapshot import make_pdf
from tests.rigs.mishaps.trial import (
    Fault,
    Mishap,
    Trial,
    away,
    changed,
    disk,
    marks,
    read_only,
    resize,
)

ROOM = "sync DIR"

YEAR = 365 * 86_400_000
"""Milliseconds."""


def _sync(fault: Fault, code: int, trial: Trial) -> None:
    """Join the marks through the folder while a fault is there, and once it is gone."""
    with fault(trial):
        trial.meets("sync", str(trial.shared), code=code)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


# The folder


@contextmanager
def _not_there(trial: Trial) -> Iterator[None]:
    with away(trial.shared):
        yield
        assert not trial.shared.exists(), "a folder was made where a disk is to be mounted"


@contextmanager
def _empty_mount_point(trial: Trial) -> Iterator[None]:
    with away(trial.shared):
        trial.shared.mkdir()
        yield


def _read_only(trial: Trial) -> None:
    with disk(trial.shared):
        _sync(lambda trial: read_only(trial.shared), 1, trial)


def _full_at_the_first_look(trial: Trial) -> None:
    other = trial.place / "other"
    other.mkdir()
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    with disk(other, 1):
        trial.meets("sync", str(other))
        left = sorted(one.name for one in other.iterdir() if one.stat().st_size)
        assert not left, f"half a file is left: {left}"
        resize(other)
        trial.heals("sync", str(other))
    trial.expect_same_marks(str(other))


# Another machine's file


@contextmanager
def _huge(trial: Trial) -> Iterator[None]:
    file = trial.file(trial.desk)
    with changed(file, b""):
        os.truncate(file, 5 << 30)
        yield


@contextmanager
def _folder_rolled_back(trial: Trial) -> Iterator[None]:
    shutil.copytree(trial.shared, trial.place / "old")
    trial.must(trial.laptop, "sync", str(trial.shared))
    trial.must(trial.desk, "sync", str(trial.shared))
    shutil.rmtree(trial.shared)
    (trial.place / "old").rename(trial.shared)
    yield


# The machine


def _home_from_a_backup(trial: Trial) -> None:
    """The laptop's home is set back to an older state, whose numbers are given again."""
    backup, papers = trial.place / "backup", trial.papers
    shutil.copytree(trial.laptop, backup)
    trial.must(trial.laptop, "mark", "star", papers[5])
    trial.must(trial.laptop, "sync", str(trial.shared))
    shutil.rmtree(trial.laptop)
    backup.rename(trial.laptop)
    trial.must(trial.laptop, "mark", "star", papers[6])
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()
    assert {*papers[5:7]} <= marks(trial.desk)[0], "a star from before or after the backup is missing"


def _clock_years_off(trial: Trial) -> None:
    """The desk has marks that are dated 30 years ahead: a new one does not count before a repair."""
    _shift_clock(trial.desk, 30)
    noting = ("note", trial.papers[3], "--text", "on the desk")
    trial.meets(*noting, home=trial.desk)
    trial.must(trial.desk, "cache", "repair")
    trial.heals(*noting, home=trial.desk)
    trial.expect_same_marks()
    trial.must(trial.laptop, "note", trial.papers[3], "--text", "now")
    trial.expect_same_marks()
    assert trial.must(trial.desk, "note", trial.papers[3]).out == "now\n", "the later note did not win"


def _shift_clock(home: Path, years: int) -> None:
    """Date all marks of a home ahead, as if its clock had been wrong."""
    with closing(sqlite3.connect(home / "papers.db")) as connection, connection:
        connection.execute("UPDATE event SET clock = clock + ?", (years * YEAR,))
    journal = next(home.glob("*.jsonl"))
    journal.write_bytes(_ahead(journal.read_bytes(), years))


def _ahead(lines: bytes, years: int) -> bytes:
    """Lines of a journal, dated ahead."""
    read = [decode(line) for line in lines.splitlines(keepends=True)]
    later = [replace(one, clock=one.clock + years * YEAR) if isinstance(one, Entry) else one for one in read]
    return b"".join(encode(one) for one in later)


# The disks


def _little_room(place: str, room: int, trial: Trial) -> None:
    """There may be room for the marks, but not for all that is written with them."""
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    folder = trial.place / place
    with disk(folder, room):
        trial.meets("sync", str(trial.shared))
        resize(folder, 1 << 24)
        trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


@contextmanager
def _another_program(trial: Trial) -> Iterator[None]:
    with (trial.laptop / "papers.sync").open("r+") as lock:
        assert platform.try_lock(lock.fileno()) is platform.Lock.MINE
        yield


def _home_without_locks(trial: Trial) -> None:
    """No command may wait for another program, or blame one or the disk."""
    trial.configure('[digest]\ncommand = ["true"]\n')
    more = without_locks(trial.laptop, errno.ENOLCK, trial.place)
    star = ("mark", "star", trial.papers[7])
    for words in (
        ("list", "--limit", "1"),
        star,
        ("refresh",),
        ("sync", str(trial.shared)),
        ("pdf", trial.papers[0]),
        ("digest", "--since", "3y", "--to", "command"),
        ("cache", "verify"),
    ):
        done = trial.meets(*words, more=more)
        assert "can't lock files" in done.err and "DAILYPAPERS_HOME" in done.err, f"{words}: {done.err}"
        assert done.seconds < BUSY_SECONDS, f"{words}: it waited for a lock"
    # What it says helps: a copy on a disk with locks.
    copy = trial.place / "local"
    shutil.copytree(trial.laptop, copy)
    trial.heals(*star, home=copy, more=more)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _shared_without_locks(trial: Trial) -> None:
    """Only the home needs locks."""
    trial.meets("sync", str(trial.shared), code=0, more=without_locks(trial.shared, errno.ENOSYS, trial.place))
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _pdfs_without_locks(trial: Trial) -> None:
    """A PDF comes whole, and nothing else stays beside it."""
    folder, id = trial.place / "pdfs", trial.papers[0]
    folder.mkdir()
    trial.configure(f'pdf_folder = "{folder}"\n')
    with FeedServer() as feed:
        feed.pages[f"/pdf/{id}"] = make_pdf(id)
        more = without_locks(folder, errno.ENOLCK, trial.place) | {"ARXIV_ENDPOINT": feed.url, "HF_HUB_OFFLINE": "0"}
        trial.meets("pdf", id, code=0, more=more)
        assert [file.read_bytes() for file in folder.iterdir()] == [make_pdf(id)]
        trial.heals("pdf", id)


FAULTS: tuple[tuple[str, Fault, int], ...] = (
    ("the folder is gone, or its disk is not mounted", _not_there, 1),
    ("the mount point is there, but nothing is mounted", _empty_mount_point, 0),
    ("another machine's file has 5 GB", _huge, 0),
    ("the whole folder is set back to an older state", _folder_rolled_back, 0),
    ("another program joins the marks", _another_program, 1),
)
"""What is in the way of `sync`, and its exit code."""

MISHAPS = (
    *(Mishap(ROOM, what, partial(_sync, fault, code)) for what, fault, code in FAULTS),
    Mishap(ROOM, "the folder can only be read", _read_only),
    Mishap(ROOM, "the folder's disk is full", partial(_little_room, "shared", 0)),
    Mishap(ROOM, "the folder's disk is full at the first look", _full_at_the_first_look),
    Mishap(ROOM, "the home is set back by a backup", _home_from_a_backup),
    Mishap(ROOM, "marks are dated 30 years ahead", _clock_years_off),
    Mishap(ROOM, "no room on the own disk", partial(_little_room, "laptop", 0)),
    Mishap(ROOM, "little room on the own disk", partial(_little_room, "laptop", 40_000)),
    Mishap(ROOM, "the home's file system has no locks", _home_without_locks),
    Mishap(ROOM, "the shared folder's file system has no locks", _shared_without_locks),
    Mishap(ROOM, "the file system of the PDFs has no locks", _pdfs_without_locks),
)
