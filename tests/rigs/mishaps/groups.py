"""Mishaps of a group: its folder and the own key. The laptop is ada's, the desk bob's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.rigs.mishaps.trial import Fault, Mishap, Trial, away, disk, read_only, resize

ROOM = "group"


def _look(fault: Fault, trial: Trial) -> None:
    """Look at the group while a fault is there, and once it is gone; then both see all that the other shares."""
    with fault(trial):
        trial.meets("group", "look", code=1)
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


def _key_lost(trial: Trial) -> None:
    """Who has lost the key comes back as another member."""
    (trial.laptop / "papers.group.json").unlink()
    trial.meets("group", "look")
    trial.heals("group", "join", str(trial.team), "--name", "ada", says=True)


MISHAPS = (
    Mishap(ROOM, "the folder is gone, or its disk is not mounted", partial(_look, lambda trial: away(trial.team))),
    Mishap(ROOM, "the mount point is there, but nothing is mounted", partial(_look, _empty_mount_point)),
    Mishap(ROOM, "the folder can only be read", _read_only),
    Mishap(ROOM, "the folder's disk is full", _full),
    Mishap(ROOM, "the file with the secret key is lost", _key_lost),
)
