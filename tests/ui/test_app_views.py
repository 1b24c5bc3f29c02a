"""The user's own views: in the filter pane with their numbers, by keys, and as they change in the settings."""

from __future__ import annotations

from pathlib import Path

from reader.config import load_settings
from tests.ui.conftest import Opener
from tests.ui.driver import settings

VIEWS = """
hidden_views = ["starred"]

[[views]]
name = "Agents"
query = "title:agents"

[[views]]
name = "Loud"
query = "upvotes:>0 sort:title"
"""


async def test_saved_views_are_listed_counted_and_shown_by_keys(reader: Opener, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(VIEWS)
    loaded = load_settings(file, {}).settings
    chosen = settings(views=loaded.views, hidden_views=loaded.hidden_views)
    async with reader(settings=chosen, settings_file=file, size=(140, 42)) as r:
        await r.until(lambda: "Agents g1" in " ".join(r.filter_lines))
        assert not any("Starred" in line for line in r.filter_lines)
        await r.press("g", "1")
        assert "Agents" in r.top
        found = r.ids
        assert found and "agents" in r.here.title.lower()
        await r.do("paper.read")
        await r.until(lambda: any(f"{len(found) - 1}/{len(found)}" in line for line in r.filter_lines))
        # Its own order, and its place in the list of keys.
        await r.press("g", "2")
        titles = [r.row(index).title.casefold() for index in range(len(r.ids))]
        assert "Loud" in r.top and titles == sorted(titles)
        await r.press("g", "3")
        assert r.status == "you have 2 saved views"
        # The file changes while the reader runs.
        file.write_text(VIEWS.replace("upvotes:>0 sort:title", "title:agents").replace('["starred"]', "[]"))
        r.assembly.look_around()
        await r.until(lambda: set(r.ids) == set(found))
        await r.until(lambda: any("Starred" in line for line in r.filter_lines))


async def test_without_views_the_key_says_how_to_save_one(reader: Opener) -> None:
    async with reader() as r:
        await r.press("g", "1")
        assert r.status.startswith("no saved views yet")
