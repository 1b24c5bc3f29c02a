"""Mishaps of a group: its folder, its members' statements, and the own key. The laptop is ada's, the desk bob's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reader.extensions.group import membership
from reader.extensions.group.statement import Statement, new_secret, public_key, read, sign, verified, write
from tests.rigs.crash.disks import mount
from tests.rigs.mishaps.servers import lone_server
from tests.rigs.mishaps.trial import Mishap, Trial, disk, lacking, resize

ROOM = "group"


def _team(trial: Trial) -> Path:
    return trial.place / "team"


def _membership(home: Path) -> membership.Membership:
    found = membership.load(home / "papers.db")
    assert found is not None
    return found


def _file(trial: Trial, home: Path) -> Path:
    """The file in which a member's machine speaks."""
    return _team(trial) / f"member-{_membership(home).slot}.signed.jsonl"


def _expect_all(trial: Trial) -> None:
    """Both must see all that the other shares."""
    trial.must(trial.desk, "group", "look")
    for home, number in ((trial.laptop, 3), (trial.desk, 3)):
        trial.expect(len(trial.sees(home)) == number, f"{home.name} sees {len(trial.sees(home))} marks, not {number}")


# The folder


def _not_there(trial: Trial) -> None:
    _team(trial).rename(trial.place / "away")
    trial.meets("group", "look")
    trial.expect(len(trial.sees(trial.laptop)) == 2, "what was seen before is gone")
    trial.keeps("what the others shared is still here")
    (trial.place / "away").rename(_team(trial))
    trial.heals("group", "look")
    _expect_all(trial)


def _empty_mount_point(trial: Trial) -> None:
    _team(trial).rename(trial.place / "away")
    _team(trial).mkdir()
    trial.meets("group", "look")
    _team(trial).rmdir()
    (trial.place / "away").rename(_team(trial))
    trial.heals("group", "look")
    _expect_all(trial)


def _read_only(trial: Trial) -> None:
    with disk(_team(trial)):
        mount("-o", "remount,ro", str(_team(trial)))
        trial.meets("group", "share", "queue")
        mount("-o", "remount,rw", str(_team(trial)))
        trial.heals("group", "look")
    trial.must(trial.desk, "group", "look")
    trial.expect(len(trial.sees(trial.desk)) == 4, "the choice was not kept")


def _full(trial: Trial) -> None:
    trial.must(trial.laptop, "note", trial.papers[5], "--text", "long " * 2000)
    with disk(_team(trial), 0):
        trial.meets("group", "share", "note")
        left = [one.name for one in _team(trial).iterdir() if one.name.endswith(".part")]
        trial.expect(not left, f"half a file is left: {left}")
        resize(_team(trial), 1 << 20)
        trial.heals("group", "look")
    trial.must(trial.desk, "group", "look")
    trial.expect(len(trial.sees(trial.desk)) == 4, "the choice was not kept")


def _no_longer_a_group(trial: Trial) -> None:
    file = _team(trial) / "dailypapers-group.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:10])
    trial.meets("group", "look")
    file.write_bytes(whole)
    trial.heals("group", "look")
    _expect_all(trial)


def _another_group(trial: Trial) -> None:
    file = _team(trial) / "dailypapers-group.json"
    whole = file.read_bytes()
    file.write_text(json.dumps({"v": 1, "group": "0" * 32}))
    trial.meets("group", "look")
    file.write_bytes(whole)
    trial.heals("group", "look")
    _expect_all(trial)


# Others' statements


def _bobs_file(change: Callable[[Trial, bytes], bytes | None]) -> Callable[[Trial], None]:
    """Let ada find bob's file changed, and then whole again."""

    def play(trial: Trial) -> None:
        file = _file(trial, trial.desk)
        whole = file.read_bytes()
        data = change(trial, whole)
        if data is not None:
            file.write_bytes(data)
        trial.meets("group", "look", code=0)
        trial.expect(len(trial.sees(trial.laptop)) == 2, "what bob shared before is gone")
        trial.keeps("what bob shared before")
        file.write_bytes(whole)
        trial.heals("group", "look")
        _expect_all(trial)

    play.__name__, play.__module__ = change.__name__, __name__
    return play


@_bobs_file
def _half_a_file(_trial: Trial, data: bytes) -> bytes:
    return data[:-40]


@_bobs_file
def _empty_file(_trial: Trial, _data: bytes) -> bytes:
    return b""


@_bobs_file
def _garbage(_trial: Trial, _data: bytes) -> bytes:
    return os.urandom(5_000)


@_bobs_file
def _huge(trial: Trial, _data: bytes) -> None:
    os.truncate(_file(trial, trial.desk), 5 << 30)


@_bobs_file
def _altered(_trial: Trial, data: bytes) -> bytes:
    assert b'"star"' in data
    return data.replace(b'"star"', b'"queue"')


def _said_by(trial: Trial, data: bytes, secret: str, **changes: object) -> bytes:
    statement: Statement = read(verified(data))
    statement = replace(statement, number=statement.number + 1, **changes)  # type: ignore[arg-type]
    return sign(write(statement), secret)


@_bobs_file
def _by_another_key(trial: Trial, data: bytes) -> bytes:
    """Eve writes in bob's name: with bob's key in the statement, and her own signature."""
    return _said_by(trial, data, new_secret())


@_bobs_file
def _in_bobs_place(trial: Trial, data: bytes) -> bytes:
    """Eve puts a statement of her own where bob's is."""
    secret = new_secret()
    return _said_by(trial, data, secret, member=public_key(secret))


@_bobs_file
def _of_another_group(trial: Trial, data: bytes) -> bytes:
    return _said_by(trial, data, _membership(trial.desk).secret, group="0" * 32)


@_bobs_file
def _newer_form(trial: Trial, data: bytes) -> bytes:
    first, _, rest = verified(data).partition(b"\n")
    newer = {**json.loads(first), "v": 99}
    return sign(json.dumps(newer).encode() + b"\n" + rest, _membership(trial.desk).secret)


def _put_back(trial: Trial) -> None:
    """Somebody puts an older statement of bob's back, with a star that he has taken back."""
    file = _file(trial, trial.desk)
    old = file.read_bytes()
    trial.must(trial.laptop, "group", "look")
    trial.must(trial.desk, "undo")
    trial.must(trial.desk, "group", "look")
    new = file.read_bytes()
    trial.must(trial.laptop, "group", "look")
    before = trial.sees(trial.laptop)
    file.write_bytes(old)
    trial.meets("group", "look", code=0)
    trial.expect(trial.sees(trial.laptop) == before, "what was taken back is there again")
    file.write_bytes(new)
    trial.heals("group", "look")


# The own statement


def _own_file_overwritten(trial: Trial) -> None:
    file = _file(trial, trial.laptop)
    file.write_bytes(b"eve was here\n")
    trial.meets("group", "look", code=0)
    trial.heals("group", "look")
    _expect_all(trial)


def _own_file_lost(trial: Trial) -> None:
    _file(trial, trial.laptop).unlink()
    trial.meets("group", "look", code=0)
    trial.heals("group", "look")
    _expect_all(trial)


# The own key


def _key_damaged(trial: Trial) -> None:
    file = trial.laptop / "papers.group.json"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    trial.meets("group", "look")
    trial.expect(file.read_bytes() == whole[: len(whole) // 2], "the damaged file was changed")
    trial.keeps("the file as it is")
    file.write_bytes(whole)
    trial.heals("group", "look")
    _expect_all(trial)


def _key_no_key(trial: Trial) -> None:
    file = trial.laptop / "papers.group.json"
    whole = file.read_bytes()
    file.write_text(json.dumps({**json.loads(whole), "secret": "letters"}))
    trial.meets("group", "look")
    file.write_bytes(whole)
    trial.heals("group", "look")
    _expect_all(trial)


def _key_lost(trial: Trial) -> None:
    (trial.laptop / "papers.group.json").unlink()
    trial.meets("group", "look")
    trial.heals("group", "join", str(_team(trial)), "--name", "ada", says=True)
    trial.keeps("as another member: who has lost the key can't speak as the one before")


def _without_the_extra(trial: Trial) -> None:
    trial.meets("group", "look", more=lacking(trial, "nacl"))
    trial.heals("group", "look")
    _expect_all(trial)


def _server_down(trial: Trial) -> None:
    """The group is on a server, which stops and comes back."""
    server = lone_server(trial)
    for home, name, begin in ((trial.laptop, "ada", "create"), (trial.desk, "bob", "join")):
        trial.must(home, "group", "leave")
        trial.must(home, "group", begin, server.address(), "--name", name)
    server.stop()
    try:
        trial.meets("group", "share", "star", home=trial.desk)
        trial.keeps("the choice")
    finally:
        server.start()
    trial.heals("group", "look", home=trial.desk)
    trial.must(trial.laptop, "group", "look")
    trial.expect(len(trial.sees(trial.laptop)) >= 3, "what bob shares did not come")


def _copied_home(trial: Trial) -> None:
    """Ada's home is copied to a new machine, and both speak."""
    copy = trial.place / "copy"
    shutil.copytree(trial.laptop, copy)
    trial.must(copy, "mark", "star", trial.papers[5])
    trial.must(copy, "group", "look")
    trial.must(trial.laptop, "mark", "star", trial.papers[6])
    trial.meets("group", "look", code=0)
    trial.heals("group", "look")


MISHAPS = tuple(
    Mishap(ROOM, what, play)
    for what, play in (
        ("the folder is gone, or its disk is not mounted", _not_there),
        ("the mount point is there, but nothing is mounted", _empty_mount_point),
        ("the folder can only be read", _read_only),
        ("the folder's disk is full", _full),
        ("the group's own file is damaged", _no_longer_a_group),
        ("the folder has another group by now", _another_group),
        ("half of a member's file", _half_a_file),
        ("a member's file is empty", _empty_file),
        ("a member's file is garbage", _garbage),
        ("a member's file has 5 GB", _huge),
        ("a statement was altered", _altered),
        ("a statement is signed by a wrong key", _by_another_key),
        ("somebody else's statement is in a member's file", _in_bobs_place),
        ("a statement belongs to another group", _of_another_group),
        ("a statement is of a newer program", _newer_form),
        ("an older statement is put back", _put_back),
        ("somebody has overwritten the own file", _own_file_overwritten),
        ("the own file is lost", _own_file_lost),
        ("the file with the secret key is damaged", _key_damaged),
        ("the secret key is no key", _key_no_key),
        ("the file with the secret key is lost", _key_lost),
        ("the group's server is down", _server_down),
        ("the home is copied to a new machine", _copied_home),
        ("the extra is not installed", _without_the_extra),
    )
)
"""In the order of the table."""
