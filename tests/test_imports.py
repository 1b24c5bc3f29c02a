"""What is imported when: the first list waits for nothing it does not show, and commands not for the interface.

Each test asks a fresh interpreter for its `sys.modules`, since this one has imported everything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.feed_server import item

SLOW = {
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "pydantic",
    "stamina",
    "tomlkit",
    "pylatexenc",
    "numpy",
    "selectolax",
    "markdown_it",
    "mcp",
    "aiohttp",
}
"""What takes longer to import than the whole first frame, and its like."""

TO_FIRST_LIST = """
import os, sys

from reader import cli

def modules_at_first_list():
    from textual.app import App
    from reader.ui.list.pane import PaperList

    run, render_line = App.run, PaperList.render_line

    def run_headless(app, **how):
        return run(app, headless=True, size=(100, 30), **how)

    def watch(self, y):
        strip = render_line(self, y)
        if LAST in strip.text:
            os.write(1, "\\n".join(sys.modules).encode())
            os._exit(0)
        return strip

    App.run, PaperList.render_line = run_headless, watch

cli._has_terminal = lambda: True
modules_at_first_list()
sys.exit(cli.main([]))
"""

COMMANDS = """
import contextlib, io, json, sys

# What measures coverage has its own imports.
before = set(sys.modules)
from reader.cli import main

never = {"textual", "rich", "numpy"}
unseen = {"argparse", "sqlite3", "dataclasses", "asyncio"}
later = {"tomllib", "tomlkit", "difflib"}
for words in json.loads(sys.argv[1]):
    if words[0] == "import":
        before |= {"sqlmodel", "sqlalchemy", "tomllib"}
    if "--topics" in words:
        # It reads texts, whose formulas import it.
        later -= {"difflib"}
    if words[0] == "show":
        # It wraps text by the width of its letters.
        before |= {"rich"}
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = main(words)
    if code:
        sys.exit(f"{words} failed: {output.getvalue()}")
    if found := (never | unseen | later | {"sqlmodel", "sqlalchemy", "httpx", "stamina"}) & (set(sys.modules) - before):
        sys.exit(f"{words} imported {found}")
    unseen = set()
print("done")
"""

LAST = "The last of them"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache of three papers and the file that they came from."""
    home = tmp_path_factory.mktemp("home")
    titles = ("The first of them", "One between", LAST)
    items = [item(f"2606.0000{at}", title, "2026-06-30", upvotes=9 - at) for at, title in enumerate(titles)]
    file = home / "days.jsonl"
    file.write_text(json.dumps({"date": "2026-06-30", "items": items}))
    run(f"from reader.cli import main; main(['import', {str(file)!r}])", home)
    return home


def run(program: str, home: Path, *words: str) -> str:
    """The output of a program in a fresh interpreter that has this folder for everything."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"DAILYPAPERS_HOME": str(home), "HF_HUB_OFFLINE": "1", "TERM": "xterm-256color"}
    found = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_first_list_is_painted_before_anything_slow_is_imported(papers: Path, tmp_path: Path) -> None:
    shutil.copy(papers / "papers.db", tmp_path)
    modules = set(run(f"LAST = {LAST!r}\n{TO_FIRST_LIST}", tmp_path).split())
    assert "reader.ui.list.pane" in modules
    assert "textual" in modules
    assert not {name.partition(".")[0] for name in modules} & SLOW
    unseen = {
        "reader.refresh.sources",
        "reader.feeds.huggingface",
        "reader.cache.storing",
        "reader.cache.repair",
        "reader.cache.tables",
        "reader.core.topics.scorer",
        "reader.core.query",
    }
    assert not modules & unseen


def test_no_command_imports_the_interface_nor_most_what_writes(papers: Path) -> None:
    id = "2606.00000"
    commands = [
        ["--version"],
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["list", "--count", "is:unread"],
        ["list", "--topics"],
        ["mark", "star", id],
        ["undo"],
        ["undo", "--redo"],
        ["export", "--all", "--format", "json"],
        ["config", "show"],
        ["config", "keys"],
        ["help"],
        ["completions", "bash"],
        ["completions", "answer", "--", "list", "topic:a"],
        ["doctor"],
        ["import", str(papers / "days.jsonl")],
        ["show", id],
    ]
    assert run(COMMANDS, papers, json.dumps(commands)).strip() == "done"
