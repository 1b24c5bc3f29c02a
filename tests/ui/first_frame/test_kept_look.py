"""A kept look is used only while nothing that it follows from has changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reader import paths
from reader.session.visit import Visit
from reader.ui import look_keeper
from reader.ui.first_frame.kept_look import MOST_KEPT, KeptLook, conditions, load_look, save_look, stamp
from reader.ui.look_keeper import look_of
from tests.ui.conftest import Opener
from tests.ui.driver import settings

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": "/home/ann"}
HERE = conditions(80, 24, ENVIRONMENT)
LAYOUT = Visit().layout


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "list.tcss"
    file.write_text("PaperList {}")
    return file


@pytest.fixture
async def kept(reader: Opener, sheet: Path) -> KeptLook:
    """The look of a small terminal, which follows from one stylesheet."""
    async with reader(size=(80, 24)) as r:
        look = look_of(r.main, r.app.look, r.app.settings, r.app.state.panes.density, LAYOUT)
    return look._replace(conditions=HERE, files=[stamp(str(sheet))])


def test_a_look_is_the_same_when_it_is_loaded(kept: KeptLook, tmp_path: Path) -> None:
    save_look(tmp_path / "look.json", kept)
    assert load_look(tmp_path / "look.json", HERE, LAYOUT) == kept


@pytest.mark.parametrize(
    "other",
    [
        conditions(81, 24, ENVIRONMENT),
        conditions(80, 25, ENVIRONMENT),
        conditions(80, 24, {**ENVIRONMENT, "TERM": "screen"}),
        conditions(80, 24, {**ENVIRONMENT, "COLORTERM": ""}),
        conditions(80, 24, {**ENVIRONMENT, "NO_COLOR": "1"}),
        conditions(80, 24, {**ENVIRONMENT, "TEXTUAL_THEME": "nord"}),
        {**HERE, "version": "0.0.1"},
    ],
)
def test_a_look_is_for_one_size_terminal_and_version(kept: KeptLook, tmp_path: Path, other: dict[str, object]) -> None:
    save_look(tmp_path / "look.json", kept)
    assert load_look(tmp_path / "look.json", other, LAYOUT) is None


def test_other_variables_do_not_matter() -> None:
    assert conditions(80, 24, {**ENVIRONMENT, "HOME": "/", "LANG": "C.UTF-8"}) == HERE


def test_a_look_is_for_one_layout_of_the_panes(kept: KeptLook, tmp_path: Path) -> None:
    save_look(tmp_path / "look.json", kept)
    for moved in (Visit(hidden=("detail",)), Visit(sizes={"three": (30, 0.5)})):
        assert load_look(tmp_path / "look.json", HERE, moved.layout) is None
    elsewhere = Visit("all", "agents", "2605.00001", history=("agents",), folded=("Language",))
    assert load_look(tmp_path / "look.json", HERE, elsewhere.layout) == kept


def test_a_changed_file_ends_a_look(kept: KeptLook, tmp_path: Path, sheet: Path) -> None:
    save_look(tmp_path / "look.json", kept)
    sheet.write_text("PaperList { color: red; }")
    assert load_look(tmp_path / "look.json", HERE, LAYOUT) is None
    sheet.unlink()
    assert load_look(tmp_path / "look.json", HERE, LAYOUT) is None


def test_looks_of_several_sizes_are_kept_and_the_oldest_goes(kept: KeptLook, tmp_path: Path) -> None:
    file = tmp_path / "look.json"
    sizes = [conditions(80 + more, 24, ENVIRONMENT) for more in range(MOST_KEPT + 1)]
    for size in sizes:
        save_look(file, kept._replace(conditions=size))
    save_look(file, kept._replace(conditions=sizes[2], order="title"))
    assert load_look(file, sizes[0], LAYOUT) is None
    assert all(load_look(file, size, LAYOUT) for size in sizes[1:])
    newest = load_look(file, sizes[2], LAYOUT)
    assert newest is not None and newest.order == "title"
    assert len(json.loads(file.read_text())) == MOST_KEPT


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '{"a": 1}', '[7, {"conditions": {}}]', "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")],
)
def test_a_spoilt_file_holds_no_look(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "look.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert load_look(file, HERE, LAYOUT) is None


def test_it_follows_from_stylesheets_themes_settings_and_textual() -> None:
    files = {Path(file).name for file, _, size in look_keeper._files() if size}
    assert {"list.tcss", "lines.tcss", "theme.py", "paper_list.py", "main.py", "__init__.py"} <= files
    assert [file for file, _, _ in look_keeper._files()].count(str(paths.config_file())) == 1


async def test_the_reader_keeps_the_look_of_each_size_once_it_rests(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(look_keeper, "AT_REST", 0.0)

    def is_kept(columns: int, rows: int) -> bool:
        layout = r.app.last_place.layout
        return load_look(paths.look_file(), conditions(columns, rows, os.environ), layout) is not None

    async with reader(size=(80, 24), state_file=tmp_path / "state.json") as r:
        await r.until(lambda: is_kept(80, 24))
        await r.do("find.filter")
        await r.resize(100, 30)
        assert not is_kept(100, 30)
        await r.do("find.filter")
        await r.until(lambda: is_kept(100, 30))
        assert is_kept(80, 24)


async def test_a_picked_theme_is_not_kept(reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with reader(state_file=tmp_path / "state.json") as r:
        monkeypatch.setattr(look_keeper, "AT_REST", 0.0)
        r.app.use_theme("light")
        await r.resize(100, 30)
        await r.rest()
        assert not paths.look_file().exists()


async def test_steps_that_mark_papers_are_left_to_the_reader(reader: Opener) -> None:
    async with reader(settings=settings(read_when="passed")) as r:
        assert look_of(r.main, r.app.look, r.app.settings, r.app.state.panes.density, LAYOUT).moves == {}
    async with reader(settings=settings(keys={"move.down": ("ctrl+n", "down")})) as r:
        moves = look_of(r.main, r.app.look, r.app.settings, r.app.state.panes.density, LAYOUT).moves
        assert {keys for keys, steps in moves.items() if steps > 0} == {"\x1b[B", "\x1bOB"}
        assert {keys for keys, steps in moves.items() if steps < 0} == {"k", "\x1b[A", "\x1bOA"}
