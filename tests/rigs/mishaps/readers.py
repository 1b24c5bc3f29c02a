"""Mishaps of the running reader: what its first and last line say, and that they stop saying it."""

from __future__ import annotations

import errno
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from reader.cache.connections import BUSY_SECONDS
from tests.feed_server import FeedServer, item
from tests.rigs.crash.faults import without_locks
from tests.rigs.mishaps.servers import joined_through_server
from tests.rigs.mishaps.trial import Mishap, Trial, events
from tests.rigs.program import ROOT, Run, environment
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
def _reader(trial: Trial, settings: str, size: tuple[int, int]) -> Iterator[Terminal]:
    """The reader on the laptop's home; it is left by its own key, and must end well."""
    file = trial.laptop / "config.toml"
    plain = file.read_text()
    file.write_text(plain + settings)
    command = [sys.executable, "-c", HURRIED]
    try:
        with (
            FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed,
            Terminal(command, environment(trial.laptop, feed.url, **trial.variables), size, ROOT) as terminal,
        ):
            terminal.wait_for("unread", 30)
            yield terminal
            terminal.press("q")
            code = terminal.wait_closed(30)
            trial.expect(code == 0, f"the reader ended with {code}")
    finally:
        file.write_text(plain)


def _told(terminal: Terminal) -> str:
    """The last two lines, which a long warning takes."""
    lines = [line.strip() for line in terminal.lines[-2:]]
    # Where there is room, the keys stand before it, and a rule between panes above.
    return lines[-1].rpartition("   ")[2].strip() if "? keys" in lines[-1] else " ".join(lines)


def _meets(trial: Trial, terminal: Terminal, sentence: str, size: tuple[int, int]) -> None:
    """Wait for the sentence and the sign; the keys must still do what they do, and the sentence must go."""
    began = time.perf_counter()
    terminal.wait_for(lambda one: sentence in _told(one), 40)
    said, seconds = _told(terminal), time.perf_counter() - began
    before = events(trial.laptop)
    terminal.press("m")
    terminal.wait_for(lambda one: sentence not in _told(one), 20)
    terminal.wait_for("fails", 20)
    sign = terminal.lines[0].split("  ")[-1].strip()
    trial.note(Run((f"{size[0]}x{size[1]}",), 0, "", said, seconds), 0)
    trial.keeps(f"above: {sign}")
    trial.expect(len(events(trial.laptop)) == len(before) + 1, "a key was taken away")


def _heals(trial: Trial, terminal: Terminal) -> None:
    """Wait until the sign is gone."""
    terminal.wait_for(lambda one: "fails" not in one.lines[0], 40)
    trial.told[-1].next = f"above: {terminal.lines[0].split('  ')[-1].strip()}"


def _folder_gone(trial: Trial) -> None:
    for size in rest_at_night(SIZES, 1):
        away = trial.place / "away"
        trial.shared.rename(away)
        with _reader(trial, f'sync = "{trial.shared}"\n', size) as terminal:
            _meets(trial, terminal, "is missing", size)
            away.rename(trial.shared)
            _heals(trial, terminal)
    trial.expect_same_marks()


def _half_a_file(trial: Trial) -> None:
    file = trial.file(trial.desk)
    whole = file.read_bytes()
    for size in rest_at_night(SIZES, 1):
        file.write_bytes(whole[:-40])
        with _reader(trial, f'sync = "{trial.shared}"\n', size) as terminal:
            terminal.wait_for(lambda one: "cut off" in _told(one), 40)
            trial.note(Run((f"{size[0]}x{size[1]}",), 0, "", _told(terminal), 0), 0)
            file.write_bytes(whole)
    trial.expect_same_marks()


def _server_down_and_up(trial: Trial) -> None:
    server = joined_through_server(trial)
    for size in rest_at_night(SIZES, 1):
        with _reader(trial, f'sync = "{server.address()}"\n', size) as terminal:
            time.sleep(8)
            trial.expect("fails" not in terminal.text, "it fails before the server is down")
            server.stop()
            try:
                _meets(trial, terminal, "can't be used", size)
            finally:
                server.start()
            _heals(trial, terminal)
    trial.expect_same_marks(server.address())


def _group_gone(trial: Trial) -> None:
    team, away = trial.place / "team", trial.place / "away"
    for size in rest_at_night(SIZES, 1):
        team.rename(away)
        with _reader(trial, "", size) as terminal:
            _meets(trial, terminal, "is missing", size)
            away.rename(team)
            _heals(trial, terminal)


def _export_gone(trial: Trial) -> None:
    out, away = trial.place / "out", trial.place / "away"
    out.mkdir()
    settings = f'[[exports]]\nquery = "is:starred"\nfile = "{out}/starred.atom"\n'
    for size in rest_at_night(SIZES, 1):
        out.rename(away)
        with _reader(trial, settings, size) as terminal:
            terminal.wait_for(lambda one: "was not written" in _told(one), 40)
            trial.note(Run((f"{size[0]}x{size[1]}",), 0, "", _told(terminal), 0), 0)
            away.rename(out)
        count = (out / "starred.atom").read_text().count("<entry>") if (out / "starred.atom").exists() else 0
        trial.expect(count >= 3, f"the feed has {count} papers after the reader has ended")


def _home_without_locks(trial: Trial) -> None:
    """The reader says so at once, and leaves."""
    for size, error in zip(SIZES, (errno.ENOLCK, errno.ENOSYS), strict=True):
        surroundings = environment(trial.laptop, **without_locks(trial.laptop, error, trial.place))
        with Terminal([sys.executable, "-m", "reader"], surroundings, size, ROOT) as terminal:
            terminal.wait_for(lambda one: "".join(one.lines).rstrip().endswith("HOME to it."), BUSY_SECONDS)
            said, code = "".join(terminal.lines).rstrip(), terminal.wait_closed(BUSY_SECONDS)
            trial.expect("can't lock files" in said, f"it said {said}")
            trial.note(Run((f"{size[0]}x{size[1]}",), code, "", said, 0), 1)
    trial.must(trial.laptop, "list")


def _answers_without_locks(trial: Trial) -> None:
    """Programs that can't take turns at a host ask it all the same: the refresh is not held up."""
    home, answers = trial.place / "data" / "dailypapers", trial.place / "answers"
    shutil.copytree(trial.laptop, home)
    answers.mkdir()
    (home / "config.toml").write_text("ask_arxiv = false\n")
    for size in rest_at_night(SIZES, 1):
        with FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed:
            surroundings = environment(home, feed.url, **without_locks(answers, errno.ENOLCK, trial.place))
            del surroundings["DAILYPAPERS_HOME"]
            names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
            surroundings |= {name: str(home.parent) for name in names} | {"XDG_CACHE_HOME": str(answers)}
            with Terminal([sys.executable, "-m", "reader"], surroundings, size, ROOT) as terminal:
                terminal.wait_for("unread", 30)
                terminal.press("r")
                terminal.wait_for("News of the day", 40)
                trial.note(Run((f"{size[0]}x{size[1]}",), 0, "The news came.", "", 0), 0)
                terminal.press("q")
                trial.expect(terminal.wait_closed(30) == 0, "the reader ended badly")
        locks = list(answers.rglob("*.lock"))
        trial.expect(bool(locks), "no lock was tried")
        shutil.copytree(trial.laptop, home, dirs_exist_ok=True)


MISHAPS = tuple(
    Mishap(ROOM, what, play)
    for what, play in (
        ("the folder of `sync` is gone", _folder_gone),
        ("half of another machine's file", _half_a_file),
        ("the server stops and comes back", _server_down_and_up),
        ("the group's folder is gone", _group_gone),
        ("the folder of a watched export is gone", _export_gone),
        ("the home's file system has no locks", _home_without_locks),
        ("the file system of what programs share about hosts has no locks", _answers_without_locks),
    )
)
"""In the order of the table."""
