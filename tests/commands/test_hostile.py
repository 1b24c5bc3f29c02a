"""Nothing that a terminal would obey is printed, whatever the user's words, files, settings and environment hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.commands.command import make_parser
from reader.commands.line.registry import COMMANDS, find_command
from reader.core.text import is_harmless, visible
from tests.commands.conftest import Run
from tests.tiers import rest_long

HOSTILE = "a\x1b[31mb\x1b]8;;file:///etc/passwd\x1b\\c\x9b2Jd\u202ee\x07f\u2028g\x85h\u2066i\x08j\rk"

OWN = re.compile(r"\x1b\[(?:[0123]|3[36])m|\x1b\]8;;(?:https?://[!-~]*)?\x1b\\|\r?\x1b\[K")

READER = Path(__file__).parents[2] / "reader"

ALONE = {"serve", "mcp"}
"""Commands that run until they are ended, once their words are right."""


def obeyed(text: str) -> set[str]:
    """What a terminal would obey in a text."""
    return {char for char in text if _is_obeyed(char)} - {"\n", "\t"}


def _is_obeyed(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in (
        *("LRE", "RLE", "LRO", "RLO", "PDF"),
        *("LRI", "RLI", "FSI", "PDI"),
    )


def lines_of(name: str) -> Iterator[tuple[str, ...]]:
    """Lines with hostile words in each place of a command: after each choice, as each option's value, and as both."""
    parser = make_parser(find_command(name))
    yield from ((name, HOSTILE), (name, f"--{HOSTILE}"), (name, f"-{HOSTILE}"))
    if name in ALONE:
        return
    yield (name, HOSTILE, HOSTILE)
    given = (action.choices or () for action in parser._actions if not action.option_strings)
    choices = [str(choice) for some in given for choice in some]
    for choice in choices:
        yield from ((name, choice, HOSTILE), (name, choice, HOSTILE, HOSTILE), (name, choice, "--query", HOSTILE))
    for action in parser._actions:
        for option in action.option_strings[-1:]:
            yield from ((name, option, HOSTILE), (name, f"{option}={HOSTILE}"))
            yield (name, *choices[:1], HOSTILE, option, HOSTILE)


@pytest.fixture
def hostile(home: Path, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose name, settings and files are hostile, in a folder with a file of that name; nothing gets out."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(13, "Permission denied", HOSTILE)

    folder = tmp_path / HOSTILE.replace("/", "")
    folder.mkdir()
    (folder / HOSTILE.replace("/", "")).write_text(HOSTILE)
    moved = home.rename(folder / "home\x9b")
    value = json.dumps(HOSTILE)
    (moved / "config.toml").write_text(
        f"mute = [{value}]\nsync = {value}\n{value} = 1\n[[views]]\nname = {value}\nquery = {value}\n"
        f"[[rules]]\nname = {value}\nwhen = {value}\nthen = [{value}]\n[keys]\n{value} = {value}\n"
        f"[[commands]]\nname = {value}\nrun = [{value}]\n"
    )
    monkeypatch.setenv("DAILYPAPERS_HOME", str(moved))
    for variable in ("PAGER", "EDITOR", "VISUAL", "BROWSER", "TERM_PROGRAM", "http_proxy", "LC_ALL", "NO_COLOR"):
        monkeypatch.setenv(variable, HOSTILE)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:1/{HOSTILE}")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(subprocess, "Popen", refused)
    monkeypatch.setattr(subprocess, "run", refused)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(HOSTILE.encode())))
    return moved


FEW = ("list", "show", "config", "doctor", "import", "mark", "export", "views", "feeds", "help", "refresh", "sync")
"""Commands that print what the others print too; the rest are tried by the long tests."""


@pytest.mark.parametrize("name", rest_long(COMMANDS, FEW))
def test_no_command_prints_what_a_terminal_would_obey(run: Run, hostile: Path, name: str) -> None:
    said = 0
    for words in lines_of(name):
        found = run(*words)
        said += len(found.out) + len(found.err)
        assert not obeyed(found.out + found.err), words
    assert said


@pytest.mark.parametrize(
    "words", [("config", "check"), ("doctor",), ("list", "--", HOSTILE), ("views", "list"), ("help", HOSTILE)]
)
def test_on_a_terminal_only_the_programs_own_colours_are_left(
    run: Run, hostile: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for name in ("NO_COLOR", "PAGER"):
        monkeypatch.delenv(name)
    found = run(*words, "--color", "always")
    assert not obeyed(OWN.sub("", found.out + found.err))
    assert words != ("doctor",) or "\x1b[1m" in found.out


@given(st.text())
@example(HOSTILE)
@example("\r\n\r\x1b[K\x1b[1m")
def test_what_is_harmless_stays_and_json_keeps_its_meaning(text: str) -> None:
    assert not obeyed(visible(text).replace("\r\n", "\n"))
    assert not obeyed(OWN.sub("", visible(text, styled=True)).replace("\r\n", "\n"))
    if is_harmless(text):
        assert visible(text) == text and not obeyed(text)
    record = json.dumps({text: [text]}, ensure_ascii=False)
    assert json.loads(visible(record)) == {text: [text]}


# No other way out

OTHER_WAYS = {
    r"sys\.__stdout__": {"cli.py", "opening.py", "ui/first_frame/__init__.py", "refresh/pictures.py"},
    r"sys\.__stderr__": {"cli.py", "opening.py", "ui/first_frame/__init__.py"},
    # The last two answer a program of ours, by a pipe.
    r"sys\.stdout\.buffer": {"commands/line/own_process.py", "cache/choice.py", "feeds/fulltext/pdf_client.py"},
    r"sys\.stderr\.buffer": set[str](),
    r"\bgetpass\(": {"commands/output.py"},
    r"(?<![\w.])input\(": {"commands/output.py"},
    r"os\.write\(": {
        *("cache/marks/journal.py", "feeds/http/client.py", "opening.py"),
        *("ui/terminal/web_driver.py", "ui/terminal/leaving.py", "ui/first_frame/frame.py", "ui/plain/terminal.py"),
    },
}
"""Ways around the cleaned streams, and the files that may use them: for files, locks and the drawing of the reader."""


def test_nothing_else_writes_to_the_terminal() -> None:
    texts = {file.relative_to(READER).as_posix(): file.read_text("utf-8") for file in READER.rglob("*.py")}
    used = {way: {name for name, text in texts.items() if re.search(way, text)} for way in OTHER_WAYS}
    assert used == OTHER_WAYS
