"""Colours as a process of its own sends them."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip


@pytest.fixture(autouse=True)
def fresh_colour_codes(monkeypatch: pytest.MonkeyPatch, keeps_look: None) -> None:
    """Write each style anew: Rich keeps its codes as the first terminal got them, which may be that of another test."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    render = Strip.render_style

    def render_anew(style: Style, text: str, color_system: ColorSystem) -> str:
        style._ansi = None
        return render(style, text, color_system)

    monkeypatch.setattr(Strip, "render_style", staticmethod(render_anew))
