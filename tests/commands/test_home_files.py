"""The files of a home: private, readable where nothing can be written, of the last release, and what leaves them."""

from __future__ import annotations

import ctypes
import json
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader import platform
from reader.cache import schema
from reader.commands.help import page
from reader.database import connections
from reader.log.rows import Row
from reader.session import bookmarks, visit
from tests import breakage
from tests.commands.conftest import DAYS, IDS, Result, Run, write_days
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
        run_without_umask("refresh", "--day", "2026-06-30")
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
        assert written >= {"config.toml", "papers.db", "papers.refreshed", "state.json"}
        assert written >= {"answers", "backups"}


@pytest.mark.long
def test_the_files_beside_an_open_cache_are_private_too(home: Path, papers: Path) -> None:
    mask = os.umask(0)
    try:
        home.chmod(0o700)
        papers.chmod(0o600)
        schema.ensure(papers)
        with closing(connections.connect(papers)) as connection:
            connection.execute("INSERT INTO meta VALUES ('written', 'now')")
            assert papers.with_name("papers.db-wal").exists()
            assert open_to_others(home) == []
    finally:
        os.umask(mask)


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
def test_an_unrepairable_disk_error_is_reported_with_a_remedy(
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


# A home of the last release

LAST_RELEASE = Path(__file__).parents[1] / "data" / "0.2.0"


def ids(run: Run, query: str) -> set[str]:
    return {one["id"] for one in run("list", query, "--json=id").records}


def ids_of(*numbers: int) -> set[str]:
    return {f"2611.{number:05}" for number in numbers}


def test_a_home_of_the_last_release_opens_with_all_that_its_user_did(run: Run, home: Path) -> None:
    home.mkdir()
    for file in LAST_RELEASE.iterdir():
        if file.suffix != ".xz":
            shutil.copyfile(file, home / file.name)
    (home / "papers.db").write_bytes(lzma.decompress((LAST_RELEASE / "papers.db.xz").read_bytes()))
    starred = ids_of(*range(4), *range(7, 20))
    assert ids(run, "is:starred") == starred
    assert ids(run, "tag:survey") == ids_of(*range(24, 35))
    assert ids(run, "is:hidden") == ids_of(*range(89, 99))
    assert ids(run, "has:note") == ids_of(2, 3, 4, 200)
    assert run("show", "2611.00002", "--json").record["note"] == "Mine: compare with *old* tasks."
    assert len(ids(run, "is:read")) == 90
    assert "a-feed" in run("feeds", "list").out
    reported = run("config", "check").lines
    assert sorted(re.split(": | was removed", line)[1] for line in reported if "was removed" in line) == [
        "after_mark",
        "category_papers",
        "days_at_start",
        "density",
        "digest.command",
        "filter_width",
        "list_share",
        "log_level",
        "nearest",
    ]
    chosen = tomllib.loads((home / "config.toml").read_text())
    assert f"order = {json.dumps(chosen['order'])}" in run("config", "show").out
    bound = [action["keys"] for action in run("keys", "--json").records]
    gone = {line.split(" keys.")[1].split()[0] for line in reported if "no such action" in line}
    assert [id for id, keys in chosen["keys"].items() if keys not in bound and id not in gone] == []
    last = visit.load(home / "state.json")
    assert last.text == "topic:agents"
    assert "2611.00040" in bookmarks.load(home / "bookmarks.json")
    assert (run("mark", "star", "2611.00200").code, run("undo").code) == (0, 0)
    assert ids(run, "is:starred") == starred


# What leaves the machine

OWNER = {"dailypapers", "machine", "name"}

TOKEN = "hf_secretsecretsecret"

SETTINGS = """\
pdf_folder = "~/my-private-papers"
[[rules]]
name = "Stars"
when = "is:starred"
then = ["tag:ruled"]
"""


WHAT_LEAVES = {
    "read": "read",
    "star": "starred",
    "hide": "hidden",
    "highlight": "highlighted by a rule",
    "like": "liked or wanted by an import",
    "want": "liked or wanted by an import",
    "tag:": "tags",
    "note": "notes",
    "passage:": "highlighted passages and their notes",
    "queue": "places in the queue",
    "standing:": "your standing queries and follows, with command lines and names of files",
    "follow:": "your feeds with their addresses (even if an address holds a key) and titles",
    "weigh:": "words and names that you weigh",
    "interest:": "words and names that you weigh",
    "rule:": "names and queries of rules that acted",
    "agent:": "names of programs that marked papers for you",
    "open": "when you opened papers, and in older logs finished or passed them",
    "finish": "when you opened papers, and in older logs finished or passed them",
    "pass": "when you opened papers, and in older logs finished or passed them",
    "undo": "what you undid and redid",
}
"""The kinds of events, or their prefixes, with the manual's words for them."""


def listed() -> str:
    """The section of the manual."""
    text = page("sync")
    return " ".join(text[text.index("What leaves the machine") : len(text)].split())


def test_the_manual_lists_all_kinds_of_events() -> None:
    output = listed()
    assert {kind: words for kind, words in WHAT_LEAVES.items() if words not in output} == {}


def test_a_shared_file_has_marks_of_the_listed_kinds_and_no_secrets(
    run: Run, papers: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("platform.node", lambda: "laptop.at.home.example")
    (home / "config.toml").write_text(SETTINGS)
    (shared := tmp_path / "shared").mkdir()
    for words in (
        *(("mark", "star", IDS[0]), ("tag", "add", "later", IDS[0]), ("note", IDS[0], "--text", "A thought.")),
        *(("views", "add", "--then", "follow", "world model"), ("undo",), ("sync", str(shared))),
    ):
        assert run(*words).code == 0
    (file,) = shared.iterdir()
    data = file.read_bytes()
    owner, *rows = map(json.loads, data.splitlines())
    assert set(owner) == OWNER and owner["name"] == "laptop"
    found = {kind.partition(":")[0] + (":" if ":" in kind else "") for kind in (Row(*row).kind for row in rows)}
    assert {"star", "tag:", "note", "standing:", "undo"} <= found <= set(WHAT_LEAVES)
    with closing(sqlite3.connect(papers)) as connection:
        texts = connection.execute("SELECT title, abstract, authors FROM paper JOIN paper_text USING (pk)").fetchall()
    secrets = [text for row in texts for text in row if text and len(text) > 10]
    assert secrets
    for secret in (*secrets, TOKEN, "my-private-papers", str(home), "at.home.example"):
        assert secret.encode() not in data
