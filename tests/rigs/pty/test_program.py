"""The whole program in a real terminal, against a feed of the tests' own: a user's mornings, and their mishaps."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from reader.keys.keymap import Keymap
from tests.feed_server import FeedServer, Item, item
from tests.rigs import program
from tests.rigs.program import ROOT
from tests.rigs.terminal import FRAME_BEGIN, FRAME_END, SEQUENCE, Terminal

pytestmark = pytest.mark.long

KEYMAP = Keymap()


class Open(Protocol):
    """Starts the reader in a terminal of this size, with these words and variables."""

    def __call__(self, *words: str, size: tuple[int, int] = (120, 40), **more: str) -> Terminal: ...


def day(back: int) -> str:
    """The ISO day so many days ago, as the feed counts them."""
    return (datetime.now(UTC).date() - timedelta(days=back)).isoformat()


def papers(back: int, count: int, word: str) -> dict[str, list[Item]]:
    """A day of papers with a word in their titles, the first with the most upvotes."""
    items = [
        item(f"2605.{back:02}{number:03}", f"{word} number {number}", day(back), upvotes=100 - number)
        for number in range(1, count + 1)
    ]
    return {day(back): items}


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    """Two days with papers, four today and three yesterday."""
    with FeedServer({**papers(0, 4, "Harvest"), **papers(1, 3, "Sowing")}, today=day(0)) as server:
        yield server


@pytest.fixture
def environment(feed: FeedServer, tmp_path: Path) -> dict[str, str]:
    """A home of its own, the feed of the tests, and nothing of what surrounds them."""
    return program.without_arxiv(tmp_path / "papers", feed.url, COLORTERM="truecolor")


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Open]:
    """Start the reader; whatever still runs at the end of the test is killed."""
    started: list[Terminal] = []

    def start(*words: str, size: tuple[int, int] = (120, 40), **more: str) -> Terminal:
        command = [sys.executable, "-m", "reader", *words]
        started.append(Terminal(command, {**environment, **more}, size, ROOT))
        return started[-1]

    yield start
    for terminal in started:
        terminal.kill()


def run(environment: dict[str, str], *words: str) -> str:
    """What a command prints; it must succeed."""
    command = [sys.executable, "-m", "reader", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def do(terminal: Terminal, *actions: str) -> None:
    """Press the keys of some actions, as the table has them."""
    for action in actions:
        terminal.press(*KEYMAP.chords(action)[0])


def row(terminal: Terminal, text: str) -> str:
    """The first line of the list that holds a text; empty if there is none."""
    # The list is the last pane but one; its rule may have the scroll thumb on it.
    panes = (re.split("[│┃]", line) for line in terminal.lines)
    return next((parts[-2] for parts in panes if len(parts) > 1 and text in parts[-2]), "")


def highlighted(terminal: Terminal) -> str:
    """The line of the list that the cursor is on."""
    return row(terminal, "▌")


def is_refreshed(terminal: Terminal) -> bool:
    """Whether a refresh came to its end."""
    return "↻" in terminal.lines[0]


@pytest.mark.parametrize("redirected", ["2>&-", "2>errors.txt"])
def test_the_reader_needs_no_error_stream(environment: dict[str, str], tmp_path: Path, redirected: str) -> None:
    command = ["/bin/sh", "-c", f"cd {tmp_path} && exec {sys.executable} -P -m reader {redirected}"]
    with Terminal(command, environment, (120, 40), ROOT) as terminal:
        terminal.wait_for("Harvest number 1")
        do(terminal, "app.quit")
        assert terminal.wait_closed() == 0
    errors = tmp_path / "errors.txt"
    assert not errors.exists() or errors.read_text() == ""


def test_marks_and_the_place_are_as_they_were_left(start: Open, environment: dict[str, str], feed: FeedServer) -> None:
    first = start()
    first.wait_for(is_refreshed)
    do(first, "view.all")
    first.wait_for("Sowing number 1")
    do(first, "find.query")
    first.press("harvest")
    first.wait_for(lambda terminal: not row(terminal, "Sowing"))
    do(first, "query.accept")
    first.wait_for(lambda terminal: "s star" in terminal.lines[-1])
    do(first, "move.down", "move.down")
    first.wait_for(lambda terminal: "number 3" in highlighted(terminal))
    # The page is drawn each time that it opens.
    for _ in range(2):
        do(first, "read.open")
        first.wait_for("read on")
        do(first, "app.back")
        first.wait_for(lambda terminal: "read on" not in terminal.text and "number 3" in highlighted(terminal))
    do(first, "paper.star")
    first.wait_for("1 starred")
    do(first, "app.quit")
    assert first.wait_closed() == 0
    assert run(environment, "count", "is:starred") == "1\n"

    again = start()
    again.wait_for(lambda terminal: "number 3" in highlighted(terminal))
    assert "★" in highlighted(again)
    assert "All" in again.lines[0]
    assert "harvest" in again.lines[0]
    assert "Sowing" not in again.text


def test_quitting_does_not_wait_for_a_feed_that_hangs(start: Open, feed: FeedServer) -> None:
    feed.faults += ["ok"]
    feed.fault = "hang"
    terminal = start()
    terminal.wait_for("Harvest number 1")
    terminal.wait_for(lambda _: len(feed.requests) > 1)
    began = time.perf_counter()
    do(terminal, "app.back")
    assert terminal.wait_closed() == 0
    assert time.perf_counter() - began < 3


HOSTILE = (
    "Red \x1b[31mherring\x1b[0m",
    "Title \x1b]0;OWNED\x07 setter",
    "Clipboard \x1b]52;c;T1dORUQ=\x1b\\ thief",
    "Eight \x9b31mbit \x9d0;OWNED\x9c \x90OWNED\x9c",
    "Bell \x07 and \x08\x08 back, \r\nlines \x0b\x0c and \x7f",
    "Turned \u202e around \u2066 \u200f by marks",
    "[b]Bold[/b] [/] [@click=app.quit]up[/]",
)


def test_hostile_titles_reach_the_terminal_as_harmless_text(start: Open, feed: FeedServer) -> None:
    feed.days = {
        day(0): [
            item(f"2605.0000{number}", title, day(0), upvotes=50 - number, summary=title, authors=[{"name": title}])
            for number, title in enumerate(HOSTILE)
        ]
    }
    terminal = start()
    terminal.wait_for("up[/]")
    for number in range(1, len(HOSTILE)):
        do(terminal, "move.down")
        terminal.wait_for(f"▲ {50 - number}")
    # The last frame whole: what was read may end within a sequence, whose rest is still on its way.
    terminal.wait_for(lambda terminal: terminal.raw.rfind(FRAME_END) > terminal.raw.rfind(FRAME_BEGIN))
    raw = bytes(terminal.raw[: terminal.raw.rfind(FRAME_END)])
    strings = [found[0] for found in SEQUENCE.finditer(raw) if found["string"]]
    own = (b"\x1b]22;", b"\x1b]2;dailypapers \xc2\xb7 ")
    assert not [one for one in strings if not one.startswith(own)], "only the pointer's shape and the title are set"
    assert b"\x1b[31m" not in raw
    text = SEQUENCE.sub(b"", raw).decode()
    assert re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text) == []
