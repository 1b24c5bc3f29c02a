"""Draw the README's pictures, the real program over its sample: `python -m tests.picture`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
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
from reader.ui.looks.theme import DARK_COLORS
from reader.ui.program import draw_picture
from tests.film import Film, Frame

PICTURES = Path(__file__).parent.parent / ".pictures"

SIZE = (132, 38)
FILM = (110, 30)
"""Columns and rows of the picture, and of the film."""

NOW = datetime(2026, 6, 30, 8, 14, tzinfo=UTC)
"""The sample's newest day."""

STEPS: Sequence[tuple[Sequence[str], str, float]] = (
    ((), "dailypapers  the newest papers, from a cache on your disk", 3),
    (("j", "j"), "j j  two papers further; the text follows at the side", 2.4),
    (("s",), "s  a star: you will find it again", 2),
    (("j", "m"), "j m  read: it fades", 2),
    (("space",), "space  reads on: down the text, then to the next unread paper", 2.4),
    (("/", "r", "e", "a", "s", "o", "n"), "/reason  search: the list follows each letter", 2.4),
    (("ctrl+a",), "ctrl+a  not on this day? then in all papers", 2.6),
    (("enter", "enter"), "enter enter  keep the search, and open a paper on a page of its own", 3.6),
    (("q",), "q  one step back", 1.6),
    (("?",), "?  the keys that work here; type to find one", 3.2),
    (("escape", "F", "g", "t"), "gt  back to the latest day", 3.4),
)
"""What is pressed, what is said of it, and for how many seconds it is shown."""


@asynccontextmanager
async def sample(size: tuple[int, int], query: str = "") -> AsyncIterator[tuple[ReaderApp, Pilot[str]]]:
    """The reader over its sample, at its newest day."""
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
            query=query,
            rules=lambda: workspace.topics,
            shell=lambda: ReaderShell(Workspace(cache_file=file)),
            now=lambda: NOW,
            still=True,
        )
        async with app.run_test(size=size) as pilot:
            await settle(app, pilot)
            yield app, pilot


async def settle(app: ReaderApp, pilot: Pilot[str]) -> None:
    """Wait until nothing moves, and what was said has passed."""
    await pilot.pause(0.3)
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)


async def draw() -> str:
    """Star two papers of the sample, read one, and take the picture."""
    async with sample(SIZE, "since:2026-06") as (app, pilot):
        for key in ("s", "j", "m", "j", "j", "s", "j", "m", "k", "k", "k"):
            await pilot.press(key)
            await app.workers.wait_for_complete()
        await pilot.press("/", "escape")
        await settle(app, pilot)
        return draw_picture(app, "dailypapers")


async def draw_film(steps: Sequence[tuple[Sequence[str], str, float]] = STEPS) -> str:
    """Use the reader for a minute, and show it step by step."""
    film = Film(
        *FILM, ground=DARK_COLORS.ground, text=DARK_COLORS.text, quiet=DARK_COLORS.muted, accent=DARK_COLORS.accent
    )
    frames = []
    async with sample(FILM) as (app, pilot):
        for keys, caption, seconds in steps:
            for key in keys:
                await pilot.press(key)
                await app.workers.wait_for_complete()
            await settle(app, pilot)
            frames.append(Frame(app.screen._compositor.render_strips(), caption, seconds))
    return film.draw(frames, "The first minute with dailypapers")


def main() -> None:
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "reader.svg").write_text(asyncio.run(draw()), "utf-8")
    (PICTURES / "minute.svg").write_text(asyncio.run(draw_film()), "utf-8")


if __name__ == "__main__":
    main()
