"""The looks that ship are those that a visit would keep, and are used only where this is certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reader import paths
from reader.ui.first_frame.kept_look import FILE, load_look, load_shipped, shipped_conditions
from tests.ui.first_frame.shipped import TERMINALS, look_in

DARK = TERMINALS["dark"]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "home"))


@pytest.mark.long
@pytest.mark.parametrize("terminal", [*TERMINALS.values(), {"TERM": "xterm-kitty"}])
def test_it_is_what_a_visit_would_keep(terminal: dict[str, str]) -> None:
    shipped = load_shipped(terminal)
    assert shipped is not None
    assert json.loads(json.dumps(shipped._asdict())) == look_in(terminal)


@pytest.mark.parametrize(
    "terminal",
    [
        {**DARK, "NO_COLOR": "1"},
        {**DARK, "TEXTUAL_THEME": "nord"},
        {**DARK, "COLORTERM": "TrueColor"},
        {"TERM": "screen-256color-bce"},
        {"TERM": "linux"},
    ],
)
def test_an_unusual_terminal_has_none(terminal: dict[str, str]) -> None:
    assert load_shipped(terminal) is None


def test_settings_end_it() -> None:
    assert load_shipped(DARK) is not None
    paths.config_file().parent.mkdir(parents=True)
    paths.config_file().write_text("")
    assert load_shipped(DARK) is None


def test_another_textual_ends_it() -> None:
    conditions = shipped_conditions(DARK)
    assert conditions is not None
    assert load_look(FILE, conditions) is not None
    assert load_look(FILE, {**conditions, "textual": "textual-9.0.0.dist-info"}) is None
