"""Mishaps of a group: its folder, its members' statements, and the own key. The laptop is ada's, the desk bob's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reader.extensions.group import membership
from tests.rigs.mishaps.servers import joined_through_server
from tests.rigs.mishaps.trial import Fault, Mishap, Trial, away, changed, disk, lacking, read_only, resize

ROOM = "group"


def _membership(home: Path) -> membership.Membership:
    found = membership.load(home / "papers.db")
    assert found is not None
    return found


def _file(trial: Trial, home: Path) -> Path:
    """The file in which a member's machine speaks."""
    return trial.team / f"member-{_membership(home).slot}.signed.jsonl"


def _look(fault: Fault, code: int, trial: Trial) -> None:
    """Look at the group while a fault is there, and once it is gone; then both see all that the other shares."""
    with fault(trial):
        trial.meets("group", "look", code=code)
        assert len(trial.sees(trial.laptop)) >= 2, "what was seen before is gone"
    trial.heals("group", "look")
    trial.must(trial.desk, "group", "look")
    for home in (trial.laptop, trial.desk):
        assert len(trial.sees(home)) == 3, f"{home.name} sees {trial.sees(home)}"


# The folder


@contextmanager
def _empty_mount_point(trial: Trial) -> Iterator[None]:
    with away(trial.team):
        trial.team.mkdir()
        yield


def _read_only(trial: Trial) -> None:
    with disk(trial.team):
        with read_only(trial.team):
            trial.meets("group", "share", "queue")
        trial.heals("group", "look")
    trial.must(trial.desk, "group", "look")
    assert len(trial.sees(trial.desk)) == 4, "the choice was not kept"


def _full(trial: Trial) -> None:
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    with disk(trial.team, 0):
        trial.meets("group", "share", "note")
        assert not list(trial.team.glob("*.part")), "half a file is left"
        resize(trial.team)
        trial.heals("group", "look")
    trial.must(trial.desk, "group", "look")
    assert len(trial.sees(trial.desk)) == 4, "the choice was not kept"


# The own key


def _key(change: Callable[[bytes], bytes]) -> Fault:
    """Let the file with the secret key be another one, which stays as it is."""

    @contextmanager
    def fault(trial: Trial) -> Iterator[None]:
        file = trial.laptop / "papers.group.json"
        data = change(file.read_bytes())
        with changed(file, data):
            yield
            assert file.read_bytes() == data, "the damaged file was changed"

    return fault


def _key_lost(trial: Trial) -> None:
    """Who has lost the key comes back as another member."""
    (trial.laptop / "papers.group.json").unlink()
    trial.meets("group", "look")
    trial.heals("group", "join", str(trial.team), "--name", "ada", says=True)


@contextmanager
def _without_the_extra(trial: Trial) -> Iterator[None]:
    trial.variables |= lacking(trial, "nacl")
    yield
    trial.variables.clear()


def _server_down(trial: Trial) -> None:
    """The group is on a server, which stops and comes back."""
    server = joined_through_server(trial)
    for home, name, begin in ((trial.laptop, "ada", "create"), (trial.desk, "bob", "join")):
        trial.must(home, "group", "leave")
        trial.must(home, "group", begin, server.address(), "--name", name)
    server.stop()
    try:
        trial.meets("group", "share", "star", home=trial.desk)
    finally:
        server.start()
    trial.heals("group", "look", home=trial.desk)
    trial.must(trial.laptop, "group", "look")
    assert len(trial.sees(trial.laptop)) >= 3, "what bob shares did not come"


FAULTS: tuple[tuple[str, Fault, int], ...] = (
    ("the folder is gone, or its disk is not mounted", lambda trial: away(trial.team), 1),
    ("the mount point is there, but nothing is mounted", _empty_mount_point, 1),
    ("the file with the secret key is damaged", _key(lambda data: data[: len(data) // 2]), 1),
    ("the secret key is no key", _key(lambda data: json.dumps({**json.loads(data), "secret": "letters"}).encode()), 1),
    ("the extra is not installed", _without_the_extra, 1),
)
"""What is in the way of `group look`, and its exit code."""

MISHAPS = (
    *(Mishap(ROOM, what, partial(_look, fault, code)) for what, fault, code in FAULTS),
    Mishap(ROOM, "the folder can only be read", _read_only),
    Mishap(ROOM, "the folder's disk is full", _full),
    Mishap(ROOM, "the file with the secret key is lost", _key_lost),
    Mishap(ROOM, "the group's server is down", _server_down),
)
