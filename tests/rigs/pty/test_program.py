"""The whole program in a real terminal, against a feed of the tests' own: a user's mornings, and their mishaps."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.keys.keymap import Keymap
from tests.feed_server import FeedServer, item
from tests.rigs import program
from tests.rigs.program import ROOT
from tests.rigs.terminal import FRAME_BEGIN, FRAME_END, SEQUENCE, Terminal

pytestmark = pytest.mark.long

KEYMAP = Keymap()


def today() -> str:
    """The ISO day, as the feed counts them."""
    return datetime.now(UTC).date().isoformat()


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    """A day of papers, the first with the most upvotes."""
    papers = [item(f"2605.0000{one}", f"Harvest number {one}", today(), upvotes=100 - one) for one in range(1, 5)]
    with FeedServer({today(): papers}, today=today()) as server:
        yield server


@pytest.fixture
def environment(feed: FeedServer, tmp_path: Path) -> dict[str, str]:
    """A home of its own, the feed of the tests, and nothing of what surrounds them."""
    return program.without_arxiv(tmp_path / "papers", feed.url, COLORTERM="truecolor")


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], Terminal]]:
    """Starts the reader in a terminal, which is killed at the end of the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Terminal(program.command(), environment, (120, 40), ROOT))


def do(terminal: Terminal, *actions: str) -> None:
    """Press the keys of some actions, as the table has them."""
    for action in actions:
        terminal.press(*KEYMAP.chords(action)[0])


@pytest.mark.parametrize("redirected", ["2>&-", "2>errors.txt"])
def test_the_reader_needs_no_error_stream(environment: dict[str, str], tmp_path: Path, redirected: str) -> None:
    command = ["/bin/sh", "-c", f"cd {tmp_path} && exec {sys.executable} -P -m reader {redirected}"]
    with Terminal(command, environment, (120, 40), ROOT) as terminal:
        terminal.wait_for("Harvest number 1")
        do(terminal, "app.quit")
        assert terminal.wait_closed() == 0
    errors = tmp_path / "errors.txt"
    assert not errors.exists() or errors.read_text() == ""


def test_quitting_does_not_wait_for_a_feed_that_hangs(start: Callable[[], Terminal], feed: FeedServer) -> None:
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


def test_hostile_titles_reach_the_terminal_as_harmless_text(start: Callable[[], Terminal], feed: FeedServer) -> None:
    feed.days = {
        today(): [
            item(f"2605.0000{number}", title, today(), upvotes=50 - number, summary=title, authors=[{"name": title}])
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
