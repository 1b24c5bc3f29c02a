"""A window that is dragged: hundreds of sizes in a moment, of which only the last one matters."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.rigs.pty.leave import READY, open_reader
from tests.rigs.terminal import FRAME_BEGIN, FRAME_END

pytestmark = pytest.mark.long

SIZES = 150

SCREENS = {"list": (), "page": ("enter",), "help": ("?",), "calendar": ("g", "d"), "query": ("/",)}
"""Screens by the keys that lead to them."""


def test_the_last_of_many_sizes_is_drawn(home: Path) -> None:
    with open_reader(home, (120, 40)) as terminal:
        terminal.wait_for(READY)
        choose = random.Random(7)
        for screen, keys in SCREENS.items():
            if keys:
                terminal.press(*keys)
                terminal.read_until_quiet(0.3)
            terminal.forget()
            for _ in range(SIZES):
                terminal.resize(choose.randint(1, 220), choose.randint(1, 70))
                terminal.read(0.002)
            terminal.resize(100, 30)
            if keys:
                terminal.press("escape")
            terminal.wait_for(
                lambda one: READY in one.lines[29] and "LiveEdit" in one.text and one.raw.endswith(FRAME_END)
            )
            # A frame has many sizes behind it.
            assert terminal.raw.count(FRAME_BEGIN) < SIZES, screen
        terminal.leave("ctrl+q")
        assert b"Traceback" not in terminal.raw
