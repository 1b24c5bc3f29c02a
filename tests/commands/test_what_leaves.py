"""The manual lists what leaves the machine by `sync`, and a real file has nothing else."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.commands.help import page
from reader.core.marks import PASSAGE, WHAT_LEAVES, Agent
from reader.core.passages import Passage
from reader.core.wishes import Wish
from reader.log.rows import Row
from tests.commands.conftest import IDS, Run

OWNER = {"dailypapers", "machine", "name"}

TOKEN = "hf_secretsecretsecret"

SETTINGS = """\
on_star = ["notify-someone"]
pdf_folder = "~/my-private-papers"
[[rules]]
name = "Stars"
when = "is:starred"
then = ["tag:ruled", "highlight"]
"""


def listed() -> str:
    """The paragraph of the manual."""
    text = page("sync")
    return " ".join(text[text.index("What leaves the machine: the ids") : len(text)].split())


def test_the_manual_lists_all_kinds_of_events() -> None:
    said = listed()
    assert {kind: words for kind, words in WHAT_LEAVES.items() if words not in said} == {}


def test_a_kind_that_is_not_listed_is_not_recorded(filled: Path, tmp_path: Path) -> None:
    with closing(Events.open(Path(shutil.copy(filled, tmp_path / "papers.db")))) as events:
        for kind in ("mood", "mood:good", "starred", "tag"):
            with pytest.raises(ValueError, match="not listed"):
                events.decide([(kind, "1")])


_PASSAGE = Passage("0123456789ab", "What the paper says.")
HIGHLIGHT = (f"{PASSAGE}{_PASSAGE.id}", _PASSAGE.value)


def do_everything(run: Run, cache: Path) -> None:
    """Let a home have events of every kind, with texts and secrets around them."""
    first, second, third = IDS[:3]
    for words in (
        ("mark", "star", first, second),
        ("mark", "read", first),
        ("mark", "hide", third),
        ("mark", "queue", first, second),
        ("tag", "add", "later", first),
        ("note", first, "--text", "A thought of my own."),
        ("views", "add", "--then", "follow", "world model"),
        ("mark", "unhide", third),
        ("undo",),
    ):
        result = run(*words)
        assert result.code == 0, (words, result.err)
    with closing(Events.open(cache)) as events:
        assert events.redo() is not None
        wish = Wish("word", "world model").moved("raise")
        for kind, value in (
            (wish.kind, wish.value),
            ("pass", "2026-11-24"),
            ("open", "2026-11-24"),
            ("finish", "2026-11-24"),
            ("like", True),
            HIGHLIGHT,
            ("highlight", True),
            ("rule:Stars", '{"when": "is:starred", "then": ["highlight"]}'),
        ):
            assert events.mark(kind, value, [3]) is not None
        assert events.mark("want", True, [], absent=["0901.00001"]) is not None
        assert events.act([Change("star", True, [3])], by=Agent("a program", "0" * 12)) is not None
    with closing(Feeds.open(cache)) as feeds:
        feeds.follow("rss", "https://blog.example/feed", "A blog", "a-blog", "2026-11-24")


def test_a_real_file_has_what_is_listed_and_nothing_else(
    run: Run, filled: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("platform.node", lambda: "laptop.at.home.example")
    home.mkdir()
    cache = Path(shutil.copy(filled, home / "papers.db"))
    (home / "config.toml").write_text(SETTINGS)
    do_everything(run, cache)
    shared = tmp_path / "shared"
    shared.mkdir()
    assert run("sync", str(shared)).code == 0
    run("config", "set", "order", "upvotes")
    assert run("sync", str(shared)).code == 0
    (file,) = shared.iterdir()
    data = file.read_bytes()
    lines = [json.loads(line) for line in data.splitlines()]
    assert set(lines[0]) == OWNER and lines[0]["name"] == "laptop"
    rows = [Row(*line) for line in lines[1:]]
    found = {row.kind.partition(":")[0] + (":" if ":" in row.kind else "") for row in rows}
    # Only earlier versions have recorded interests.
    assert found | {"agent:", "interest:"} == set(WHAT_LEAVES)
    assert {row.by for row in rows} == {"", "rule:", "agent:a program:000000000000"}
    with closing(sqlite3.connect(cache)) as connection:
        texts = connection.execute("SELECT title, abstract, authors FROM paper JOIN paper_text USING (pk)").fetchall()
    texts_of_papers = [text for row in texts for text in row if text and len(text) > 10]
    assert texts_of_papers
    for secret in (
        *texts_of_papers,
        TOKEN,
        "my-private-papers",
        "ada@example.org",
        str(home),
        "at.home.example",
    ):
        assert secret.encode() not in data
