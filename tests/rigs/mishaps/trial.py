"""One mishap, played with two machines that have joined their marks; what the program said, and what it kept."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pytest

from tests.rigs.crash.disks import ROOMY, mount
from tests.rigs.crash.homes import SAMPLE
from tests.rigs.program import Kill, Run, environment, run

LONGEST = 60.0
"""Seconds after which a command is taken to hang: on a busy machine, one that gives up after ten takes longer."""


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong."""

    room: str
    """The part of the program that meets it."""
    what: str
    play: Callable[[Trial], None]

    @property
    def name(self) -> str:
        """A name for a test."""
        return f"{self.play.__module__.rpartition('.')[2]}{self.play.__name__}"


@dataclass(slots=True)
class Told:
    """A line of the table."""

    command: str
    code: int
    said: str
    """The sentence that the user got."""
    seconds: float
    kept: str = ""
    next: str = ""
    """What the next run said, once the fault was gone."""


@dataclass
class Stage:
    """A folder with two homes that have joined their marks through a third folder, to be played with again and again.

    What a machine knows of a folder stands under its path, so all plays are at the same one.
    """

    folder: Path

    @property
    def place(self) -> Path:
        """Where a mishap is played."""
        return self.folder / "play"

    def prepare(self) -> None:
        """Make the homes by the real program."""
        laptop, desk, shared = (self.place / name for name in ("laptop", "desk", "shared"))
        laptop.mkdir(parents=True)
        for folder in (shared, self.place / "team"):
            folder.mkdir()
        (laptop / "config.toml").write_text("ask_arxiv = false\nrefresh_minutes = 0\n")
        _must(laptop, "import", str(SAMPLE))
        shutil.copytree(laptop, desk)
        for home, number in ((laptop, 0), (desk, 1), (laptop, 2)):
            _must(home, "mark", "star", self.papers()[number])
            _must(home, "sync", str(shared))
        team = str(self.place / "team")
        _must(laptop, "group", "create", team, "--name", "ada")
        _must(desk, "group", "join", team, "--name", "bob")
        for home in (laptop, desk):
            _must(home, "group", "share", "star")
        _must(laptop, "group", "look")
        # What is not joined yet when the fault comes.
        _must(desk, "mark", "star", self.papers()[9])
        _must(desk, "group", "look")
        _must(desk, "note", self.papers()[3], "--text", "from the desk")
        _must(desk, "sync", str(shared))
        _must(laptop, "mark", "queue", self.papers()[4])
        self.place.rename(self.folder / "prepared")

    def papers(self) -> list[str]:
        """The ids of some papers."""
        place = self.place if self.place.exists() else self.folder / "prepared"
        return [id for (id,) in _rows(place / "laptop", "SELECT id FROM paper ORDER BY pk LIMIT 10")]

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """A fresh copy of all, to be played with."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.folder / "prepared", self.place)
        yield Trial(self.place, self.papers())


def _must(home: Path, *words: str) -> None:
    done = run(words, environment(home))
    assert done.code == 0, done.err


@dataclass
class Trial:
    """A play: two machines, the folder that they share, and what was seen."""

    place: Path
    papers: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    """Of the environment of all programs."""
    hidden: dict[str, str] = field(default_factory=dict)
    """What stands in the table for texts that differ from play to play."""
    told: list[Told] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @property
    def laptop(self) -> Path:
        """The machine that meets the fault."""
        return self.place / "laptop"

    @property
    def desk(self) -> Path:
        return self.place / "desk"

    @property
    def shared(self) -> Path:
        return self.place / "shared"

    def file(self, home: Path) -> Path:
        """The file that a machine has in the shared folder."""
        return self.shared / f"dailypapers-{machine(home)}.jsonl"

    # Runs

    def run(self, home: Path, *words: str, more: Mapping[str, str] = NOTHING, kill: Kill | None = None) -> Run:
        """Run the program for a machine."""
        return run(words, environment(home, **{**self.variables, **more}), kill)

    def must(self, home: Path, *words: str, more: Mapping[str, str] = NOTHING) -> Run:
        """Run the program; it must succeed."""
        done = self.run(home, *words, more=more)
        assert done.code == 0, f"{words}: {done.err}"
        return done

    def meets(
        self,
        *words: str,
        home: Path | None = None,
        code: int = 1,
        more: Mapping[str, str] = NOTHING,
        kill: Kill | None = None,
    ) -> Run:
        """Run a command while the fault is there: one sentence in one line, no mark lost, no long silence.

        A command that waits for the fault to pass is killed.
        """
        home = home or self.laptop
        before = events(home)
        done = self.run(home, *words, more=more, kill=kill)
        self.note(done, code if kill is None else -signal.SIGKILL)
        lost = before - events(home)
        if lost:
            self.violations.append(f"{len(lost)} marks were lost")
        self.told[-1].kept = f"all {len(before)} marks" if not lost else f"{len(lost)} marks LOST"
        return done

    def note(self, done: Run, code: int) -> None:
        """Add what a command said to the table, and judge it."""
        said = done.err.strip("\n") or done.out.strip("\n")
        self.told.append(Told(self.plain(" ".join(done.words)), done.code, self.plain(said), done.seconds))
        self.violations += [f"a riddle: {said}"] if "Traceback" in said or "unexpected error" in said else []
        if done.code != code:
            self.violations.append(f"exit code {done.code}, not {code}")
        if "\n" in done.err.strip("\n"):
            self.violations.append(f"more than one line: {done.err}")
        if done.err and not done.err.rstrip().endswith(
            (".", "?", "complete", "skipped", ")", "shared again", "…", "read it")
        ):
            self.violations.append(f"no sentence: {done.err}")
        if done.seconds > LONGEST:
            self.violations.append(f"it took {done.seconds:.0f} s")

    def heals(
        self, *words: str, home: Path | None = None, says: bool = False, more: Mapping[str, str] = NOTHING
    ) -> Run:
        """Run a command once the fault is gone: it must succeed, and `says` nothing of a trouble."""
        done = self.run(home or self.laptop, *words, more=more)
        lines = [*done.err.splitlines(), *done.out.splitlines()]
        self.told[-1].next = self.plain("; ".join(lines))
        if done.code or (done.err and not says):
            self.violations.append(f"not healed: {done.code} {done.err.strip()}")
        return done

    def keeps(self, text: str) -> None:
        """Add to the table what else was kept."""
        self.told[-1].kept = f"{self.told[-1].kept}; {text}" if self.told[-1].kept else text

    def expect(self, is_so: bool, otherwise: str) -> None:
        """Note a violation."""
        if not is_so:
            self.violations.append(otherwise)

    def sees(self, home: Path) -> set[tuple[str, ...]]:
        """What a member of the group sees of the others."""
        return set(_rows(home, "SELECT * FROM member_mark"))

    def expect_same_marks(self, place: str | None = None) -> None:
        """All machines must come to the same marks, with all that was made."""
        place = place or str(self.shared)
        for home in (self.desk, self.laptop, self.desk):
            done = self.run(home, "sync", place)
            self.expect(done.code == 0 and not done.err, f"at the end: {done.err.strip()}")
            if events(self.laptop) == events(self.desk):
                break
        self.expect(events(self.laptop) == events(self.desk), "the machines have not the same marks")
        self.expect(marks(self.laptop) == marks(self.desk), "the same marks, but papers differ")
        starred, queued, noted = marks(self.desk)
        wanted = ({*self.papers[:3]} <= starred, {self.papers[4]} <= queued, {self.papers[3]} <= noted)
        self.expect(all(wanted), f"a mark is missing: {starred} {queued} {noted}")

    def plain(self, text: str) -> str:
        """A text without the folder of the play."""
        for one, other in {str(self.place): "~", **self.hidden}.items():
            text = text.replace(one, other)
        return text


def events(home: Path) -> set[str]:
    """The ids of all that the user did."""
    return {id for (id,) in _rows(home, "SELECT id FROM event")}


def marks(home: Path) -> tuple[set[str], ...]:
    """The ids of the papers that are starred, queued and noted."""
    asks = (
        "SELECT id FROM paper WHERE starred = 1",
        "SELECT id FROM queue JOIN paper USING (pk)",
        "SELECT id FROM note JOIN paper USING (pk) WHERE body <> ''",
    )
    return tuple({id for (id,) in _rows(home, ask)} for ask in asks)


def machine(home: Path) -> str:
    """The id of the machine that a home belongs to."""
    return str(_rows(home, "SELECT value FROM meta WHERE key = 'machine'")[0][0])


def _rows(home: Path, ask: str) -> list[tuple[Any, ...]]:
    """What a home's cache has; none if it is lost. A copy is asked, because a full disk lets nobody open a cache."""
    with TemporaryDirectory() as folder:
        for file in home.glob("papers.db*"):
            shutil.copy(file, folder)
        cache = Path(folder, "papers.db")
        if not cache.exists():
            return []
        with closing(sqlite3.connect(cache)) as connection:
            return connection.execute(ask).fetchall()


@contextmanager
def disk(folder: Path, room: int = 1 << 24) -> Iterator[None]:
    """Put a folder on a small file system with so much free room; afterwards what is there is on the old one again."""
    kept = folder.with_name(f"{folder.name}.kept")
    folder.rename(kept)
    folder.mkdir()
    try:
        if not mount("-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder)):
            pytest.skip("only root may mount a small disk")
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        resize(folder, room)
        yield
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
    finally:
        subprocess.run(["umount", str(folder)], check=False, capture_output=True)
        folder.rmdir()
        kept.rename(folder)


def resize(folder: Path, room: int) -> None:
    """Give a small file system so much free room."""
    assert mount("-o", f"remount,size={shutil.disk_usage(folder).used + room}", str(folder))


def lacking(trial: Trial, *libraries: str) -> dict[str, str]:
    """Variables with which libraries can't be imported, as if they were not installed."""
    folder = trial.place / "lacking"
    folder.mkdir()
    for name in libraries:
        (folder / f"{name}.py").write_text("raise ImportError\n")
    return {"PYTHONPATH": str(folder)}
