"""One mishap, played with two machines that have joined their marks: what the program says, and what it keeps."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
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

ENDS = (".", "?", "complete", "skipped", ")", "shared again", "…", "read it")
"""How a sentence may end."""

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong."""

    room: str
    """The part of the program that meets it."""
    what: str
    play: Callable[[Trial], object]

    @property
    def name(self) -> str:
        return f"{self.room}: {self.what}"


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
        trial = Trial(self.place)
        laptop, desk, shared = trial.laptop, trial.desk, str(trial.shared)
        for folder in (laptop, trial.shared):
            folder.mkdir(parents=True)
        trial.configure("ask_arxiv = false\nrefresh_minutes = 0\n")
        trial.must(laptop, "import", str(SAMPLE))
        shutil.copytree(laptop, desk)
        for home, number in ((laptop, 0), (desk, 1), (laptop, 2)):
            trial.must(home, "mark", "star", trial.papers[number])
            trial.must(home, "sync", shared)
        # What is not joined yet when the fault comes.
        trial.must(desk, "mark", "star", trial.papers[9])
        trial.must(desk, "note", trial.papers[3], "--text", "from the desk")
        trial.must(desk, "sync", shared)
        trial.must(laptop, "mark", "queue", trial.papers[4])
        self.place.rename(self.folder / "prepared")

    def play(self, mishap: Mishap) -> list[str]:
        """Play a mishap in a fresh copy of all; returns what the program said."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.folder / "prepared", self.place)
        trial = Trial(self.place)
        mishap.play(trial)
        assert trial.told, "no command was run"
        return trial.told


@dataclass
class Trial:
    """A play: two machines, the folders that they share, and what was said."""

    place: Path
    variables: dict[str, str] = field(default_factory=dict)
    """Of the environment of all programs."""
    told: list[str] = field(default_factory=list)

    @property
    def laptop(self) -> Path:
        """The machine that meets the fault, ada's."""
        return self.place / "laptop"

    @property
    def desk(self) -> Path:
        """The other machine."""
        return self.place / "desk"

    @property
    def shared(self) -> Path:
        return self.place / "shared"

    @property
    def papers(self) -> list[str]:
        """The ids of some papers."""
        return [id for (id,) in rows(self.laptop, "SELECT id FROM paper ORDER BY pk LIMIT 10")]

    def file(self, home: Path) -> Path:
        """The file that a machine has in the shared folder."""
        return self.shared / f"dailypapers-{machine(home)}.jsonl"

    def configure(self, text: str) -> None:
        """Add to the settings of the laptop."""
        with (self.laptop / "config.toml").open("a") as file:
            file.write(text)

    # Runs

    def must(self, home: Path, *words: str, more: Mapping[str, str] = NOTHING) -> Run:
        """Run the program for a machine; it must succeed."""
        done = run(words, environment(home, **{**self.variables, **more}))
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
        done = run(words, environment(home, **{**self.variables, **more}), kill)
        self.hears(done.err or done.out)
        assert done.code == (code if kill is None else -signal.SIGKILL), f"exit code {done.code}: {done.err}"
        assert "\n" not in done.err.strip("\n"), f"more than one line: {done.err}"
        assert not done.err or done.err.rstrip().endswith(ENDS), f"no sentence: {done.err}"
        assert done.seconds < LONGEST, f"it took {done.seconds:.0f} s"
        assert before <= events(home), "marks were lost"
        return done

    def hears(self, said: str) -> None:
        """Keep what the program said: something, and no riddle."""
        assert said and "Traceback" not in said and "unexpected error" not in said, f"a riddle: {said}"
        self.told.append(said.strip("\n"))

    def heals(
        self, *words: str, home: Path | None = None, says: bool = False, more: Mapping[str, str] = NOTHING
    ) -> None:
        """Run a command once the fault is gone: it must succeed, and `says` nothing of a trouble."""
        done = self.must(home or self.laptop, *words, more=more)
        assert says or not done.err, f"not healed: {done.err}"
        self.told[-1] += f"\n   then: {done.err}{done.out}".rstrip()

    def expect_same_marks(self, place: str | None = None) -> None:
        """All machines must come to the same marks, with all that was made."""
        for home in (self.desk, self.laptop, self.desk):
            done = self.must(home, "sync", place or str(self.shared))
            assert not done.err, f"at the end: {done.err}"
            if events(self.laptop) == events(self.desk):
                break
        assert events(self.laptop) == events(self.desk)
        assert marks(self.laptop) == marks(self.desk), "the same marks, but papers differ"
        starred, queued, noted = marks(self.desk)
        papers = self.papers
        wanted = ({*papers[:3]} <= starred, papers[4] in queued, papers[3] in noted)
        assert all(wanted), f"a mark is missing: {starred} {queued} {noted}"


def events(home: Path) -> set[str]:
    """The ids of all that the user did."""
    return {id for (id,) in rows(home, "SELECT id FROM event")}


def marks(home: Path) -> tuple[set[str], ...]:
    """The ids of the papers that are starred, queued and noted."""
    asks = (
        "SELECT id FROM paper WHERE starred = 1",
        "SELECT id FROM queue JOIN paper USING (pk)",
        "SELECT id FROM note JOIN paper USING (pk) WHERE body <> ''",
    )
    return tuple({id for (id,) in rows(home, ask)} for ask in asks)


def machine(home: Path) -> str:
    """The id of the machine that a home belongs to."""
    return str(rows(home, "SELECT value FROM meta WHERE key = 'machine'")[0][0])


def rows(home: Path, ask: str) -> list[tuple[Any, ...]]:
    """What a home's cache has; none if it is lost. A copy is asked, because a full disk lets nobody open a cache."""
    with TemporaryDirectory() as folder:
        for file in home.glob("papers.db*"):
            shutil.copy(file, folder)
        cache = Path(folder, "papers.db")
        if not cache.exists():
            return []
        with closing(sqlite3.connect(cache)) as connection:
            return connection.execute(ask).fetchall()


# Faults

Fault = Callable[[Trial], AbstractContextManager[object]]
"""Stands in the way for a while."""


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Take a file or a folder away, and whatever takes its place meanwhile once it comes back."""
    kept = path.with_name("away")
    path.rename(kept)
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        kept.rename(path)


@contextmanager
def changed(file: Path, data: bytes) -> Iterator[None]:
    """Let a file be another one, and then whole again."""
    whole = file.read_bytes()
    file.write_bytes(data)
    try:
        yield
    finally:
        file.write_bytes(whole)


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


def resize(folder: Path, room: int = 1 << 22) -> None:
    """Give a small file system so much free room."""
    assert mount("-o", f"remount,size={shutil.disk_usage(folder).used + room}", str(folder))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let a small file system be read alone."""
    mount("-o", "remount,ro", str(folder))
    yield
    mount("-o", "remount,rw", str(folder))


def lacking(trial: Trial, *libraries: str) -> dict[str, str]:
    """Variables with which libraries can't be imported, as if they were not installed."""
    folder = trial.place / "lacking"
    folder.mkdir()
    for name in libraries:
        (folder / f"{name}.py").write_text("raise ImportError\n")
    return {"PYTHONPATH": str(folder)}
