"""Every example of the manual works as it stands, in a home that has the sample."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import data
from reader.cli import main
from reader.commands.command import make_parser, parse
from reader.commands.line.shell import understand
from reader.commands.pages import PAGES, text_of
from reader.commands.registry import find_command, is_command
from reader.commands.workspace import Workspace, fill_with_sample, parse_query
from reader.ui.shell.commands import CommandContext
from tests.commands.conftest import Run
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.feeds.test_papers_file import newsboat

ID = "1706.03762"

ELSEWHERE = (
    *("dailypapers", "topic:agents", "--demo", "mcp"),
    *("sync postgresql:", "sync --remove", "digest --send"),
    *("digest topic:agents --send", "feeds add https:"),
)
"""Examples that need a terminal, a server of their own or the internet, by their first words: other tests run these."""


SETTINGS = """\
ask_arxiv = false
[[commands]]
name = "Summary"
run = "cat"
[[exports]]
query = "is:starred"
file = "~/starred.bib"
[[rules]]
name = "Finance"
when = "topic:finance"
then = ["hide"]
"""

BIBTEX = f"@article{{a, title={{Attention Is All You Need}}, eprint={{{ID}}}, archivePrefix={{arXiv}}}}\n"

FILES = {
    "my-topics.toml": "",
    "zotero.bib": BIBTEX,
    "feeds.opml": '<opml><body><outline type="rss" xmlUrl="https://lab.example.org/feed.xml"/></body></opml>',
    "links.md": f"https://arxiv.org/abs/{ID}",
    "library.bib": BIBTEX,
    "refs.bib": BIBTEX,
    "Daily Papers.html": f'<!DOCTYPE html><html><body><a href="https://huggingface.co/papers/{ID}">Attention</a></body></html>',
    "bin/crontab": f"#!{sys.executable}\nimport sys\n'-l' in sys.argv or sys.stdin.read()\n",
    "bin/xclip": f"#!/bin/sh\necho {ID}\n",
}

TEXTS = {"README": (Path(__file__).parents[2] / "README.md").read_text("utf-8")} | {
    name: text_of(name) for name in PAGES
}


EXAMPLE = re.compile(r"^```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)


def words_of(line: str) -> list[str]:
    """The words of an example after the program's name, as a shell gives them, without what follows `>` or `|`."""
    command = line.partition("  #")[0].partition(" > ")[0].partition(" | ")[0]
    return [str(Path(word).expanduser()) if word[:2] == "~/" else word for word in shlex.split(command)[1:]]


def commands(name: str) -> list[list[str]]:
    """The examples of a page."""
    lines = (line for body in EXAMPLE.findall(TEXTS[name]) for line in body.splitlines())
    return [words_of(line) for line in lines if line.startswith("dailypapers")]


def named(name: str) -> list[list[str]]:
    """The commands that the text of a page names."""
    text = EXAMPLE.sub("", TEXTS[name])
    return [words_of(f"dailypapers {command}") for command in re.findall(r"`dailypapers ([^`]+)`", text)]


def runs_elsewhere(words: list[str]) -> bool:
    return not words or any(" ".join(words).startswith(one) for one in ELSEWHERE)


def test_every_example_parses() -> None:
    found = [words for name in TEXTS for words in (*commands(name), *named(name))]
    assert len(found) > 150
    for words in found:
        if words and is_command(words[0]):
            assert parse(make_parser(find_command(words[0])), words[1:]), words
        elif words != ["--demo"]:
            parse_query(" ".join(words))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample, and with a mark of each kind."""
    home = tmp_path_factory.mktemp("sample") / "home"
    home.mkdir()
    (home / "config.toml").write_text(SETTINGS)
    fill_with_sample(Workspace(), home / "papers.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAILYPAPERS_HOME", str(home))
        patch.setenv("HOME", str(home.parent))
        for words in (("mark", "star"), ("mark", "queue"), ("tag", "add", "later"), ("tag", "add", "thesis")):
            assert main([*words, ID]) == 0
    return home


@pytest.fixture
def stage(sample: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sample's home, the files that examples name, and a feed that has the sample."""
    shutil.copytree(sample, home)
    (tmp_path / ".newsboat").mkdir()
    for folder in ("bin", "Sync/papers", "SharedTerms/papers", "vault/papers"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    newsboat(tmp_path / ".newsboat" / "cache.db", (ID, f"https://arxiv.org/abs/{ID}", 0, "t"))
    for program in ("cat", "grep", "sh", "true", "wc"):
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or "")
    for variable, value in (("HOME", str(tmp_path)), ("PATH", str(tmp_path / "bin")), ("EDITOR", "true")):
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    days = {
        day["date"] or "2020-01-01": [one | {"title": one["paper"]["title"]} for one in day["items"]]
        for day in json.loads(data.read_text("sample.json"))
    }
    with FeedServer(days, today="9999-12-31") as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/html/{ID}"] = pages.PAGE.encode()
        server.pages[f"/pdf/{ID}"] = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
        yield tmp_path


def another_machine(run: Run, monkeypatch: pytest.MonkeyPatch, *commands: tuple[str, ...]) -> None:
    """Let another person or machine of the user do something."""
    with monkeypatch.context() as patch:
        patch.setenv("DAILYPAPERS_HOME", str(Path.home() / "laptop"))
        patch.setattr("platform.node", lambda: "laptop")
        assert [found for words in commands if (found := run(*words)).code] == []


@pytest.mark.long
@pytest.mark.parametrize("name", TEXTS)
def test_every_example_works(run: Run, stage: Path, home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for words in commands(name):
        if runs_elsewhere(words):
            continue
        found = run(*words)
        # `doctor` says that something is wrong, as it is here.
        assert found.code == 0 or words[0] == "doctor", (words, found.err)


def test_every_line_for_the_command_line_is_understood() -> None:
    lines = re.findall(r"`:(\w.*?)`", "".join(TEXTS.values()))
    assert len(lines) > 12
    for line in lines:
        assert understand(line, CommandContext(highlighted=ID)), line
