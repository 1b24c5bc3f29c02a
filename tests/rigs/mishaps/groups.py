"""Mishaps of a group: its folder, its members' statements, and the own key. The laptop is ada's, the desk bob's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from reader.extensions.group import membership
from reader.extensions.group.statement import new_secret, public_key, read, sign, verified, write
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


def _group_file(data: bytes) -> Fault:
    """Let the group's own file be another one."""
    return lambda trial: changed(trial.team / "dailypapers-group.json", data)


# Others' statements


def _bobs(change: Callable[[Trial, bytes], bytes]) -> Fault:
    """Let ada find bob's file changed."""

    def fault(trial: Trial) -> AbstractContextManager[None]:
        file = _file(trial, trial.desk)
        return changed(file, change(trial, file.read_bytes()))

    return fault


def _in_bobs_place(_trial: Trial, data: bytes) -> bytes:
    """Eve puts a statement of her own where bob's is."""
    secret, said = new_secret(), read(verified(data))
    return sign(write(replace(said, number=said.number + 1, member=public_key(secret))), secret)


def _newer_form(trial: Trial, data: bytes) -> bytes:
    first, _, rest = verified(data).partition(b"\n")
    newer = {**json.loads(first), "v": 99}
    return sign(json.dumps(newer).encode() + b"\n" + rest, _membership(trial.desk).secret)


def _put_back(trial: Trial) -> None:
    """Somebody puts an older statement of bob's back, with a star that he has taken back."""
    old = _file(trial, trial.desk).read_bytes()
    trial.must(trial.laptop, "group", "look")
    trial.must(trial.desk, "undo")
    trial.must(trial.desk, "group", "look")
    trial.must(trial.laptop, "group", "look")
    before = trial.sees(trial.laptop)
    with changed(_file(trial, trial.desk), old):
        trial.meets("group", "look", code=0)
        assert trial.sees(trial.laptop) == before, "what was taken back is there again"
    trial.heals("group", "look")


# The own statement and key


@contextmanager
def _own_file_overwritten(trial: Trial) -> Iterator[None]:
    _file(trial, trial.laptop).write_bytes(b"eve was here\n")
    yield


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
    ("the group's own file is damaged", _group_file(b'{"v": 1, '), 1),
    ("the folder has another group by now", _group_file(json.dumps({"v": 1, "group": "0" * 32}).encode()), 1),
    ("half of a member's file", _bobs(lambda _, data: data[:-40]), 0),
    ("a statement was altered", _bobs(lambda _, data: data.replace(b'"star"', b'"queue"')), 0),
    ("somebody else's statement is in a member's file", _bobs(_in_bobs_place), 0),
    ("a statement is of a newer program", _bobs(_newer_form), 0),
    ("somebody has overwritten the own file", _own_file_overwritten, 0),
    ("the file with the secret key is damaged", _key(lambda data: data[: len(data) // 2]), 1),
    ("the secret key is no key", _key(lambda data: json.dumps({**json.loads(data), "secret": "letters"}).encode()), 1),
    ("the extra is not installed", _without_the_extra, 1),
)
"""What is in the way of `group look`, and its exit code."""

MISHAPS = (
    *(Mishap(ROOM, what, partial(_look, fault, code)) for what, fault, code in FAULTS),
    Mishap(ROOM, "the folder can only be read", _read_only),
    Mishap(ROOM, "the folder's disk is full", _full),
    Mishap(ROOM, "an older statement is put back", _put_back),
    Mishap(ROOM, "the file with the secret key is lost", _key_lost),
    Mishap(ROOM, "the group's server is down", _server_down),
)
