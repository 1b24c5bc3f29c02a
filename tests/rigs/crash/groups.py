"""A group: the membership is whole, and what another member sees is what is shared, and nothing else.

The folders of groups are in the home, so that its faults and its full disk are theirs too.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.oracle import derive
from tests.rigs.crash.snapshot import Snapshot, read_home
from tests.rigs.crash.steps import Step
from tests.rigs.program import run

OWN, THEIRS = "own-group", "their-group"
"""The folder of the group that the home begins, and of the one that it joins."""

SHARES = ("star", "tag:later")


Prepare = Callable[[Stage, random.Random, Snapshot], Step]


def _begins(word: str, folder: str) -> Prepare:
    """Begin a group, or join that of another home."""

    def check(stage: Stage, home: Path, is_acknowledged: bool) -> list[str]:
        return _check_begun(stage, home, folder, is_acknowledged=is_acknowledged)

    words = ("group", word, f"~/home/{folder}", "--name", "ada")
    return lambda *_: Step(words, arrange=_be_outside, check=check)


def _goes_on(words: tuple[str, ...], is_done: Callable[[dict[str, Any] | None], bool]) -> Prepare:
    """Do something as a member; `is_done` says whether the membership is as it should be once it is acknowledged."""

    def check(stage: Stage, home: Path, is_acknowledged: bool) -> list[str]:
        mine = membership(home)
        if is_acknowledged and not is_done(mine):
            return [f"'{' '.join(words)}' was acknowledged, and the membership is {mine}"]
        return _check(stage, home)

    return lambda *_: Step(("group", *words), arrange=_be_member, check=check)


create, join = _begins("create", OWN), _begins("join", THEIRS)

share = _goes_on(("share", *SHARES), lambda mine: mine is not None and set(mine["shares"]) == set(SHARES))

look = _goes_on(("look",), lambda _: True)

leave = _goes_on(("leave",), lambda mine: mine is None)


def membership(home: Path) -> dict[str, Any] | None:
    """Who the home is in a group; None if it is in none."""
    file = home / "papers.group.json"
    if not file.exists():
        return None
    mine: dict[str, Any] = json.loads(file.read_bytes())
    return mine if mine["place"] else None


# Before


def _be_outside(stage: Stage, home: Path) -> None:
    """Be in no group; the other home has one, and this home never was in it."""
    _be_beside(stage, home)
    for file in (home / THEIRS).glob("member-*"):
        if b'"ada"' in file.read_bytes():
            file.unlink()


def _be_beside(stage: Stage, home: Path) -> None:
    (home / "papers.group.json").unlink(missing_ok=True)
    for name in (OWN, THEIRS):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / OWN).mkdir()
    shutil.copytree(_pattern(stage) / THEIRS, home / THEIRS)
    with closing(sqlite3.connect(home / "papers.db")) as connection, connection:
        connection.execute("DELETE FROM member_mark")
        connection.execute("DELETE FROM member")


def _be_member(stage: Stage, home: Path) -> None:
    """Be in the group of another home, and share the stars; what is shared since is not looked at yet."""
    _be_beside(stage, home)
    mine = json.loads((_pattern(stage) / "papers.group.json").read_bytes())
    (home / "papers.group.json").write_text(json.dumps(mine | {"place": str(home / THEIRS)}))


def _pattern(stage: Stage) -> Path:
    """A home that is in the group of another one, made once by the program itself."""
    made = stage.folder / "grouped"
    if made.exists():
        return made
    mine, theirs = stage.new_home("ada"), stage.new_home("bob")
    (mine / THEIRS).mkdir()
    papers = sorted(read_home(theirs / "papers.db").states)[:3]
    for home, words in (
        (theirs, ("mark", "star", *papers)),
        (theirs, ("group", "create", str(mine / THEIRS), "--name", "bob")),
        (theirs, ("group", "share", "star")),
        (mine, ("group", "join", str(mine / THEIRS), "--name", "ada")),
        (mine, ("group", "share", "star")),
    ):
        ended = run(words, stage.surroundings(home))
        assert ended.code == 0, ended.err
    return mine.rename(made)


# After


def _check_begun(stage: Stage, home: Path, folder: str, *, is_acknowledged: bool) -> list[str]:
    """A membership that was acknowledged is there; one that was cut off is begun again."""
    if membership(home) is None:
        if is_acknowledged:
            return ["the membership was acknowledged, and is not there"]
        ended = run(("group", "create", str(home / folder), "--name", "ada"), stage.surroundings(home))
        if "already has a group" in ended.err:
            ended = run(("group", "join", str(home / folder), "--name", "ada"), stage.surroundings(home))
        if ended.code:
            return [f"it can't be begun again: {ended.err}"]
    mine = membership(home)
    if mine is None or Path(mine["place"]) != home / folder:
        return [f"the membership is {mine}"]
    return _check(stage, home)


def _check(stage: Stage, home: Path) -> list[str]:
    """A look works, and what somebody else then sees of the home is what it shares."""
    mine = membership(home)
    found = []
    if mine is not None:
        ended = run(("group", "look"), stage.surroundings(home))
        found += ended.mishaps()
        if ended.code or ended.err:
            found.append(f"the next look says: {ended.err}")
    folder = home / THEIRS if mine is None else Path(mine["place"])
    # A leave that was cut off after the others were told of it is finished by the look.
    mine = membership(home)
    wanted = set() if mine is None else _shared(home, mine["shares"])
    watcher = stage.new_home("watcher")
    ended = run(("group", "join", str(folder), "--name", "watcher"), stage.surroundings(watcher))
    if ended.code or ended.err:
        found.append(f"somebody else is told: {ended.err}")
    with closing(sqlite3.connect(watcher / "papers.db")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM member")}
        seen = set(connection.execute(_OF_ADA).fetchall())
    if ("ada" in names) != (mine is not None):
        found.append(f"somebody else sees {sorted(names)} in the group, and the membership is {mine}")
    if seen != wanted:
        found.append(f"somebody else sees {len(seen)} marks, and {len(wanted)} are shared: {sorted(seen ^ wanted)[:3]}")
    return found


_OF_ADA = "SELECT paper, kind FROM member_mark JOIN member ON member.key = member_mark.member WHERE name = 'ada'"


def _shared(home: Path, shares: list[str]) -> set[tuple[str, str]]:
    """The marks of the shared kinds."""
    now = read_home(home / "papers.db", deep=False)
    values = derive(now.entries, now.aliases)
    return {
        (id, kind) for kind in shares for id, value in values.get(kind, {}).items() if value == "1" and id in now.states
    }
