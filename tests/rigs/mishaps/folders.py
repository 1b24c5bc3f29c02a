"""Mishaps of a folder that machines share, and of the files in it."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from reader import platform
from reader.cache.connections import BUSY_SECONDS
from reader.cache.marks.journal import Entry, decode, encode
from tests.feed_server import FeedServer
from tests.rigs.crash.disks import mount
from tests.rigs.crash.faults import without_locks
from tests.rigs.crash.snapshot import make_pdf
from tests.rigs.mishaps.trial import Mishap, Trial, disk, events, machine, marks, resize

ROOM = "sync DIR"

YEAR = 365 * 86_400_000
"""Milliseconds."""


def _not_there(trial: Trial) -> None:
    trial.shared.rename(trial.place / "away")
    trial.meets("sync", str(trial.shared))
    trial.expect(not trial.shared.exists(), "a folder was made where a disk is to be mounted")
    (trial.place / "away").rename(trial.shared)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _empty_mount_point(trial: Trial) -> None:
    trial.shared.rename(trial.place / "away")
    trial.shared.mkdir()
    trial.meets("sync", str(trial.shared), code=0)
    shutil.rmtree(trial.shared)
    (trial.place / "away").rename(trial.shared)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _file_in_its_place(trial: Trial) -> None:
    trial.shared.rename(trial.place / "away")
    trial.shared.write_text("no folder")
    trial.meets("sync", str(trial.shared))
    trial.shared.unlink()
    (trial.place / "away").rename(trial.shared)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _read_only(trial: Trial) -> None:
    with disk(trial.shared):
        mount("-o", "remount,ro", str(trial.shared))
        trial.meets("sync", str(trial.shared))
        mount("-o", "remount,rw", str(trial.shared))
        trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _full(trial: Trial) -> None:
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    with disk(trial.shared, 0):
        trial.meets("sync", str(trial.shared))
        resize(trial.shared, 1 << 20)
        trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _full_at_the_first_look(trial: Trial) -> None:
    other = trial.place / "other"
    other.mkdir()
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    with disk(other, 1):
        trial.meets("sync", str(other))
        left = sorted(one.name for one in other.iterdir() if one.stat().st_size)
        trial.expect(not left, f"half a file is left: {left}")
        resize(other, 1 << 20)
        trial.heals("sync", str(other))
    trial.expect_same_marks(str(other))


def _change_desks_file(trial: Trial, data: bytes | None, size: int = 0) -> None:
    """Let the laptop find the desk's file as `data`, or `size` bytes large, and then whole again."""
    file = trial.file(trial.desk)
    whole = file.read_bytes()
    if data is None:
        os.truncate(file, size)
    else:
        file.write_bytes(data)
    trial.meets("sync", str(trial.shared), code=0)
    file.write_bytes(whole)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _half_a_file(trial: Trial) -> None:
    data = trial.file(trial.desk).read_bytes()
    _change_desks_file(trial, data[:-40])


def _empty_file(trial: Trial) -> None:
    _change_desks_file(trial, b"")


def _garbage(trial: Trial) -> None:
    _change_desks_file(trial, os.urandom(40_000))


def _html_page(trial: Trial) -> None:
    _change_desks_file(trial, b"<!doctype html>\n<title>Log in to your storage</title>\n" * 50)


def _huge_file(trial: Trial) -> None:
    _change_desks_file(trial, None, 5 << 30)


def _damaged_line(trial: Trial) -> None:
    data = bytearray(trial.file(trial.desk).read_bytes())
    data[-60] ^= 0xFF
    _change_desks_file(trial, bytes(data))


def _newer_form(trial: Trial) -> None:
    lines = trial.file(trial.desk).read_bytes().splitlines(keepends=True)
    body = lines[-1].rpartition(b',"sum"')[0].replace(b'"v":1', b'"v":2')
    _change_desks_file(trial, b"".join(lines[:-1]) + body + b',"sum":"%08x"}\n' % zlib.crc32(body))


def _unreadable(trial: Trial) -> None:
    file = trial.file(trial.desk)
    whole = file.read_bytes()
    file.unlink()
    file.mkdir()
    trial.meets("sync", str(trial.shared), code=0)
    file.rmdir()
    file.write_bytes(whole)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


# The own file


def _own_file_lost(trial: Trial) -> None:
    trial.file(trial.laptop).unlink()
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _own_file_rolled_back(trial: Trial) -> None:
    file = trial.file(trial.laptop)
    old = file.read_bytes()
    trial.must(trial.laptop, "sync", str(trial.shared))
    file.write_bytes(old[: old.rindex(b"\n", 0, -1) + 1])
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _own_file_replaced(trial: Trial) -> None:
    shutil.copy(trial.file(trial.desk), trial.file(trial.laptop))
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _own_file_damaged(trial: Trial) -> None:
    trial.must(trial.laptop, "sync", str(trial.shared))
    file = trial.file(trial.laptop)
    file.write_bytes(b"\0" * file.stat().st_size)
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _folder_rolled_back(trial: Trial) -> None:
    shutil.copytree(trial.shared, trial.place / "old")
    trial.must(trial.laptop, "sync", str(trial.shared))
    trial.must(trial.desk, "sync", str(trial.shared))
    shutil.rmtree(trial.shared)
    (trial.place / "old").rename(trial.shared)
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _conflict_copy(trial: Trial) -> None:
    file = trial.file(trial.desk)
    copy = file.with_name(f"{file.stem} (conflicted copy 2026-05-01).jsonl")
    copy.write_bytes(file.read_bytes()[:-30])
    trial.meets("sync", str(trial.shared), code=0)
    copy.unlink()
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


# The machine


def _copied_home(trial: Trial) -> None:
    """The laptop's home is copied to a new machine, and both go on."""
    copy = trial.place / "copy"
    shutil.copytree(trial.laptop, copy)
    trial.must(copy, "mark", "star", trial.papers[5])
    trial.must(trial.laptop, "mark", "star", trial.papers[6])
    trial.must(copy, "sync", str(trial.shared))
    trial.meets("sync", str(trial.shared), code=0)
    trial.must(copy, "sync", str(trial.shared))
    trial.heals("sync", str(trial.shared))
    trial.expect(machine(copy) != machine(trial.laptop), "both have the same id still")
    trial.must(copy, "mark", "star", trial.papers[7])
    trial.must(copy, "sync", str(trial.shared))
    trial.expect_same_marks()
    trial.must(copy, "sync", str(trial.shared))
    trial.expect(events(copy) == events(trial.desk), "the copy has other marks")
    trial.expect({*trial.papers[5:8]} <= marks(trial.desk)[0], "a star of a copy is missing")


def _home_from_a_backup(trial: Trial) -> None:
    """The laptop's home is set back to an older state, whose numbers are given again."""
    backup = trial.place / "backup"
    shutil.copytree(trial.laptop, backup)
    trial.must(trial.laptop, "mark", "star", trial.papers[5])
    trial.must(trial.laptop, "sync", str(trial.shared))
    shutil.rmtree(trial.laptop)
    backup.rename(trial.laptop)
    trial.must(trial.laptop, "mark", "star", trial.papers[6])
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()
    trial.expect({*trial.papers[5:7]} <= marks(trial.desk)[0], "a star from before or after the backup is missing")


def _cache_lost(trial: Trial) -> None:
    for file in trial.laptop.glob("papers.db*"):
        file.unlink()
    trial.meets("sync", str(trial.shared), code=0)
    trial.heals("sync", str(trial.shared))


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
    said = trial.must(trial.desk, "note", trial.papers[3]).out
    trial.expect(said == "now\n", f"the later note did not win: {said}")


def _clock_of_a_file_years_off(trial: Trial) -> None:
    """The desk's file has marks that are dated 30 years ahead, as an older program wrote them: they are skipped."""
    _shift_clock(trial.desk, 30)
    file = trial.file(trial.desk)
    whole = file.read_bytes()
    file.write_bytes(_ahead(whole, 30))
    trial.meets("sync", str(trial.shared), code=0)
    file.write_bytes(whole)
    trial.must(trial.desk, "cache", "repair")
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


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


# The own disk


def _home_full(trial: Trial) -> None:
    with disk(trial.laptop, 0):
        trial.meets("sync", str(trial.shared))
        resize(trial.laptop, 1 << 24)
        trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _home_nearly_full(trial: Trial) -> None:
    """There is room for the marks, but not for all that is written with them."""
    with disk(trial.laptop, 40_000):
        trial.meets("sync", str(trial.shared), code=1)
        resize(trial.laptop, 1 << 24)
        trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _joined_twice(trial: Trial) -> None:
    """Another program holds the lock."""
    with (trial.laptop / "papers.sync").open("r+") as lock:
        assert platform.try_lock(lock.fileno()) is platform.Lock.MINE
        trial.meets("sync", str(trial.shared))
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _home_without_locks(trial: Trial, error: int) -> None:
    """No command may wait for another program, or blame one or the disk."""
    settings = trial.laptop / "config.toml"
    settings.write_text(f'{settings.read_text()}[digest]\ncommand = ["true"]\n')
    more = without_locks(trial.laptop, error, trial.place)
    for words in (
        ("list", "--limit", "1"),
        ("mark", "star", trial.papers[7]),
        ("refresh",),
        ("sync", str(trial.shared)),
        ("pdf", trial.papers[0]),
        ("digest", "--since", "3y", "--to", "command"),
        ("cache", "verify"),
    ):
        done = trial.meets(*words, more=more)
        trial.expect("can't lock files" in done.err and "DAILYPAPERS_HOME" in done.err, f"{words}: {done.err}")
        trial.expect(done.seconds < BUSY_SECONDS, f"{words}: it waited for a lock")
    # What it says helps: a copy on a disk with locks.
    copy = trial.place / "local"
    shutil.copytree(trial.laptop, copy)
    trial.heals("mark", "star", trial.papers[7], home=copy, more=more)
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _no_lock_service(trial: Trial) -> None:
    _home_without_locks(trial, errno.ENOLCK)


def _no_lock_calls(trial: Trial) -> None:
    _home_without_locks(trial, errno.ENOSYS)


def _locks_not_supported(trial: Trial) -> None:
    _home_without_locks(trial, errno.EOPNOTSUPP)


def _shared_without_locks(trial: Trial) -> None:
    """Only the home needs locks."""
    trial.meets("sync", str(trial.shared), code=0, more=without_locks(trial.shared, errno.ENOSYS, trial.place))
    trial.heals("sync", str(trial.shared))
    trial.expect_same_marks()


def _pdfs_without_locks(trial: Trial) -> None:
    """A PDF comes whole, and nothing else stays beside it."""
    folder = trial.place / "pdfs"
    folder.mkdir()
    (trial.laptop / "config.toml").write_text(f'ask_arxiv = false\nrefresh_minutes = 0\npdf_folder = "{folder}"\n')
    id = trial.papers[0]
    with FeedServer() as feed:
        feed.pages[f"/pdf/{id}"] = make_pdf(id)
        more = without_locks(folder, errno.ENOLCK, trial.place) | {"ARXIV_ENDPOINT": feed.url, "HF_HUB_OFFLINE": "0"}
        trial.meets("pdf", id, code=0, more=more)
        kept = [file.read_bytes() for file in folder.iterdir()]
        trial.expect(kept == [make_pdf(id)], f"the folder has {list(folder.iterdir())}")
        trial.heals("pdf", id)


MISHAPS = tuple(
    Mishap(ROOM, what, play)
    for what, play in (
        ("the folder is gone, or its disk is not mounted", _not_there),
        ("the mount point is there, but nothing is mounted", _empty_mount_point),
        ("a file is in the folder's place", _file_in_its_place),
        ("the folder can only be read", _read_only),
        ("the folder's disk is full", _full),
        ("the folder's disk is full at the first look", _full_at_the_first_look),
        ("half of another machine's file", _half_a_file),
        ("another machine's file is empty", _empty_file),
        ("another machine's file is garbage", _garbage),
        ("another machine's file is a page that asks to log in", _html_page),
        ("another machine's file has 5 GB", _huge_file),
        ("a line of another machine's file is damaged", _damaged_line),
        ("another machine's file is of a newer program", _newer_form),
        ("a folder is in the place of another machine's file", _unreadable),
        ("the own file is lost", _own_file_lost),
        ("the own file is set back to an older state", _own_file_rolled_back),
        ("the own file is replaced by another machine's", _own_file_replaced),
        ("the own file is overwritten by zeros", _own_file_damaged),
        ("the whole folder is set back to an older state", _folder_rolled_back),
        ("a program leaves a conflicted copy, cut off", _conflict_copy),
        ("the home is copied to a new machine", _copied_home),
        ("the home is set back by a backup", _home_from_a_backup),
        ("the cache is lost", _cache_lost),
        ("marks are dated 30 years ahead", _clock_years_off),
        ("another machine's marks are dated 30 years ahead", _clock_of_a_file_years_off),
        ("no room on the own disk", _home_full),
        ("little room on the own disk", _home_nearly_full),
        ("another program joins the marks", _joined_twice),
        ("the home's file system has no lock service (ENOLCK)", _no_lock_service),
        ("the home's file system has no locks (ENOSYS)", _no_lock_calls),
        ("the home's file system supports no locks (EOPNOTSUPP)", _locks_not_supported),
        ("the shared folder's file system has no locks", _shared_without_locks),
        ("the file system of the PDFs has no locks", _pdfs_without_locks),
    )
)
"""In the order of the table."""
