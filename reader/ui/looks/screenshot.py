"""Pictures of the screen: SVG that needs nothing from the web."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.paths import APP

if TYPE_CHECKING:
    from textual.app import App

FONTS = 'ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'

_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw_picture(app: App[str], title: str) -> str:
    """The screen as SVG, the same each time for the same screen; the title is in its frame."""
    svg = app.export_screenshot(title=title)
    # Textual names a font that a viewer would fetch, and numbers each picture anew.
    svg = _WEB_FONT.sub("", svg).replace("Fira Code, monospace", FONTS)
    # Some viewers take even spaces that may not break for layout, and drop those at the ends of words.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return re.sub(r"terminal-\d+", "terminal", svg)


def file_name(now: datetime) -> str:
    """The name of a picture's file: `dailypapers-2026-11-26-081400.svg`."""
    return f"{APP}-{now:%Y-%m-%d-%H%M%S}.svg"


def save_picture(svg: str, folder: Path, now: datetime) -> Path:
    """Write a picture to a new file, and return it; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / file_name(now)
    for number in range(1, 1_000):
        file = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(svg)
        except FileExistsError:
            continue
        return file
    raise FileExistsError(17, "there are a thousand pictures of this second", str(first))
