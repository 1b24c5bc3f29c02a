"""The list is on the terminal before Textual is imported: no cell changes as Textual takes over, and no key is lost."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyte.screens import Char

from reader.ui.first_frame.frame import BEGIN, END
from tests.breakage import cut, remove, sql
from tests.rigs.program import ROOT, environment
from tests.rigs.pty.leave import make_home
from tests.rigs.terminal import Terminal

pytestmark = pytest.mark.long

SIZE = (140, 30)

TOOK_OVER = b"\x1b[>25u"
"""Written by Textual's driver as it takes the terminal."""

SLOW = """
import sys, time
import reader.cli, reader.opening
reader.opening._prepare_cache = lambda *_: time.sleep({seconds}) or []
from reader.__main__ import main
sys.exit(main())
"""
"""Starts the program with some time between its first frame and the import of Textual."""

WATCHED = """
import os, sys, time
from reader.ui.terminal.leaving import Leaving
begin = Leaving.__init__
def begin_slowly(*given, **named):
    begin(*given, **named)
    os.write(1, b"\\0")
    time.sleep({seconds})
Leaving.__init__ = begin_slowly
from reader.__main__ import main
sys.exit(main())
"""
"""The same, with that time after the watch over the end has begun."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample, which the user has visited once, and left as soon as there was a title."""
    home = make_home(tmp_path_factory.mktemp("visited") / "home")
    with open_reader(home) as terminal:
        terminal.wait_for("●", 30)
        terminal.leave("q")
    return home


def open_reader(
    home: Path, *, seconds: float = 0.0, program: str = SLOW, size: tuple[int, int] = SIZE, **more: str
) -> Terminal:
    command = [sys.executable, "-P", "-c", program.format(seconds=seconds)]
    variables = {**environment(home), "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT), **more}
    return Terminal(command, variables, size, home)


@pytest.fixture
def visited(home: Path, tmp_path: Path) -> Path:
    """A copy of the home that a test may change; the kept look follows it, since its settings are nowhere."""
    copy = Path(shutil.copytree(home, tmp_path / "home"))
    kept = json.loads((copy / "look.json").read_text())
    for look in kept:
        look["files"] = [[file.replace(str(home), str(copy)), *rest] for file, *rest in look["files"]]
    (copy / "look.json").write_text(json.dumps(kept))
    return copy


def has_frame(terminal: Terminal) -> bool:
    """Whether the first frame is on the screen, whole, and Textual has not drawn."""
    return END.encode() in terminal.raw and TOOK_OVER not in terminal.raw


def screen(terminal: Terminal) -> list[list[Char]]:
    drawn = terminal._screen
    return [[drawn.buffer[y][x] for x in range(drawn.columns)] for y in range(drawn.lines)]


def wait_for_frame(terminal: Terminal) -> None:
    terminal.wait_for(lambda terminal: END.encode() in terminal.raw)
    assert has_frame(terminal), "the reader drew no first frame"


def wait_for_next_frame(terminal: Terminal) -> None:
    seen = len(terminal.raw)
    terminal.wait_for(lambda terminal: terminal.raw.rfind(END.encode()) >= seen)


def highlighted(terminal: Terminal) -> str:
    return next((line for line in terminal.lines if "▌" in line), "")


def changed(before: list[list[Char]], after: list[list[Char]]) -> Iterator[str]:
    """The cells with a text in the first frame that are another now; the header may say more, and a thumb may come."""
    for y, (line, then) in enumerate(zip(before[1:], after[1:], strict=True), start=1):
        for x, (cell, now) in enumerate(zip(line, then, strict=True)):
            if cell.data not in " │" and cell != now:
                yield f"{x},{y}: {cell} is {now}"


@pytest.mark.parametrize("size", [SIZE, (60, 20), (80, 24), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_cell_changes_as_textual_takes_over(visited: Path, size: tuple[int, int]) -> None:
    with open_reader(visited, seconds=0.3, size=size) as terminal:
        wait_for_frame(terminal)
        before = screen(terminal)
        header = terminal.lines[0].rstrip()
        assert "Latest" in header and "s star" in terminal.lines[-1] and "▌" in terminal.text
        frames = [before]
        while len(frames) < 4:
            wait_for_next_frame(terminal)
            frames.append(screen(terminal))
            assert [*changed(before, frames[-1])] == []
        assert "Latest" in terminal.lines[0]
        assert terminal.raw.count(b"\x1b[?1049h") == 1, "a second alternate screen would be an empty one"
        assert b"\x1b[2J" not in terminal.raw
        terminal.leave("q")


def test_keys_move_the_cursor_at_once_and_textual_goes_on_from_there(visited: Path) -> None:
    with open_reader(visited, seconds=0.5) as terminal:
        wait_for_frame(terminal)
        titles = [line for line in terminal.lines if "●" in line]
        terminal.press("j", "down", "j", "k", "\x1bOB")
        third = titles[3].partition("●")[2][:60]
        terminal.wait_for(lambda terminal: third in highlighted(terminal))
        assert TOOK_OVER not in terminal.raw, "the first frame's own thread moves the cursor"
        terminal.wait_for(lambda terminal: TOOK_OVER in terminal.raw)
        terminal.wait_for("s star")
        assert third in highlighted(terminal)
        terminal.leave("q")
    assert json.loads((visited / "state.json").read_text())["paper"]


def test_keys_act_in_order_from_the_first_unknown_one_on(visited: Path) -> None:
    with open_reader(visited, seconds=0.3) as terminal:
        wait_for_frame(terminal)
        titles = [line for line in terminal.lines if "●" in line]
        # Two steps at once, then a star, a step, a chord to another view and one back, and a query.
        terminal.press("jjsj", "g", "a", "g", "t", "/", "memory", "enter")
        terminal.wait_for(lambda terminal: "» memory" in terminal.lines[0], 30)
        terminal.leave("ctrl+q")
    with closing(sqlite3.connect(visited / "papers.db")) as connection:
        [(starred,)] = connection.execute("SELECT title FROM paper WHERE starred")
    assert starred[:30] in titles[2]


@pytest.mark.parametrize("program", [SLOW, WATCHED], ids=["slow", "watched"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])
def test_a_signal_before_textual_leaves_the_terminal_as_it_was(visited: Path, name: str, program: str) -> None:
    with open_reader(visited, seconds=20, program=program) as terminal:
        before = terminal.modes()
        wait_for_frame(terminal)
        if program == WATCHED:
            terminal.wait_for(lambda terminal: b"\0" in terminal.raw)
        assert terminal.modes() != before
        number = getattr(signal, name)
        terminal.process.send_signal(number)
        assert terminal.wait_closed() == 128 + number
        assert terminal.modes() == before
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
        assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
        assert terminal.raw.rfind(b"\x1b[?7h") > terminal.raw.rfind(b"\x1b[?7l")


CUT = """
import os, signal, sys
from reader.ui.first_frame.frame import FirstFrame
def write_half(frame, text):
    os.write(frame._output, text.encode()[: len(text) // 2])
    os.kill(os.getpid(), signal.SIGTERM)
FirstFrame._write = write_half
from reader.__main__ import main
sys.exit(main())
"""
"""Gets a signal amid its first frame."""


def test_a_signal_amid_the_frame_leaves_nothing_half_done(visited: Path) -> None:
    with open_reader(visited, program=CUT) as terminal:
        assert terminal.wait_closed() == 128 + signal.SIGTERM
        assert terminal.raw.count(BEGIN.encode()) == 1
        assert terminal.raw.rfind(END.encode()) > terminal.raw.rfind(BEGIN.encode())
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(END.encode())


def test_a_failure_before_textual_is_told_on_the_users_own_screen(visited: Path) -> None:
    (visited / "sitecustomize.py").write_text("import sys; sys.modules['textual.app'] = None\n")
    with open_reader(visited, seconds=0.1, PYTHONPATH=f"{ROOT}:{visited}") as terminal:
        before = terminal.modes()
        assert terminal.wait_closed() == 1
        assert terminal.modes() == before
        said = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
        assert b"unexpected error" in said
        assert BEGIN.encode() in terminal.raw


def test_a_terminal_that_closes_before_textual_ends_the_reader(visited: Path) -> None:
    with open_reader(visited, seconds=0.3) as terminal:
        wait_for_frame(terminal)
        terminal.hang_up()
        terminal.process.wait(20)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_reader_that_was_killed_at_once_has_kept_its_look(visited: Path, name: str) -> None:
    (visited / "look.json").unlink()
    with open_reader(visited) as terminal:
        terminal.wait_for("s star", 30)
        # The footer stands there a moment before all panes do.
        terminal.wait_for(lambda _: (visited / "look.json").exists(), 30)
        terminal.process.send_signal(getattr(signal, name))
        terminal.wait_closed()
    assert draws_first(visited)


def test_even_the_first_start_draws_first(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    (home / "config.toml").unlink()
    with open_reader(home, seconds=0.3) as terminal:
        wait_for_frame(terminal)
        before = screen(terminal)
        for _ in range(3):
            wait_for_next_frame(terminal)
            assert [*changed(before, screen(terminal))] == []
        terminal.leave("q")


CHANGES: dict[str, Callable[[Path], object]] = {
    "older": sql("UPDATE alembic_version SET version_num = '0001'"),
    "cut": cut(0.01),
    "no cache": remove,
    "other settings": lambda home: (home / "config.toml").write_text('theme = "light"\n'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_certain_is_left_to_textual(visited: Path, change: str) -> None:
    CHANGES[change](visited)
    assert not draws_first(visited)


ALONE = """
import sys
from reader.ui.first_frame import show_first_frame
frame = show_first_frame()
if frame is not None:
    frame.take_down()
    open("modules", "w").write(" ".join(sys.modules))
"""


def draws_first(home: Path, **more: Any) -> str:
    """The modules that are imported with the first frame on the screen; empty if there is none."""
    with open_reader(home, program=ALONE, **more) as terminal:
        terminal.wait_closed(30)
    modules = home / "modules"
    return modules.read_text() if modules.exists() else ""


def test_the_first_frame_imports_no_more_than_it_needs(visited: Path) -> None:
    modules = set(draws_first(visited).split())
    assert "sqlite3" in modules
    slow = {"textual", "sqlmodel", "sqlalchemy", "httpx", "pydantic", "asyncio", "dataclasses", "inspect", "argparse"}
    slow |= {
        "platformdirs",
        "reader.config",
        "reader.cli",
        "reader.ui.shell.state",
        "reader.ui.app",
        "reader.core.query",
    }
    assert modules.isdisjoint(slow), modules & slow
