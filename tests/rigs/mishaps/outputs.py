"""Mishaps of what goes out to a disk that is full or can only be read. Other ones are in the tests of each command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.rigs.mishaps.trial import Fault, Mishap, Trial, disk, read_only, resize

ROOM = "output"


def _feed(trial: Trial) -> Path:
    return trial.place / "out" / "starred.atom"


def _watched(fault: Fault, trial: Trial) -> None:
    """Star a paper while the feed of the starred ones can't be written, which was written before, and then it can."""
    file, papers = _feed(trial), trial.papers
    file.parent.mkdir()
    trial.configure(f'[[exports]]\nquery = "is:starred"\nfile = "{file}"\n')
    trial.must(trial.laptop, "mark", "read", papers[5])
    with fault(trial):
        trial.meets("mark", "star", papers[5], code=0)
        trial.meets("export", "--watched")
    trial.heals("export", "--watched")
    assert file.read_text().count("<entry>") == 4


@contextmanager
def _read_only_folder(trial: Trial) -> Iterator[None]:
    folder = _feed(trial).parent
    with disk(folder), read_only(folder):
        yield


@contextmanager
def _full(trial: Trial) -> Iterator[None]:
    whole = _feed(trial).read_bytes()
    with disk(_feed(trial).parent, 0):
        yield
        assert _feed(trial).read_bytes() == whole, "the feed is damaged"


def _no_room_for(name: str, words: tuple[str, ...], trial: Trial) -> None:
    """A file that is written by hand on a full disk."""
    folder = trial.place / "out"
    folder.mkdir()
    words = (*words, "-o", str(folder / name))
    with disk(folder, 1):
        trial.meets(*words)
        assert not list(folder.iterdir()), "half a file is left"
        resize(folder)
        trial.heals(*words, says=True)


MISHAPS = (
    Mishap(ROOM, "the folder of a watched export can only be read", partial(_watched, _read_only_folder)),
    Mishap(ROOM, "the disk of a watched export is full", partial(_watched, _full)),
    Mishap(ROOM, "an export by hand, and the disk is full", partial(_no_room_for, "a.atom", ("export", "is:starred"))),
    Mishap(ROOM, "a digest, and the disk is full", partial(_no_room_for, "digest.html", ("digest", "--since", "3y"))),
)
