"""Starts the real program in processes of its own, and kills it.

By hand and at night, each command is a start of Python. Within pytest it is a fork of a process that has imported the
program: to import it takes four fifths of the time of a command, and a kill then meets what the command does.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[2]

PATIENCE = 120.0
"""Seconds after which a command that was not killed is taken to hang."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one run of the program went."""

    words: tuple[str, ...]
    code: int
    """Negative is the signal that ended it."""
    out: str
    err: str
    seconds: float
    is_hung: bool = False

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL

    def mishaps(self) -> list[str]:
        """What no run may do, whatever happens to its disk: hang, show a traceback, fail without one plain line."""
        found = [f"{' '.join(self.words)} did not end in {PATIENCE:.0f} s"] if self.is_hung else []
        if "Traceback" in self.err or "unexpected error" in self.err:
            found.append(f"{' '.join(self.words)} said: {self.err.strip()[-600:]}")
        if not self.was_killed and self.code not in (0, 1):
            found.append(f"{' '.join(self.words)} ended with {self.code}: {self.err.strip()[-300:]}")
        if self.code == 1 and not any(line.startswith("dailypapers") for line in self.err.splitlines()):
            found.append(f"{' '.join(self.words)} failed with {self.err.strip()!r}")
        return found

    def failures(self) -> list[str]:
        """What a run may not do that must succeed."""
        return self.mishaps() + ([f"{' '.join(self.words)} failed: {self.out}{self.err}"] if self.code else [])


@dataclass(frozen=True, slots=True)
class Kill:
    """When to kill a program, in seconds after its start, and whether its whole group goes."""

    moment: float
    group: bool = False


def environment(home: Path, endpoint: str = "", **more: str) -> dict[str, str]:
    """What the program of this checkout sees of the world: a home of its own, and one feed in place of all others."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "DAILYPAPERS_HOME": str(home),
        **({"HF_ENDPOINT": endpoint, "ARXIV_ENDPOINT": endpoint} if endpoint else {"HF_HUB_OFFLINE": "1"}),
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        **more,
    }


def unpack(commit: str, folder: Path) -> Path:
    """Unpack the program of a commit into a new folder, which is the PYTHONPATH of those who run it."""
    packed = subprocess.run(["git", "archive", commit, "reader", "styles"], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def is_in_history(commit: str) -> bool:
    """Whether the history of the repository is here."""
    words = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def without_arxiv(home: Path, endpoint: str, **more: str) -> dict[str, str]:
    """The same with a feed that does not answer as arXiv does, which then is not asked."""
    found = environment(home, endpoint, **more)
    found.pop("ARXIV_ENDPOINT", None)
    return found


def command(*words: str) -> list[str]:
    """The command line of the program."""
    return [sys.executable, "-m", "reader", *words]


_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        __name__,
        *(
            ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for file in (ROOT / "reader").rglob("*.py")
            if "ui" not in file.parts
        ),
    ]
)
_starting = threading.Lock()


class Fork:
    """A command of the program in a fork; as much of `subprocess.Popen` as is used here."""

    def __init__(self, words: Sequence[str], surroundings: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._process = _forks.Process(target=_become, args=(words, dict(surroundings), self._folder.name))
        with _starting:
            self._process.start()
            # Each start polls all children that are known, and an exit code can be read only once.
            multiprocessing.process._children.discard(self._process)  # type: ignore[attr-defined]
        assert self._process.pid is not None
        self.pid = self._process.pid

    @staticmethod
    def can(surroundings: Mapping[str, str]) -> bool:
        """Whether a fork is the same as a start: with this checkout's modules, and nothing loaded before them."""
        return (
            sys.platform == "linux"
            and "PYTEST_VERSION" in os.environ
            and surroundings.get("PYTHONPATH") == str(ROOT)
            and not any(name.startswith(("COVERAGE_", "LD_", "PYTHON")) for name in {*surroundings} - {"PYTHONPATH"})
        )

    @property
    def returncode(self) -> int:
        assert self._process.exitcode is not None
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; returns what was said."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("reader", timeout or 0)
        files = [Path(self._folder.name, name) for name in STREAMS]
        out, err = (file.read_text() if file.exists() else "" for file in files)
        self._folder.cleanup()
        return out, err

    def kill(self) -> None:
        self._process.kill()


STREAMS = {"out": (-1, "surrogateescape"), "err": (1, "backslashreplace")}
"""The output of a program by name; how Python buffers each, and what it does with letters that are none."""


def _become(words: Sequence[str], surroundings: Mapping[str, str], folder: str) -> None:
    """Be the program, as `python -m reader` in a session of its own is."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, (name, (lines, errors)) in enumerate(STREAMS.items(), start=1):
        os.dup2(os.open(Path(folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        stream = os.fdopen(number, "w", lines, encoding="utf-8", errors=errors)
        setattr(sys, f"std{name}", stream)
        setattr(sys, f"__std{name}__", stream)
    os.environ.clear()
    os.environ.update(surroundings)
    time.tzset()
    os.chdir(ROOT)
    sys.argv = ["reader", *words]
    from reader.__main__ import main

    try:
        sys.exit(main())
    finally:
        atexit._run_exitfuncs()


def run(
    words: Sequence[str],
    surroundings: Mapping[str, str],
    kill: Kill | None = None,
    talk: Sequence[str] = (),
) -> Run:
    """Run a command to its end, or until it is killed; it is sent the lines of `talk`, each after an answer."""
    began = time.perf_counter()
    process: Fork | subprocess.Popen[str]
    if not talk and Fork.can(surroundings):
        process = Fork(words, surroundings)
    else:
        process = subprocess.Popen(
            command(*words),
            env=surroundings,
            cwd=surroundings.get("PYTHONPATH", ROOT),
            stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    is_hung = False
    timer = threading.Timer(PATIENCE if kill is None else kill.moment, end, [process], {"group": True})
    answers = ""
    if talk:
        timer.start()
        assert isinstance(process, subprocess.Popen)
        answers = _converse(process, talk)
    try:
        out, err = process.communicate(timeout=PATIENCE if kill is None or talk else kill.moment)
    except subprocess.TimeoutExpired:
        is_hung = kill is None
        end(process, group=kill is None or kill.group)
        out, err = process.communicate()
    if talk:
        timer.cancel()
        is_hung = kill is None and process.returncode == -signal.SIGKILL
    out = answers + out
    return Run(tuple(words), process.returncode, out, err, time.perf_counter() - began, is_hung)


def _converse(process: subprocess.Popen[str], talk: Sequence[str]) -> str:
    """Send a line after each answer, as long as the program answers and nothing fails; returns the answers."""
    assert process.stdin is not None and process.stdout is not None
    answers = ""
    with suppress(BrokenPipeError):
        for line in talk:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            if '"id"' not in line:
                continue
            answer = process.stdout.readline()
            answers += answer
            if not answer or '"isError":true' in answer:
                break
    return answers


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes] | Fork, *, group: bool) -> None:
    """Kill a process as `kill -9` does, with all that it started if `group`."""
    if group:
        # A fork may not have its group yet.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run; Linux only."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found
