"""The first frame: drawn before Textual, in a kept look, with the same cells that Textual draws."""

from __future__ import annotations

import gc
import os
import select
import shutil
import signal
import sys
import termios
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pyte
import pytest
from pyte.screens import Char
from textual.geometry import Region

from reader import paths
from reader.keys.keymap import Keymap
from reader.platform import ENDING_SIGNALS
from reader.session.visit import Visit, save
from reader.ui import first_frame
from reader.ui.first_frame import AS_IT_WAS, BEGIN, CLEAN, END, FirstFrame
from reader.ui.first_frame.painter import (
    Content,
    KeptLook,
    Painter,
    Unsure,
    is_certain,
    load_look,
    read_content,
    save_look,
)
from reader.ui.next_start import look_of
from reader.ui.shell.layout import PaneChoice, remembered_panes
from tests.table import each
from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import draft

# On a terminal


class Terminal:
    """A terminal of 80 by 24, which the frame reads and draws on."""

    def __init__(self) -> None:
        self.user, self.program = os.openpty()
        termios.tcsetwinsize(self.program, (24, 80))
        self.modes = termios.tcgetattr(self.program)
        self.handlers = self.get_handlers()

    def get_handlers(self) -> list[Any]:
        return [signal.getsignal(number) for number in ENDING_SIGNALS]

    def frame(self, output: int | None = None) -> FirstFrame:
        return FirstFrame("THREE", self.program if output is None else output)

    def sees(self, text: str) -> bool:
        seen = b""
        while len(seen) < len(text.encode()) and select.select([self.user], [], [], 10)[0]:
            seen += os.read(self.user, 4096)
        return seen == text.encode() and not select.select([self.user], [], [], 0)[0]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    terminal = Terminal()
    monkeypatch.setattr(first_frame, "INPUT", terminal.program)
    yield terminal
    for number, handler in zip(ENDING_SIGNALS, terminal.handlers, strict=True):
        signal.signal(number, handler)
    os.close(terminal.user)
    os.close(terminal.program)


def test_the_terminal_is_put_back_as_it_was(terminal: Terminal) -> None:
    frame = terminal.frame()
    frame.take_down()
    frame.show()
    assert termios.tcgetattr(terminal.program) != terminal.modes
    frame.take_down()
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}{AS_IT_WAS}")
    assert (termios.tcgetattr(terminal.program), terminal.get_handlers()) == (terminal.modes, terminal.handlers)


def test_a_signal_ends_the_program_but_not_without_the_terminals_modes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = list[int]()
    monkeypatch.setattr(os, "_exit", ended.append)
    frame = terminal.frame()
    frame.show()
    signal.raise_signal(signal.SIGTERM)
    assert terminal.sees(f"{CLEAN}{BEGIN}THREE{END}{AS_IT_WAS}")
    assert (ended, termios.tcgetattr(terminal.program)) == ([128 + signal.SIGTERM], terminal.modes)
    frame.hand_over()
    signal.raise_signal(signal.SIGTERM)
    assert ended == [128 + signal.SIGTERM] * 2 and not select.select([terminal.user], [], [], 0)[0]


def test_a_terminal_that_is_gone_leaves_nothing_behind(terminal: Terminal) -> None:
    gone, output = os.pipe()
    os.close(gone)
    with pytest.raises(BrokenPipeError):
        terminal.frame(output).show()
    os.close(output)
    assert (termios.tcgetattr(terminal.program), terminal.get_handlers()) == (terminal.modes, terminal.handlers)


class Stream(StringIO):
    def __init__(self, encoding: str, *, is_tty: bool = True) -> None:
        super().__init__()
        self._encoding, self._is_tty = encoding, is_tty

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._is_tty


OUT = {"__stderr__": Stream("ascii", is_tty=False), "__stdout__": Stream("UTF-8")}


@each(
    ("variables", "terminals", "streams", "group", "is_usual"),
    [
        ({}, (0, 1), OUT, 5, True),
        ({}, (0, 1), {**OUT, "__stderr__": Stream("utf8")}, 5, True),
        ({}, (0, 1), {**OUT, "__stderr__": None}, 5, True),
        ({}, (0, 1), OUT, None, True),
        ({}, (0, 1), OUT, 6, False),
        ({}, (0,), OUT, 5, False),
        ({}, (1,), OUT, 5, False),
        ({}, (0, 1), {**OUT, "__stderr__": Stream("latin-1")}, 5, False),
        ({}, (0, 1), {**OUT, "__stdout__": None}, 5, False),
        *(({name: "80"}, (0, 1), OUT, 5, False) for name in ("TEXTUAL_DRIVER", "COLUMNS", "LINES")),
        *(({"TERM": term}, (0, 1), OUT, 5, False) for term in ("", "dumb")),
    ],
)
def test_only_a_usual_terminal_has_a_first_frame(
    variables: dict[str, str], terminals: tuple[int, ...], streams: dict[str, Any], group: int | None, is_usual: bool
) -> None:
    def foreground(_terminal: int) -> int:
        if group is None:
            raise OSError
        return group

    with pytest.MonkeyPatch.context() as patch:
        for name in ("TEXTUAL_DRIVER", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm", **variables}.items():
            patch.setenv(name, value)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        patch.setattr(os, "isatty", terminals.__contains__)
        patch.setattr(os, "tcgetpgrp", foreground)
        patch.setattr(os, "getpgrp", lambda: 5)
        patch.setattr(gc, "disable", lambda: None)
        patch.setattr(sys, "setswitchinterval", lambda _seconds: None)
        patch.setattr(first_frame, "_show", lambda: "a frame")
        assert (first_frame.show_first_frame() is not None) == is_usual


# The kept look

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": "/home/ann"}


@pytest.mark.parametrize(
    ("changes", "is_used"),
    [({}, True), ({"HOME": "/", "TERM": "screen", "NO_COLOR": "1"}, True), ({"TEXTUAL_THEME": "nord"}, False)],
)
def test_a_look_is_used_until_the_settings_or_textuals_variables_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], is_used: bool
) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    file, kept = tmp_path / "look.json", look_of(Keymap(), settings(), ENVIRONMENT)
    save_look(file, kept)
    found = load_look(file, {**ENVIRONMENT, **changes})
    assert (found is not None) == is_used
    assert found is None or (found.hints, found.order) == (kept.hints, "day")
    paths.config_file().write_text("ascii = true")
    assert load_look(file, ENVIRONMENT) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '{"a": 1}', '[{"order": {}}]', "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")],
)
def test_a_damaged_file_yields_no_kept_look(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "look.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert load_look(file, ENVIRONMENT) is None


async def test_a_start_draws_its_list_in_the_kept_look_if_all_of_it_is_certain(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader():
        pass
    home, shown = tmp_path / "home", list[FirstFrame]()

    def show(frame: FirstFrame) -> None:
        shown.append(frame)

    shutil.copy(tmp_path / "papers.db", home / "papers.db")
    monkeypatch.setattr(os, "get_terminal_size", lambda _output: os.terminal_size((80, 24)))
    monkeypatch.setattr(FirstFrame, "show", show)
    frame = first_frame._show()
    assert frame is not None and shown == [frame]
    assert all(one in frame._text for one in ("Latest", "Slow Video", "mark read"))
    (home / "state.json").write_text('{"view": "starred"}')
    assert first_frame._show() is None, "an empty list has a reason, which is not known yet"
    (home / "state.json").unlink()
    (home / "suspect").touch()
    assert first_frame._show() is None
    (home / "suspect").unlink()
    paths.config_file().touch()
    assert first_frame._show() is None, "the settings may have changed"
    paths.config_file().unlink()
    paths.look_file().unlink()
    assert first_frame._show() is None and shown == [frame]


# The painter

LEFT = Visit()

SIZES = ((60, 20), (80, 24), (100, 30), (140, 42), (200, 60))

EDGES = ((20, 5), (61, 17), (69, 20), (70, 20), (89, 24), (90, 30), (129, 40), (130, 40), (179, 50), (180, 50))
"""Sizes between which the panes stand otherwise."""

LOOKS = {
    "dark": settings(theme="dark"),
    "light": settings(theme="light"),
    "ansi": settings(theme="ansi"),
    "ascii": settings(ascii=True),
}


def cells(written: str, size: tuple[int, int]) -> list[list[Char]]:
    """The cells of a terminal after something was written to it."""
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(written.replace("\x1b[2m", ""))
    return [[_as_seen(screen.buffer[y][x]) for x in range(size[0])] for y in range(size[1])]


def _as_seen(cell: Char) -> Char:
    """A cell without invisible attributes: the foreground colour of a blank does not count."""
    if cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough):
        return cell._replace(fg="default", bold=False, italics=False)
    return cell


def of_textual(r: Story) -> str:
    """The output of Textual for the whole screen."""
    return r.main._compositor.render_full_update().render_segments(r.app.console)


def paint(r: Story, visit: Visit = LEFT) -> Painter:
    """The first frame as a start would draw it after a visit."""
    look, content = read(r, visit)
    return Painter(
        look,
        content,
        remembered_panes(visit),
        r.app.size,
        papers.NOW,
        os.environ,
    )


def read(r: Story, visit: Visit = LEFT) -> tuple[KeptLook, Content]:
    """The look of the screen as a start would know it, and the content of its list."""
    look = look_of(r.app.keymap, r.app.settings, os.environ)
    content = read_content(r.file, visit, look.order)
    assert content is not None
    return look, content


def differing(r: Story, painter: Painter) -> list[str]:
    """The cells that differ from Textual's, except the insides of other panes and the thumb."""
    size = r.app.size
    # As in the reader's own first frame.
    r.main.papers.tell_days((), None)
    first, then = (cells(text, size) for text in (painter.whole(), of_textual(r)))
    panes = [pane for pane in (r.main.filter, r.main.detail) if pane.is_on_screen]
    insides = [Region(*pane.region)._replace(width=pane.columns) for pane in panes]
    bar = r.main.papers.region.right - 1
    return [
        f"{x},{y}: {first[y][x]} is {then[y][x]}"
        for y in range(size.height)
        for x in range(size.width)
        # The thumb, and what counts have added to the header, come later.
        if not (x == bar or y == 0 or (any(inside.contains(x, y) for inside in insides) and then[y][x].data != " "))
        if first[y][x] != then[y][x]
    ]


@pytest.mark.parametrize("name", ["dark", *(pytest.param(name, marks=pytest.mark.long) for name in [*LOOKS][1:])])
async def test_textual_draws_the_same_cells(reader: Opener, name: str) -> None:
    async with reader(size=SIZES[0], settings=LOOKS[name]) as r:
        for size in SIZES if name == "dark" else (*SIZES, *EDGES):
            await r.resize(*size)
            painter = paint(r)
            assert differing(r, painter) == [], size
            screen = cells(painter.whole(), size)
            assert "Slow Video" in "".join(char.data for line in screen for char in line) or size[1] < 6


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_users_own_panes_and_wide_titles_are_drawn_also_without_colours(
    reader: Opener, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"stacked": (26, 0.6), "columns": (26, 0.4), "three": (20, 0.3), "wide": (50, 0.7)}
    visit = Visit(sizes=sizes, is_zoomed=size[0] == 100)
    save(tmp_path / "state.json", visit)
    drafts = [draft(1, "漢字" * 60), draft(2, "e\u0301" * 90), draft(3, "\x1b[31mred")]
    days, theme = {"2026-05-12": drafts}, settings(theme="ansi")
    monkeypatch.setenv("NO_COLOR", "1" if size[0] in (80, 200) else "")
    async with reader(papers=days, size=size, settings=theme, state_file=tmp_path / "state.json") as r:
        assert differing(r, paint(r, visit)) == []


@pytest.mark.parametrize(
    "visit",
    [
        Visit("all", "topic:agents"),
        *(
            pytest.param(visit, marks=pytest.mark.long)
            for visit in (Visit("unread"), Visit("all"), Visit("day:2026-05-11"))
        ),
    ],
    ids=lambda visit: f"{visit.view} {visit.text}".strip(),
)
async def test_other_places_are_drawn_as_well(reader: Opener, visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(f'{{"view": "{visit.view}", "text": "{visit.text}"}}')
    async with reader(size=(80, 24), state_file=tmp_path / "state.json") as r:
        assert r.ids
        assert differing(r, paint(r, visit)) == []
        await r.resize(140, 42)
        assert differing(r, paint(r, visit)) == []


async def test_the_cursor_begins_where_the_user_left_or_there_is_no_frame(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        assert read(r, Visit("all", paper=r.ids[3]))[1].cursor == 3
        deep = r.ids[6]
        monkeypatch.setattr("reader.session.first_list.MAX_PAPERS_READ", 3)
        monkeypatch.setattr("reader.ui.first_frame.painter.SCREENFUL_PAPERS", 2)
        assert read_content(r.file, Visit("all", paper=deep), "day") is None
        assert read_content(r.file, Visit("starred"), "day") is None


async def test_a_list_without_a_line_and_colours_that_the_terminal_lacks_are_not_drawn(reader: Opener) -> None:
    async with reader() as r:
        look, content = read(r)
        with pytest.raises(Unsure):
            Painter(look, content, PaneChoice(), (60, 2), papers.NOW, ENVIRONMENT)
        with pytest.raises(Unsure):
            sixteen = {"TERM": "linux"}
            Painter(look._replace(theme="dark"), content, PaneChoice(), r.app.size, papers.NOW, sixteen).whole()


async def test_only_a_sound_and_current_cache_is_certain(reader: Opener) -> None:
    async with reader() as r:
        cache = r.file
        assert is_certain(cache)
        stamp = paths.suspect_stamp(cache)
        stamp.touch()
        assert not is_certain(cache)
        stamp.unlink()
        cache.chmod(0o400)
        assert not is_certain(cache.with_name("missing.db"))
