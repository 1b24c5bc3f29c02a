"""A kept look is used only while nothing that it follows from has changed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from reader import paths
from reader.ui import first_frame, next_start
from reader.ui.first_frame.frame import FirstFrame
from reader.ui.first_frame.kept_look import MOST_KEPT, KeptLook, conditions, load_look, save_look, stamp
from reader.ui.next_start import keep_look, look_of
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.first_frame.test_frame import LOOK

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": "/home/ann"}
HERE = conditions(ENVIRONMENT)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "list.tcss"
    file.write_text("PaperList {}")
    return file


@pytest.fixture
def kept(sheet: Path) -> KeptLook:
    """A look that follows from one stylesheet."""
    return LOOK._replace(conditions=HERE, files=[stamp(str(sheet))], hints={"plain": [("s", "star")]})


@pytest.mark.parametrize(
    ("other", "is_used"),
    [
        (HERE, True),
        (conditions({**ENVIRONMENT, "HOME": "/", "LANG": "C.UTF-8"}), True),
        (conditions({**ENVIRONMENT, "TERM": "screen"}), False),
        (conditions({**ENVIRONMENT, "COLORTERM": ""}), False),
        (conditions({**ENVIRONMENT, "NO_COLOR": "1"}), False),
        (conditions({**ENVIRONMENT, "TEXTUAL_THEME": "nord"}), False),
        ({**HERE, "version": "0.0.1"}, False),
    ],
)
def test_a_look_is_for_one_terminal_and_version_and_ends_with_a_changed_file(
    kept: KeptLook, tmp_path: Path, sheet: Path, other: dict[str, object], is_used: bool
) -> None:
    save_look(tmp_path / "look.json", kept)
    assert load_look(tmp_path / "look.json", other) == (kept if is_used else None)
    sheet.write_text("PaperList { color: red; }")
    assert load_look(tmp_path / "look.json", other) is None
    sheet.unlink()
    assert load_look(tmp_path / "look.json", other) is None


def test_looks_of_several_terminals_are_kept_and_the_oldest_goes(kept: KeptLook, tmp_path: Path) -> None:
    file = tmp_path / "look.json"
    terminals = [conditions({"TERM": f"xterm-{number}"}) for number in range(MOST_KEPT + 1)]
    for terminal in terminals:
        save_look(file, kept._replace(conditions=terminal))
    save_look(file, kept._replace(conditions=terminals[2], order="title"))
    assert load_look(file, terminals[0]) is None
    assert all(load_look(file, terminal) for terminal in terminals[1:])
    newest = load_look(file, terminals[2])
    assert newest is not None and newest.order == "title"
    assert len(json.loads(file.read_text())) == MOST_KEPT


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '{"a": 1}', '[7, {"conditions": {}}]', "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")],
)
def test_a_spoilt_file_holds_no_look(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "look.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert load_look(file, HERE) is None


def test_it_follows_from_stylesheets_themes_settings_and_textual() -> None:
    files = {Path(file).name for file, _, size in next_start._files() if size}
    assert {"list.tcss", "lines.tcss", "theme.py", "pane.py", "main_screen.py", "__init__.py"} <= files
    assert [file for file, _, _ in next_start._files()].count(str(paths.config_file())) == 1


def is_kept() -> bool:
    return load_look(paths.look_file(), conditions(os.environ)) is not None


@pytest.mark.parametrize("view", ["latest", "starred"])
async def test_the_reader_keeps_its_look_over_any_list(reader: Opener, tmp_path: Path, view: str) -> None:
    (tmp_path / "state.json").write_text(f'{{"view": "{view}"}}')
    async with reader(state_file=tmp_path / "state.json") as r:
        assert is_kept()
        await r.do("view.all")
        kept = load_look(paths.look_file(), conditions(os.environ))
        assert kept == look_of(r.main, r.app.keymap, r.app.settings)


async def test_a_look_without_the_focus_is_not_kept(reader: Opener) -> None:
    async with reader() as r:
        paths.look_file().unlink()
        await r.do("pane.next")
        keep_look(r.main, r.app.keymap, r.app.settings)
        assert not is_kept()


async def test_steps_that_mark_papers_are_left_to_the_reader(reader: Opener) -> None:
    async with reader(settings=settings(read_when="passed")) as r:
        assert look_of(r.main, r.app.keymap, r.app.settings).moves == {}
    async with reader(settings=settings(keys={"move.down": ("ctrl+n", "down")})) as r:
        moves = look_of(r.main, r.app.keymap, r.app.settings).moves
        assert {keys for keys, steps in moves.items() if steps > 0} == {"\x1b[B", "\x1bOB"}
        assert {keys for keys, steps in moves.items() if steps < 0} == {"k", "\x1b[A", "\x1bOA"}


async def test_a_start_draws_its_list_in_the_kept_look_if_all_of_it_is_certain(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader():
        pass
    home, shown = tmp_path / "home", list[FirstFrame]()

    def show(frame: FirstFrame) -> None:
        shown.append(frame)

    shutil.copy(tmp_path / "papers.db", home / "papers.db")
    monkeypatch.setattr(os, "get_terminal_size", lambda _output: os.terminal_size((80, 24)))
    monkeypatch.setattr(FirstFrame, "show", show)
    frame = first_frame._show()
    assert frame is not None and shown == [frame]
    assert all(one in frame._painter.whole() for one in ("Latest", "Slow Video", "mark read"))
    (home / "state.json").write_text('{"view": "starred"}')
    assert first_frame._show() is None, "an empty list has a reason, which is not known yet"
    (home / "state.json").unlink()
    (home / "papers.suspect").touch()
    assert first_frame._show() is None
    (home / "papers.suspect").unlink()
    paths.config_file().touch()
    assert first_frame._show() is None, "the settings may have changed"
    paths.config_file().unlink()
    paths.look_file().unlink()
    # The one that ships is for the default settings.
    monkeypatch.setenv("TERM", "dumb")
    assert first_frame._show() is None and shown == [frame]
