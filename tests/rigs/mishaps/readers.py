"""Mishaps of the running reader: what its first and last line say, and that they stop saying it."""

from __future__ import annotations

import errno
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial

from reader.database.connections import BUSY_SECONDS
from tests.feed_server import FeedServer, item
from tests.rigs.crash.faults import without_locks
from tests.rigs.mishaps.servers import joined_through_server
from tests.rigs.mishaps.trial import Fault, Mishap, Trial, away, events
from tests.rigs.program import ROOT, environment
from tests.rigs.terminal import Terminal
from tests.tiers import rest_at_night

ROOM = "the running reader"

DAY = datetime.now(UTC).date().isoformat()

SIZES = ((60, 20), (140, 42))

HURRIED = (
    "from reader.ui.refresh import sync; sync.QUIET, sync.SETTLED = 4.0, 6.0;"
    " from reader.__main__ import main; raise SystemExit(main())"
)
"""The reader, whose quiet minute is short."""


@contextmanager
def _reader(trial: Trial, size: tuple[int, int]) -> Iterator[Terminal]:
    """The reader on the laptop's home; it is left by its own key, and must end well."""
    with (
        FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed,
        Terminal(
            [sys.executable, "-c", HURRIED], environment(trial.laptop, feed.url, **trial.variables), size, ROOT
        ) as terminal,
    ):
        terminal.wait_for("unread", 30)
        yield terminal
        terminal.leave("q")


def _told(terminal: Terminal) -> str:
    """The last two lines, which a long warning takes."""
    lines = [line.strip() for line in terminal.lines[-2:]]
    # Where there is room, the keys stand before it, and a rule between panes above.
    return lines[-1].rpartition("   ")[2].strip() if "? keys" in lines[-1] else " ".join(lines)


def _meets(trial: Trial, terminal: Terminal, sentence: str) -> None:
    """Wait for the sentence and the sign; the keys must still do what they do, and the sentence must go."""
    terminal.wait_for(lambda one: sentence in _told(one), 40)
    trial.hears(_told(terminal))
    before = events(trial.laptop)
    terminal.press("m")
    terminal.wait_for(lambda one: sentence not in _told(one), 20)
    terminal.wait_for("fails", 20)
    assert len(events(trial.laptop)) == len(before) + 1, "a key was taken away"


def _heals(terminal: Terminal) -> None:
    """Wait until the sign is gone."""
    terminal.wait_for(lambda one: "fails" not in one.lines[0], 40)


def _lasts(fault: Fault, settings: str, sentence: str, trial: Trial) -> None:
    """A fault that was there before the reader ends while it runs; the sign of it goes."""
    trial.configure(settings.format(place=trial.place))
    for size in rest_at_night(SIZES, 1):
        with ExitStack() as stack:
            stack.enter_context(fault(trial))
            with _reader(trial, size) as terminal:
                _meets(trial, terminal, sentence)
                stack.close()
                _heals(terminal)
    trial.expect_same_marks()


def _server_down_and_up(trial: Trial) -> None:
    server = joined_through_server(trial)
    trial.configure(f'sync = "{server.address()}"\n')
    for size in rest_at_night(SIZES, 1):
        with _reader(trial, size) as terminal:
            time.sleep(8)
            assert "fails" not in terminal.text, "it fails before the server is down"
            server.stop()
            try:
                _meets(trial, terminal, "can't be used")
            finally:
                server.start()
            _heals(terminal)
    trial.expect_same_marks(server.address())


def _export_gone(trial: Trial) -> None:
    file = trial.place / "out" / "starred.atom"
    file.parent.mkdir()
    trial.configure(f'[[exports]]\nquery = "is:starred"\nfile = "{file}"\n')
    for size in rest_at_night(SIZES, 1):
        with ExitStack() as stack:
            stack.enter_context(away(file.parent))
            with _reader(trial, size) as terminal:
                terminal.wait_for(lambda one: "was not written" in _told(one), 40)
                trial.hears(_told(terminal))
                stack.close()
        assert file.read_text().count("<entry>") >= 3, "it was not written after the reader has ended"


def _home_without_locks(trial: Trial) -> None:
    """The reader says so at once, and leaves."""
    for size in rest_at_night(SIZES, 1):
        surroundings = environment(trial.laptop, **without_locks(trial.laptop, errno.ENOSYS, trial.place))
        with Terminal([sys.executable, "-m", "reader"], surroundings, size, ROOT) as terminal:
            terminal.wait_for(lambda one: "".join(one.lines).rstrip().endswith("HOME to it."), BUSY_SECONDS)
            trial.hears("".join(terminal.lines).rstrip())
            assert terminal.wait_closed(BUSY_SECONDS) == 1
            assert "can't lock files" in trial.told[-1]


def _answers_without_locks(trial: Trial) -> None:
    """Programs that can't take turns at a host ask it all the same: the refresh is not held up."""
    home, answers = trial.place / "data" / "dailypapers", trial.place / "answers"
    shutil.copytree(trial.laptop, home)
    answers.mkdir()
    with FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed:
        surroundings = environment(home, feed.url, **without_locks(answers, errno.ENOLCK, trial.place))
        del surroundings["DAILYPAPERS_HOME"]
        names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        surroundings |= {name: str(home.parent) for name in names} | {"XDG_CACHE_HOME": str(answers)}
        with Terminal([sys.executable, "-m", "reader"], surroundings, SIZES[1], ROOT) as terminal:
            terminal.wait_for("unread", 30)
            terminal.press("r")
            terminal.wait_for("News of the day", 40)
            trial.hears(terminal.lines[0].strip())
            terminal.leave("q")
    assert list(answers.rglob("*.lock")), "no lock was tried"


GONE = partial(_lasts, lambda trial: away(trial.shared), 'sync = "{place}/shared"\n', "is missing")

MISHAPS = (
    Mishap(ROOM, "the folder of `sync` is gone", GONE),
    Mishap(ROOM, "the server stops and comes back", _server_down_and_up),
    Mishap(ROOM, "the folder of a watched export is gone", _export_gone),
    Mishap(ROOM, "the home's file system has no locks", _home_without_locks),
    Mishap(ROOM, "the file system of what programs share about hosts has no locks", _answers_without_locks),
)
