"""Makes the looks that ship with the program: `python -m tests.ui.first_frame.shipped`."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reader.config import Settings
from reader.ui.first_frame.kept_look import KeptLook
from reader.ui.first_frame.shipped_look import FILE, shipped_conditions
from reader.ui.look_keeper import look_of
from tests.ui import papers
from tests.ui.driver import fill, open_reader

TERMINALS: Mapping[str, Mapping[str, str]] = {
    "dark": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "light": {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLORFGBG": "0;15"},
    "dark-256": {"TERM": "xterm-256color"},
    "light-256": {"TERM": "xterm-256color", "COLORFGBG": "0;15"},
    "ansi": {"TERM": "xterm"},
}
"""The variables of the terminals for which a look ships."""


async def look_in(terminal: Mapping[str, str], cache: Path) -> KeptLook:
    """The look of the default settings in a terminal whose variables are set."""
    conditions = shipped_conditions(terminal)
    assert conditions is not None
    async with open_reader(cache, settings=Settings()) as r:
        return look_of(r.main, r.app.keymap, r.app.settings)._replace(conditions=conditions, files=[])


def main() -> None:
    """Write the file."""
    looks = []
    with tempfile.TemporaryDirectory() as folder:
        cache = fill(Path(folder) / "papers.db", papers.DAYS)
        for terminal in TERMINALS.values():
            for name in ("NO_COLOR", "TERM", "COLORTERM", "COLORFGBG"):
                os.environ.pop(name, None)
            os.environ.update(terminal)
            looks.append(asyncio.run(look_in(terminal, cache))._asdict())
    FILE.write_text(json.dumps(looks, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
