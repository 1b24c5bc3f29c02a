"""The reader without a private name of Textual, each renamed in its source: plain Textual does that work."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest
import textual

from tests.rigs import program
from tests.rigs.program import ROOT
from tests.rigs.terminal import Terminal
from tests.tiers import rest_at_night, rest_long
from tests.ui.driver import fill
from tests.ui.papers import draft

PRIVATE = (
    ("_start_widget", "_compositor_refresh", "_refresh_layout", "_peek_message"),
    ("_vertical_scrollbar", "_compositor", "_get_message"),
    ("_scroll_update", "_file", "_write"),
    ("_handle_exception", "_writer_thread"),
    ("_in_band_window_resize",),
    ("_xterm_parser",),
)
"""All private names of Textual in use, those of drivers from `_file` on. Those of a row are renamed together: the lack
of one does not keep the reader from using another, as that of a driver's does for some."""

PYTHONS = ("_asdict", "_exit", "_fields", "_replace")


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
    assert undefined_names(ROOT / "reader" / "ui") <= {*PYTHONS}.union(*PRIVATE)


def visit(home: Path, **more: str) -> None:
    """Open a paper in the reader, and leave; only Textual's own frames say that there is no network."""
    environment = program.without_arxiv(home, "http://127.0.0.1:9", COLORTERM="truecolor", **more)
    with Terminal([sys.executable, "-m", "reader"], environment, (120, 40), ROOT) as terminal:
        terminal.wait_for("offline")
        terminal.press("enter")
        terminal.wait_for("Abstract")
        terminal.leave("q", "q")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a paper."""
    home = tmp_path_factory.mktemp("filled")
    fill(home / "papers.db", {date.today().isoformat(): [draft(1, "Harvest")]})
    return home


EACH = [(name,) for row in PRIVATE for name in row]


@pytest.mark.parametrize("names", rest_long(rest_at_night([*PRIVATE, *EACH], len(PRIVATE)), PRIVATE[:1]), ids=" ".join)
def test_the_reader_starts_without_private_names(names: tuple[str, ...], filled: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    copy = Path(shutil.copytree(Path(textual.__file__).parent, tmp_path / "textual"))
    pattern = re.compile(rf"\b({'|'.join(names)})\b")
    for file in copy.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if (renamed := pattern.sub(r"renamed\1", text)) != text:
            file.write_text(renamed, encoding="utf-8")
        if file.stem in names:
            file.rename(file.with_stem(f"renamed{file.stem}"))
    for _ in range(2):
        # The second time, the list is on the terminal before Textual is imported.
        visit(home, PYTHONPATH=str(tmp_path))
