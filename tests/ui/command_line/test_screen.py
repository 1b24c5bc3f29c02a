"""The command line: commands of the shell, run on what the user sees, without leaving the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.commands.line import own_process
from reader.ui.command_line.runner import CommandRunner
from reader.ui.command_line.screen import CommandScreen
from tests.ui.conftest import Opener


async def test_the_id_of_a_paper_shows_it(reader: Opener) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.ids[3]
        await r.run(f"arXiv:{id}v2")
        await r.until(lambda: r.ids == [id])


async def test_commands_run_on_the_papers_that_the_user_sees(reader: Opener, tmp_path: Path) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("command.open")
        assert "mark read until:30d" in r.lines[-1]
        await r.type("tag add la")
        assert r.context == "command"
        await r.type("ter")
        await r.do("command.run")
        assert r.status == "1 paper tagged later · u undoes"
        assert r.kept(r.ids[0]).tags == ("later",)

        await r.do("select.all", "command.open")
        assert "for 14 selected papers" in r.lines[-1]
        await r.type("mark star")
        await r.do("command.run")
        assert r.status == "14 papers marked starred · u undoes"
        assert r.row(3).starred
        await r.run(f"export bibtex {tmp_path}/refs.bib")
        assert (tmp_path / "refs.bib").read_text("utf-8").count("@misc") == 14
        await r.do("command.open", "command.previous", "command.run")
        assert "refs.bib already exists…  y replace it" in r.lines[-1]
        await r.press("n")
        await r.do("app.escape", "mark.undo")
        assert not r.row(3).starred
        # The papers are those of the list that was asked for before, however quickly all is typed.
        await r.burst("/", *"robot", "enter", ":", *"tag add metal", "enter")
        assert "Robot" in r.here.title
        assert r.kept(r.here.id).tags == ("metal",)


async def test_many_papers_out_of_sight_are_counted_first(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.run("mark read until:2026-05-11")
        assert "mark read until:2026-05-11: 46 papers" in r.lines[-1]
        await r.press("y")
        assert r.status == "46 papers marked read · u undoes"
        assert "Unread 14" in r.filter_lines
        await r.do("command.open", "command.previous", "command.run")
        assert r.status == "nothing to change · mark read until:2026-05-11"


async def test_words_are_suggested_taken_and_recalled(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("command.open")
        await r.type("ta")
        await r.do("command.next")
        assert "the tags that you use" in r.lines[-1]
        await r.do("command.previous", "command.complete")
        await r.type("ad")
        await r.do("command.complete")
        line = r.screen_of(CommandScreen)
        assert line is not None
        assert line.line.text == "tag add "
        await r.do("command.cancel")
        assert r.context == "list"
        for text in ("star", "undo"):
            await r.run(text)
        assert "no longer starred" in r.status
        await r.do("command.open")
        await r.type("ma")
        await r.do("command.previous", "command.previous", "command.previous")
        line = r.screen_of(CommandScreen)
        assert line is not None
        assert line.line.text == "star"
        await r.do("command.next", "command.next")
        assert line.line.text == "ma"
        # A burst of keys is for the line as soon as it is open.
        await r.do("command.cancel")
        await r.burst(":", *"topic.order", "enter")
        assert r.status == "Order topics does nothing here"


async def test_long_output_has_a_screen_and_mistakes_a_line(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("command.output")
        assert r.status == "no command has printed anything yet"
        await r.run("list")
        assert r.lines[0].rstrip() == " list"
        assert "Slow Video" in r.screen
        await r.press("G")
        assert "60 of 60" in r.screen
        await r.press("y")
        assert "copied" in r.lines[-1]
        await r.press("q")
        assert r.context == "list"
        await r.do("command.output")
        assert "Slow Video" in r.screen
        await r.press("escape")
        for line, said in (
            ("tga", "Did you mean tag?"),
            ("mark raed", "Did you mean read?"),
            ("mark", "choose one of"),
        ):
            await r.run(line)
            assert said in r.status
        await r.do("read.open")
        await r.run("note a second look")
        assert r.is_on_page
        assert "note of 2605.00400 was written" in r.status
        assert r.kept("2605.00400").note == "a second look"


async def test_a_command_that_goes_on_is_told_and_stopped(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    start = own_process._START.partition(" from reader.cli")[0]
    monkeypatch.setattr(own_process, "_START", f"{start} import time; time.sleep(600)")
    async with reader(size=(140, 30)) as r:
        await r.do("command.open")
        await r.type("count is:unread")
        await r.begin("enter")
        await r.until(lambda: "running count" in r.top)
        assert r.status == "count is running · esc stops it"
        await r.begin(":", *"count", "enter")
        await r.until(lambda: "commands run one at a time" in r.status)
        await r.begin("j")
        assert r.cursor == 1
        await r.do("app.escape")
        assert r.status == "stopped: count is:unread"
        assert "running" not in r.top
        # The end of the reader is the end of its command.
        await r.do("command.open")
        await r.type("count")
        await r.begin("enter")
        await r.until(lambda: r[CommandRunner].is_running)
        await r.do("app.quit")
