"""A user's folder with six papers in its cache, and ways to run the program on it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, reduce
from pathlib import Path
from textwrap import dedent
from typing import Any, Protocol

import pytest

from reader import data
from reader.cli import main
from reader.core.choice import Common
from tests.feed_server import item

DAYS = {
    "2026-06-30": [
        item(
            "2606.26740",
            "LiveEdit: Streaming Video Editing",
            "2026-06-30",
            upvotes=57,
            ai_keywords=["video"],
            githubRepo="https://github.com/a/b",
        ),
        item("2606.30616", "Agents that write their own tools", "2026-06-30", upvotes=55),
        item("2606.28480", "A benchmark of terminal agents 中文標題", "2026-06-30", upvotes=36),
    ],
    "2026-06-29": [
        item(
            "2606.00003",
            "Small verifiers, long horizons",
            "2026-06-29",
            upvotes=9,
            ai_keywords=["reasoning"],
            authors=[{"name": "Zoë Müller"}],
        ),
        item(
            "2606.00002",
            "=A memory that forgets [on purpose]",
            "2026-06-29",
            upvotes=8,
            ai_keywords=["memory"],
            summary="",
        ),
        item("2606.00001", "Where do web agents lose their way?", "2026-06-29", upvotes=7),
    ],
}

IDS = [one["paper"]["id"] for items in DAYS.values() for one in items]
"""In the order of the list."""


@dataclass(frozen=True)
class Result:
    """The outcome of a run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """What was printed as JSON, to be compared as a whole."""
        return json.loads(self.out)

    @property
    def record(self) -> dict[str, Any]:
        """The JSON object that was printed."""
        found = self.json
        assert isinstance(found, dict)
        return found

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects that were printed as one array."""
        found = self.json
        assert isinstance(found, list) and all(isinstance(one, dict) for one in found)
        return found

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Run(Protocol):
    """Runs the program with these words on its command line."""

    def __call__(self, *words: str) -> Result: ...


class RunOnTerminal(Protocol):
    """Runs the program as on a terminal of this size, which has no colours unless asked for, and no pager."""

    def __call__(self, *words: str, columns: int = 80, rows: int = 24) -> Result: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for everything, in an environment that says nothing else."""
    for name in (
        *("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "ARXIV_ENDPOINT", "COLUMNS", "LINES", "PAGER", "LESS"),
        *("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK", "VISUAL", "EDITOR"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program in this process."""

    def run(*words: str) -> Result:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        assert "Traceback" not in err and isinstance(code, int)
        # What fails says why; what is only checked says so in its answer.
        assert err or code in (0, 130) or {"check", "doctor", "verify"} & {*words}, (code, words)
        return Result(code, out, err)

    return run


@pytest.fixture
def on_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> RunOnTerminal:
    """Run the program in this process with an output that says it is a terminal."""

    def on_terminal(*words: str, columns: int = 80, rows: int = 24) -> Result:
        with monkeypatch.context() as patch:
            patch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
            for name, value in (("COLUMNS", str(columns)), ("LINES", str(rows)), ("TERM", "xterm-256color")):
                patch.setenv(name, value)
            patch.setenv("PAGER", "cat")
            if not os.environ.get("CLICOLOR_FORCE"):
                patch.setenv("NO_COLOR", "1")
            return run(*words)

    return on_terminal


CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?|-\d{6})(Z|\+00:00)?|\b[0-9a-f]{12}\b|\b[0-9a-f]{4}(-[0-9a-f]{4}){2}\b"
)
"""Times, machines and keys."""


class Session(Protocol):
    """Runs the command lines of a text, and compares all that they print with what follows them.

    They begin with `$`, or with `@` for a run as on a terminal; lines of the standard error with `!`, after a code that
    is not 0. `TMP` is the test's folder, `TODAY` the day, `NOW` a time, machine or key; `names` are others.
    """

    def __call__(self, text: str, **names: str) -> None: ...


@pytest.fixture
def session(run: Run, on_terminal: RunOnTerminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Run command lines in the folder of the test."""
    monkeypatch.chdir(tmp_path)

    def session(text: str, **names: str) -> None:
        names |= {"TMP": str(tmp_path), "TODAY": datetime.now(UTC).date().isoformat()}
        lines: list[str] = []
        for line in dedent(text).splitlines():
            if line.startswith(("$ ", "@ ")):
                typed = reduce(lambda one, name: one.replace(name, names[name]), names, line[2:])
                found = (run if line[0] == "$" else on_terminal)(*shlex.split(typed))
                shown = [*found.lines, *(f"{found.code or ''}! {one}" for one in found.err.splitlines())]
                shown += [str(found.code)] if found.code and not found.err else []
                shown = [CHANGING.sub("NOW", one).rstrip() for one in shown]
                lines += [
                    line,
                    *(reduce(lambda one, name: one.replace(names[name], name), names, one) for one in shown),
                ]
        compare("\n".join(lines), dedent(text).strip())

    return session


def compare(found: str, text: str) -> None:
    assert found == text


def write_days(file: Path, days: Mapping[str, Sequence[object]]) -> Path:
    lines = (json.dumps({"date": day, "items": items}) for day, items in days.items())
    file.write_text("\n".join(lines))
    return file


@pytest.fixture(scope="session", autouse=True)
def topics_read_once() -> Iterator[None]:
    """Read the shipped topics once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reader.data.shipped_topics", cache(data.shipped_topics))
        yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the papers of `DAYS`, made once by the program itself."""
    folder = tmp_path_factory.mktemp("filled")
    file = write_days(folder / "days.jsonl", DAYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILYPAPERS_HOME", str(folder))
        assert main(["import", str(file)]) == 0
    return folder / "papers.db"


@pytest.fixture
def papers(home: Path, filled: Path) -> Path:
    """The user's cache with the papers of `DAYS`."""
    home.mkdir()
    return Path(shutil.copy(filled, home / "papers.db"))


@pytest.fixture
def own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from the words of the few papers here alone: those of their titles are common in the daily feed."""
    monkeypatch.setattr("reader.cache.choice.common_words", Common)
