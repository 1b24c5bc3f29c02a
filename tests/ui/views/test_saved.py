"""The user's own views: in the filter pane with their numbers, by keys, and as they change in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.settings_reader import load_settings
from reader.ui.command_line.runner import AutomaticCommands
from reader.ui.refresh.sync import CacheWatch
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
        r[CacheWatch].look_around()
        await r.until(lambda: set(r.ids) == set(found))
        await r.until(lambda: any("Starred" in line for line in r.filter_lines))


async def test_undo_takes_an_edit_of_the_settings_back_and_redo_does_it_again(reader: Opener, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(VIEWS)
    loaded = load_settings(file, {}).settings
    async with reader(settings=settings(views=loaded.views), settings_file=file, size=(140, 42)) as r:
        r[CacheWatch].look_around()
        await r.do("paper.star")
        # By hand, in an editor.
        file.write_text(VIEWS.replace('"Loud"', '"Quiet"  # now'))
        r[CacheWatch].look_around()
        await r.until(lambda: any("Quiet" in line for line in r.filter_lines))
        await r.do("mark.undo")
        await r.until(lambda: r.status.startswith("undone: view Loud renamed Quiet"))
        assert 'name = "Loud"  # now' in file.read_text()
        r[CacheWatch].look_around()
        await r.until(lambda: any("Loud" in line for line in r.filter_lines))
        await r.do("mark.redo")
        await r.until(lambda: r.status.startswith("redone: view Loud renamed Quiet"))
        assert 'name = "Quiet"  # now' in file.read_text()
        # What is not known yet is the newest too.
        file.write_text(file.read_text().replace('"Agents"', '"Programs"'))
        await r.do("mark.undo")
        await r.until(lambda: r.status.startswith("undone: view Agents renamed Programs"))
        await r.do("mark.undo", "mark.undo")
        await r.until(lambda: "no longer starred" in r.status)
        assert load_settings(file, {}).settings.views == loaded.views


PROGRAMS = """
[[commands]]
name = "First words"
run = "head -c 10"
input = "ids"
keep = true
key = "gx"
"""


async def test_programs_get_papers_by_a_key_and_by_a_line(reader: Opener, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(PROGRAMS)
    chosen = settings(commands=load_settings(tmp_path / "config.toml", {}).settings.commands)
    async with reader(settings=chosen, size=(140, 42)) as r:
        await r.press("g", "x")
        kept = r.ids[0]
        assert "Kept for 1 paper as First words" in r.screen
        await r.press("escape")
        await r.until(lambda: "by a program" in r.screen)
        assert f"▎ {kept[:10]}" in r.screen
        assert r.kept(kept).note is None
        # Several at once, by any program; its output has a screen of its own, or the last line.
        await r.do("select.paper", "select.paper", "command.pipe")
        assert r.context == "command"
        await r.type("wc -l")
        await r.do("command.run")
        lines = r.status
        await r.do("app.escape", "command.pipe")
        await r.type("no-such-program-here --x")
        await r.do("command.run")
        assert lines.removeprefix("wc -l: ").isdigit() and "no-such-program-here was not found" in r.status
        # A view of what is listed.
        await r.search("has:output")
        assert "ctrl+n saves it" in r.advice
        await r.do("query.save")
        assert (r.query, r.context) == ("has:output", "command")
        await r.type("all mine")
        await r.do("command.run")
        assert r.status == "all mine is saved; its key in the reader is g1"
        assert (
            '[[views]]\nname = "all mine"\nquery = "(day:latest) (has:output)"'
            in (r.file.parent / "config.toml").read_text()
        )


async def test_changes_reach_watched_exports_and_stars_the_program(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "stars.bib", tmp_path / "out"
    text = f"on_star = ['sh', '-c', 'cat > {out}']\n[[exports]]\nquery = 'is:starred'\nfile = 'stars.bib'\n"
    (tmp_path / "config.toml").write_text(text)
    found = load_settings(tmp_path / "config.toml", {}).settings
    async with reader(settings=settings(exports=found.exports, on_star=found.on_star)) as r:
        with monkeypatch.context() as patch:
            patch.setattr("reader.ui.command_line.runner.EXPORT_AFTER", 0.1)
            await r.do("paper.star")
        await r.until(lambda: out.exists() and r.ids[0] in out.read_text())
        # Exports are due until they are written: a reader that ends before writes them itself.
        await r.until(lambda: not r[AutomaticCommands].is_due)
        assert r.ids[0] in file.read_text()
        out.unlink()
        file.write_text("mine")
        await r.do("paper.star")
        r.pass_notice()
        await r.until(lambda: "something else wrote" in r.status)
        assert file.read_text() == "mine" and not out.exists()
