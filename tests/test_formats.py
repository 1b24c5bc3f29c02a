"""The page on files names every file of a home."""

from __future__ import annotations

import re
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from reader.commands.help_text import cells_of, read_blocks, text_of
from tests.embeddings_server import EmbeddingsServer
from tests.feed_server import FeedServer, item
from tests.feeds.fulltext.pages import MARKDOWN
from tests.rigs.program import ROOT, environment, run
from tests.rigs.terminal import Terminal

DAY = "2026-06-30"

ID = "2606.26740"

ELSEWHERE = frozenset({"models/*/*", "pictures/*.svg", "papers.db-wal", "papers.db-shm", "papers.suspect"})
"""What only other tests make: a fetched model, a picture, and files of a cache that is open or broken."""


def told() -> list[str]:
    """The names of the files of a home, as patterns."""
    (table, *_) = (cells_of(block.body) for block in read_blocks(text_of("formats")) if block.kind == "table")
    return [name for row in table[1:] for name in re.findall(r"`([^`]+)`", row[0])]


def names_in(home: Path) -> set[str]:
    """The files of a home."""
    return {file.relative_to(home).as_posix() for file in home.rglob("*") if file.is_file()}


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="it needs a pseudo terminal")
def test_the_page_names_every_file_of_a_home_that_is_used_in_full(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "sync"
    for folder in (home, shared):
        folder.mkdir()
    papers = [item(ID, "LiveEdit of videos", DAY), item("2606.30616", "Agents that write tools", DAY)]
    with FeedServer({DAY: papers}, today="9999-12-31") as feed, EmbeddingsServer() as model:
        feed.pages = {f"/papers/{one['paper']['id']}.md": MARKDOWN.encode() for one in papers}
        surroundings = environment(home, feed.url)
        (home / "config.toml").write_text(
            f'ask_arxiv = false\nread_when = "manual"\n[digest]\ncommand = ["true"]\n'
            f'[vectors]\nserver = "{model.url}"\nmodel = "small"\n'
        )
        for words in (
            ("refresh", "--day", DAY),
            ("refresh", "--days", "1", "--log-level", "info"),
            ("mark", "star", ID),
            ("vectors", "build"),
            ("list", "~ videos"),
            ("sync", str(shared)),
            ("digest", "--since", DAY, "--to", "command"),
        ):
            assert (done := run(words, surroundings)).code == 0, (words, done.err)
        with Terminal([sys.executable, "-m", "reader"], surroundings, (100, 30), ROOT) as terminal:
            terminal.wait_for("LiveEdit", 60)
            terminal.press("enter", "enter")
            terminal.wait_for("space read on", 30)
            terminal.press("j", "j", "q", "q", "e", "u", "n")
            terminal.wait_for(lambda _: any(home.glob("drafts/*.md")), 30)
        with Terminal([sys.executable, "-m", "reader"], surroundings, (100, 30), ROOT) as terminal:
            terminal.wait_for("LiveEdit", 60)
            terminal.press("q")
            terminal.wait_closed(30)
        names = names_in(home)
        (home / "papers.db").write_bytes(b"no database " * 1000)
        assert run(("cache", "repair"), surroundings).code == 0
    names |= names_in(home)
    patterns = told()
    assert sorted(name for name in names if not any(fnmatch(name, one) for one in patterns)) == []
    unused = {one for one in patterns if not any(fnmatch(name, one) for name in names)}
    assert unused <= ELSEWHERE
