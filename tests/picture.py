"""Draw the README's picture, the real program over its sample: `python -m tests.picture`."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace, fill_with_sample
from reader.config import Settings
from reader.refresh import jobs, running
from reader.ui.app import ReaderApp
from reader.ui.program import draw_picture

PICTURES = Path(__file__).parent.parent / ".pictures"

SIZE = (132, 38)
"""Columns and rows."""

NOW = datetime(2026, 6, 30, 8, 14, tzinfo=UTC)
"""The sample's newest day."""


async def draw() -> str:
    """Open the reader over its sample at its newest day; star two papers, read one, and take the picture."""
    workspace = Workspace()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(workspace, file)
        settings = Settings(theme="dark", refresh_minutes=0)
        app = ReaderApp(
            settings,
            file,
            run_job=partial(running.run_job, jobs.JobContext(file, settings, lambda: workspace.topics)),
            demo=True,
            query="since:2026-06",
            rules=lambda: workspace.topics,
            shell=lambda: ReaderShell(Workspace(cache_file=file)),
            now=lambda: NOW,
            still=True,
        )
        async with app.run_test(size=SIZE) as pilot:
            await settle(app, pilot)
            for key in ("s", "j", "m", "j", "j", "s", "j", "m", "k", "k", "k"):
                await pilot.press(key)
                await app.workers.wait_for_complete()
            await pilot.press("/", "escape")
            await settle(app, pilot)
            return draw_picture(app, "dailypapers")


async def settle(app: ReaderApp, pilot: Pilot[str]) -> None:
    """Wait until nothing moves, and what was said has passed."""
    await pilot.pause(0.3)
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)


def main() -> None:
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "reader.svg").write_text(asyncio.run(draw()), "utf-8")


if __name__ == "__main__":
    main()
