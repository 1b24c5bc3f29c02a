"""The colours that the reader sends to a terminal, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.rigs.pty.leave import READY, open_reader
from tests.rigs.terminal import FRAME_BEGIN, FRAME_END, Terminal

pytestmark = pytest.mark.long

SGR = re.compile(rb"\x1b\[([\d;:]*)m")

PLAIN = {0, 1, 2, 3, 4, 7, 9, 22, 23, 24, 27, 29}
"""Codes for weight, italics, underlines, reverse and strikes, and for the end of them."""


@contextmanager
def reader(home: Path, **more: str) -> Iterator[Terminal]:
    with open_reader(home, (140, 40), **{"COLORTERM": "truecolor", **more}) as terminal:
        terminal.wait_for(READY)
        yield terminal


def codes(terminal: Terminal) -> set[int]:
    """The numbers of all codes for the look of text."""
    return {int(code or 0) for found in SGR.findall(bytes(terminal.raw)) for code in re.split(rb"[;:]", found)}


def lacks(text: str, terminal: Terminal) -> bool:
    """Whether a text is not on the screen."""
    return text not in terminal.text


def use(terminal: Terminal) -> None:
    """Go through the screens, and leave."""
    terminal.press("s", "j", "m", "j")
    for key, shown, closes in (
        ("enter", "q back", "q"),
        ("?", "Keys in", "escape"),
        ("gd", "Go to", "q"),
        ("/", '"a phrase"', "escape"),
        (":", "tag add later", "escape"),
    ):
        terminal.press(key)
        terminal.wait_for(shown)
        terminal.press(closes)
        terminal.wait_for(partial(lacks, shown))
    terminal.press("ctrl+q")
    terminal.wait_closed()


@pytest.mark.parametrize("theme", ["", "nord"])
def test_no_color_sends_weight_underline_and_reverse_alone(home: Path, theme: str) -> None:
    with reader(home, NO_COLOR="1", TEXTUAL_THEME=theme) as terminal:
        use(terminal)
        assert codes(terminal) <= PLAIN
        assert 7 in codes(terminal)


@pytest.mark.parametrize(("theme", "ground"), [("dark", b"48;2;20;22;27"), ("nord", b"48;2;46;52;64")])
def test_the_environment_names_a_theme_of_ours_or_of_textual(home: Path, theme: str, ground: bytes) -> None:
    with reader(home, TEXTUAL_THEME=theme) as terminal:
        assert ground in terminal.raw


def test_an_unknown_theme_is_one_plain_warning(home: Path) -> None:
    with reader(home, TEXTUAL_THEME="drakula") as terminal:
        terminal.wait_for("Did you mean dracula?")
        terminal.leave("q")
        assert b"Traceback" not in terminal.raw


def test_each_frame_is_drawn_at_once_where_the_terminal_can(home: Path) -> None:
    with reader(home) as terminal:
        terminal.press("j", "j", "s")
        terminal.wait_for("starred")
        terminal.press("q")
        terminal.wait_closed()
        begun, ended = terminal.raw.count(FRAME_BEGIN), terminal.raw.count(FRAME_END)
        assert begun > 3
        assert begun == ended
        first = terminal.raw.find(FRAME_BEGIN)
        assert all(frame.count(FRAME_END) == 1 for frame in bytes(terminal.raw[first:]).split(FRAME_BEGIN)[1:])
