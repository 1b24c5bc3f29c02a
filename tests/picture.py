"""Draw the README's picture, the real program over its sample: `python -m tests.picture`."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

PICTURE = Path(__file__).parent.parent / ".pictures" / "reader.svg"

SIZE = (132, 38)

NOW = datetime(2026, 6, 30, 8, 14, tzinfo=UTC)
"""The sample's newest day."""

FONTS = 'ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'


async def draw() -> str:
    """Star two papers of the sample, read one, and take the picture."""
    from reader.cli import fill_with_sample
    from reader.commands.workspace import Workspace
    from reader.config import Settings
    from reader.refresh import jobs
    from reader.ui.app import ReaderApp

    workspace = Workspace()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(workspace, file)
        settings = Settings(theme="dark", refresh_minutes=0)
        app = ReaderApp(
            settings,
            file,
            run_job=partial(jobs.run_job, jobs.JobContext(file, settings, lambda: workspace.topics)),
            demo=True,
            query="since:2026-06",
            rules=lambda: workspace.topics,
            now=lambda: NOW,
            still=True,
        )
        async with app.run_test(size=SIZE) as pilot:
            for key in ("s", "j", "m", "j", "j", "s", "j", "m", "k", "k", "k"):
                await pilot.press(key)
                await app.workers.wait_for_complete()
            await pilot.press("/", "escape")
            await pilot.pause(1)
            await app.workers.wait_for_complete()
            await pilot.pause(0.5)
            return app.export_screenshot(title="dailypapers")


def main() -> None:
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    svg = asyncio.run(draw())
    # No font is fetched from elsewhere for it, and nothing in it differs from one drawing to the next.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", FONTS)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
