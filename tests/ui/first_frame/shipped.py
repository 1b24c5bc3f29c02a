"""Makes the looks that ship with the program: `python -m tests.ui.first_frame.shipped`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reader.config import Settings
from reader.ui.first_frame.kept_look import FILE, KeptLook, shipped_conditions
from reader.ui.next_start import look_of
from tests.ui import papers
from tests.ui.driver import fill, open_reader

ROOT = Path(__file__).parents[3]

TERMINALS: Mapping[str, Mapping[str, str]] = {
    "dark": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "light": {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLORFGBG": "0;15"},
    "dark-256": {"TERM": "xterm-256color"},
    "light-256": {"TERM": "xterm-256color", "COLORFGBG": "0;15"},
    "ansi": {"TERM": "xterm"},
}
"""The variables of the terminals for which a look ships."""


VARIABLES = ("NO_COLOR", "TERM", "COLORTERM", "COLORFGBG", "TEXTUAL")


def look_in(terminal: Mapping[str, str]) -> dict[str, Any]:
    """The look of the default settings in a terminal, made by a process of its own: Rich keeps the codes of a style."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)}
    command = [sys.executable, "-m", "tests.ui.first_frame.shipped", "one"]
    made = subprocess.run(command, env={**others, **terminal}, cwd=ROOT, check=True, capture_output=True, text=True)
    look: dict[str, Any] = json.loads(made.stdout)
    return look


async def own_look() -> KeptLook:
    """The look of the default settings in the terminal of this process."""
    with tempfile.TemporaryDirectory() as folder:
        cache = fill(Path(folder) / "papers.db", papers.DAYS)
        async with open_reader(cache, settings=Settings()) as r:
            look = look_of(r.main, r.app.keymap, r.app.settings)
    return look._replace(conditions=shipped_conditions(os.environ) or {}, files=[])


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(asyncio.run(own_look())._asdict()))
    else:
        looks = [look_in(terminal) for terminal in TERMINALS.values()]
        FILE.write_text(json.dumps(looks, ensure_ascii=False, separators=(",", ":")) + "\n")
