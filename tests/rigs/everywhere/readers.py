"""How long a mark in one running reader takes to be on the screens of others, through a server."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from reader.extensions.group import looking
from tests.extensions.sync.machines import make_cache
from tests.rigs.everywhere.homes import Home, Places
from tests.rigs.program import command, environment
from tests.rigs.terminal import Terminal

SIZE = (120, 40)

STARRED, SHARED = "★", "ada starred"
"""What a star looks like on the person's other machine, and on another member's."""


def measure(root: Path, places: Places, times: int) -> tuple[list[float], list[float]]:
    """Star and unstar a paper in a reader; return the seconds until another machine and another member show it."""
    origin = make_cache(root / "origin" / "papers.db")
    laptop, desk, tower = (
        Home.of(person, name, 0, origin, places, root)
        for person, name in (("ada", "laptop"), ("ada", "desk"), ("bob", "tower"))
    )
    laptop.enter(None, is_new=True)
    looking.change_shares(laptop.cache, ("star",))
    laptop.look_at_group()
    tower.enter(None, is_new=False)
    for home in (laptop, desk):
        (home.cache.parent / "config.toml").write_text(f'sync = "{home.sync}"\nrefresh_minutes = 0\n')
    with ExitStack() as stack:
        readers = [stack.enter_context(_reader(home)) for home in (laptop, desk, tower)]
        return _times(readers, times)


def _reader(home: Home) -> Terminal:
    return Terminal(command(), environment(home.cache.parent, "http://127.0.0.1:9"), SIZE)


def _times(readers: Sequence[Terminal], times: int) -> tuple[list[float], list[float]]:
    laptop, desk, tower = readers
    for reader in readers:
        reader.wait_for("Paper number", timeout=60)
    own, others = list[float](), list[float]()
    for number in range(times + 1):
        is_starred = not number % 2
        began = laptop.press("s")
        at = _wait(readers, {desk: STARRED, tower: SHARED}, is_starred)
        # The first one waits until the readers listen.
        if number:
            own.append(at[desk] - began)
            others.append(at[tower] - began)
    return own, others


def _wait(readers: Sequence[Terminal], signs: Mapping[Terminal, str], is_wanted: bool) -> dict[Terminal, float]:
    """Read what all readers draw until each shows its sign, or shows it no more; return when each did."""
    at: dict[Terminal, float] = {}
    deadline = time.monotonic() + 60
    while len(at) < len(signs):
        for reader in readers:
            seen = reader.show_next() if reader.read(0.002) else time.perf_counter()
            if reader in signs and reader not in at and (signs[reader] in reader.text) is is_wanted:
                at[reader] = seen
        if time.monotonic() > deadline:
            raise AssertionError("\n".join(reader.text for reader in readers))
    return at
