"""The files of a home: private whatever the umask, and readable where nothing can be written."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader import platform
from reader.cache import schema
from reader.database import connections
from reader.session import visit
from tests import breakage
from tests.commands.conftest import DAYS, Result, Run, write_days
from tests.feed_server import FeedServer


def run_without_umask(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "reader", *words], check=True, capture_output=True, umask=0, timeout=120)


def open_to_others(folder: Path) -> list[str]:
    """The files and folders on which others have any rights, or that can be run."""
    everything = [folder, *folder.rglob("*")]
    return [
        f"{file.name}: {file.stat().st_mode & 0o777:o}"
        for file in everything
        if file.stat().st_mode & 0o777 != (0o700 if file.is_dir() else 0o600)
    ]


@pytest.mark.long
def test_what_the_program_writes_is_the_users_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = write_days(tmp_path / "days.jsonl", DAYS)
    with FeedServer(DAYS, today="2026-06-30") as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        run_without_umask("config", "set", "theme", "dark")
        run_without_umask("refresh", "--day", "2026-06-30", "--log-level", "info")
        run_without_umask("import", str(days))
        run_without_umask("mark", "star", "2606.26740")
        run_without_umask("list", "~ agents")
        mask = os.umask(0)
        try:
            visit.save(home / "state.json", visit.Visit())
        finally:
            os.umask(mask)
        assert open_to_others(home) == []
        written = {file.name for file in home.rglob("*")}
        assert written >= {"config.toml", "papers.db", "papers.refreshed", "state.json", "dailypapers.log"}
        assert written >= {"answers", "backups"}


@pytest.mark.long
def test_the_files_beside_an_open_cache_and_its_backups_are_private_too(home: Path, papers: Path) -> None:
    mask = os.umask(0)
    try:
        home.chmod(0o700)
        papers.chmod(0o600)
        schema.ensure(papers)
        with closing(connections.connect(papers)) as connection:
            connection.execute("INSERT INTO meta VALUES ('written', 'now')")
            assert papers.with_name("papers.db-wal").exists()
            schema.back_up_before(papers, date(2026, 6, 30), "9999")
            assert open_to_others(home) == []
    finally:
        os.umask(mask)
    with closing(sqlite3.connect(home / "backups" / "papers-2026-06-30-before-9999.db")) as copy:
        assert copy.execute("SELECT value FROM meta WHERE key = 'written'").fetchone() == ("now",)


# Read-only homes


_DROP_RIGHT = 24
_RIGHTS = (1, 2)
"""Of prctl(2) and capabilities(7): PR_CAPBSET_DROP, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def drop_rights() -> None:
    """Keep the next program from passing over permissions."""
    if os.geteuid() == 0:
        for right in _RIGHTS:
            if ctypes.CDLL(None).prctl(_DROP_RIGHT, right, 0, 0, 0):
                os._exit(99)


@pytest.fixture
def locked(run: Run, papers: Path, home: Path) -> Iterator[Path]:
    """A folder that can't be written, with a cache that has a star."""
    assert run("mark", "star", "2606.26740").code == 0
    breakage.execute(papers)
    yield home
    for place in (home, home / "backups"):
        place.chmod(0o700)


def lock(home: Path) -> None:
    for file in home.rglob("*"):
        file.chmod(0o555 if file.is_dir() else 0o444)
    home.chmod(0o555)


def run_locked(*words: str) -> Result:
    found = subprocess.run(
        [sys.executable, "-m", "reader", *words],
        preexec_fn=drop_rights,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in found.stderr
    return Result(found.returncode, found.stdout, found.stderr)


def names(home: Path) -> set[str]:
    return {str(file.relative_to(home)) for file in home.rglob("*")}


READS = {
    "count": ("count",),
    "list": ("list", "is:starred", "--json"),
    "search": ("list", "agents"),
    "show": ("show", "2606.26740"),
    "export": ("export", "is:starred", "--format", "json"),
    "topics": ("topics",),
    "feeds": ("feeds", "list"),
}


@pytest.mark.long
@pytest.mark.parametrize("what", READS)
def test_a_read_only_home_can_be_read(locked: Path, run: Run, what: str) -> None:
    before = run(*READS[what]).out
    lock(locked)
    files = names(locked)
    found = run_locked(*READS[what])
    assert (found.code, found.err) == (0, "")
    assert found.out == before
    assert names(locked) == files


@pytest.mark.long
@pytest.mark.parametrize("words", [("mark", "star", "2606.30616"), ("undo",), ("refresh",), ("doctor", "--repair")])
def test_writing_to_a_read_only_home_is_refused_in_one_sentence(locked: Path, words: tuple[str, ...]) -> None:
    lock(locked)
    before = (locked / "papers.db").read_bytes()
    found = run_locked(*words)
    assert (found.code, found.out) == (1, "")
    assert found.err.count("\n") == 1
    assert "can't be written" in found.err
    assert "doctor" in found.err
    assert (locked / "papers.db").read_bytes() == before


@pytest.mark.long
def test_a_medium_that_no_command_can_mend_is_said_with_a_way_out(
    run: Run, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(locked)
    monkeypatch.setattr(platform, "is_read_only", lambda _: True)
    found = run("doctor")
    assert found.code == 1
    assert "doctor --repair" not in found.out + found.err
    assert "DAILYPAPERS_HOME" in found.out
    refused = run("doctor", "--repair")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "DAILYPAPERS_HOME" in refused.err
