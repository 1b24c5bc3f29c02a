"""The reader without a private name of Textual, each renamed in its source: plain Textual does that work."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.feed_server import FeedServer
from tests.feed_server import item as feed_item
from tests.rigs import program
from tests.rigs.program import ROOT
from tests.rigs.terminal import Terminal
from tests.tiers import rest_long

PRIVATE = (
    "_compositor", "_compositor_refresh", "_file", "_get_message", "_handle_exception", "_in_band_window_resize",
    "_peek_message", "_refresh_layout", "_scroll_update", "_start_widget", "_vertical_scrollbar", "_write",
    "_writer_thread", "_xterm_parser",
)  # fmt: skip
"""All private names of Textual in use; those of drivers, `_file` and after it, belong to `ui/terminal/`."""

PYTHONS = ("_asdict", "_exit", "_fields", "_replace")

RENAMING = """
import importlib.machinery as machinery, importlib.util, re, sys
name = sys.argv.pop(1)
word, renamed = re.compile(rf"\\b{name}\\b"), f"renamed{name}"

class Renamed(machinery.SourceFileLoader):
    def path_stats(self, path):
        with open(path, encoding="utf-8") as file:
            if word.search(file.read()):
                raise OSError("what is kept of it, compiled, has the name")
        return super().path_stats(path)

    def get_data(self, path):
        data = super().get_data(path)
        return word.sub(renamed, data.decode()).encode() if path.endswith(".py") else data

class Finder:
    def find_spec(self, full, path=None, target=None):
        if not full.startswith("textual."):
            return None
        if full.rpartition(".")[2] == name:
            raise ModuleNotFoundError(f"No module named {full!r}", name=full)
        spec = machinery.PathFinder.find_spec(full.replace(renamed, name), path)
        if spec is None or not isinstance(spec.loader, machinery.SourceFileLoader):
            return spec
        places = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            full, spec.origin, loader=Renamed(full, spec.origin), submodule_search_locations=places
        )

sys.meta_path.insert(0, Finder())
from reader.__main__ import main
sys.exit(main())
"""


def undefined_names(folder: Path) -> set[str]:
    """Private names that modules use, and none of them defines."""
    defined, used = set(), set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    defined.add(name)
                case ast.Attribute(attr=name, ctx=ast.Store()) | ast.AnnAssign(target=ast.Name(id=name)):
                    defined.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    defined.add(name)
                case ast.Attribute(attr=name):
                    used.add(name)
                case ast.ImportFrom(module=str(module)) if module.startswith("textual"):
                    used |= {*module.split("."), *(one.name for one in node.names)}
    return {name for name in used - defined if name.startswith("_") and not name.startswith("__")}


def test_all_private_names_in_use_are_known() -> None:
    assert undefined_names(ROOT / "reader" / "ui") <= {*PRIVATE, *PYTHONS}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a paper, whose list is on the terminal before Textual is imported."""
    home = tmp_path_factory.mktemp("filled")
    today = date.today().isoformat()
    with FeedServer({today: [feed_item("2605.01001", "Harvest", today)]}, today=today) as feed:
        refresh = [sys.executable, "-m", "reader", "refresh"]
        subprocess.run(refresh, env=program.without_arxiv(home, feed.url), cwd=ROOT, check=True, capture_output=True)
    return home


@pytest.mark.parametrize("name", rest_long(PRIVATE, ("_start_widget", "_xterm_parser")))
def test_the_reader_starts_without_a_private_name(name: str, filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    environment = program.without_arxiv(tmp_path, "http://127.0.0.1:9", COLORTERM="truecolor")
    command = [sys.executable, "-c", RENAMING, name]
    with Terminal(command, environment, (120, 40), ROOT) as terminal:
        # Only Textual's own frames say it.
        terminal.wait_for("offline")
        terminal.press("enter")
        terminal.wait_for("Abstract")
        terminal.press("q", "q")
        assert terminal.wait_closed() == 0
