"""Draw the README's picture, the real interface with the sample: `python -m tests.picture`."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace, fill_with_sample
from reader.config import Settings
from reader.refresh.lines import JobContext
from reader.ui.app import ReaderApp
from reader.ui.picture_drawing import draw_values
from reader.ui.program import draw_picture
from tests.doubles import run_here

PICTURE = Path(__file__).parent.parent / ".pictures" / "reader.svg"

NEWEST_DAY_OF_THE_SAMPLE = datetime(2026, 6, 30, 8, 14, tzinfo=UTC)


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
            return draw_picture(app, "dailypapers")


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    PICTURE.write_text(asyncio.run(draw()), "utf-8")
