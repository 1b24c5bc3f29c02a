"""Draw the README's picture, the real interface with the sample: `python -m tests.picture`."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.app import App

from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace, fill_with_sample
from reader.config import Settings
from reader.refresh.lines import JobContext
from reader.ui.app import ReaderApp
from reader.ui.picture_drawing import draw_values
from tests.doubles import run_here

PICTURE = Path(__file__).parent.parent / ".pictures" / "reader.svg"

NEWEST_DAY_OF_THE_SAMPLE = datetime(2026, 6, 30, 8, 14, tzinfo=UTC)

FONTS = 'ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'

_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw_picture(app: App[str]) -> str:
    """The screen as SVG; the same screen always gives the same text."""
    # Textual names a font that a viewer would fetch, and numbers each picture differently.
    svg = _WEB_FONT.sub("", app.export_screenshot(title="dailypapers")).replace("Fira Code, monospace", FONTS)
    # Some viewers drop even non-breaking spaces at the ends of words unless spaces are preserved.
    return re.sub(r"terminal-\d+", "terminal", svg.replace("<svg ", '<svg xml:space="preserve" ', 1))


async def draw() -> str:
    """Open the reader on the sample's newest day, star two papers, mark two read, and take the picture."""
    workspace = Workspace()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(workspace, file)
        settings = Settings(theme="dark", refresh_minutes=0)
        context = JobContext(file, settings, lambda: workspace.topics, draw=draw_values)
        app = ReaderApp(
            settings,
            file,
            run_job=partial(run_here, context),
            demo=True,
            query="since:2026-06",
            rules=lambda: workspace.topics,
            shell=lambda: ReaderShell(Workspace(cache_file=file)),
            now=lambda: NEWEST_DAY_OF_THE_SAMPLE,
            still=True,
        )
        async with app.run_test(size=(132, 38)) as pilot:
            for key in ("s", "j", "m", "j", "j", "s", "j", "m", "k", "k", "k", "/", "escape"):
                await app.workers.wait_for_complete()
                await pilot.press(key)
            await pilot.pause(0.5)
            return draw_picture(app)


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    PICTURE.write_text(asyncio.run(draw()), "utf-8")
