"""Everything that the program writes is the user's alone, whatever the umask, and also where it was not before."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import files, schema
from reader.database import connections
from reader.session import visit
from tests.commands.conftest import DAYS, write_days
from tests.feed_server import FeedServer

pytestmark = pytest.mark.long


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


def test_what_the_program_writes_is_the_users_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = write_days(tmp_path / "days.jsonl", DAYS)
    with FeedServer(DAYS, today="2026-06-30") as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        for _ in range(2):
            if not home.exists():
                run_without_umask("config", "init")
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
            assert written >= {"answers", "backups", "finding"}
            # The second round finds them as an older version or a copy has left them.
            for file in (home, *home.rglob("*")):
                file.chmod(0o777 if file.is_dir() else 0o666)


def test_the_files_beside_an_open_cache_and_its_backups_are_private_too(home: Path, papers: Path) -> None:
    mask = os.umask(0)
    try:
        older = papers.with_name("papers.db.before-0000")
        older.touch()
        papers.chmod(0o644)
        schema.ensure(papers)
        with closing(connections.connect(papers)) as connection:
            connection.execute("INSERT INTO meta VALUES ('written', 'now')")
            assert papers.with_name("papers.db-wal").exists()
            files.back_up(papers, home / "backups" / "papers-2026-06-30.db")
            assert open_to_others(home) == []
    finally:
        os.umask(mask)
    with closing(sqlite3.connect(home / "backups" / "papers-2026-06-30.db")) as copy:
        assert copy.execute("SELECT value FROM meta WHERE key = 'written'").fetchone() == ("now",)
