"""A note: written in the reader, kept while it is written, and stored as one step of undo."""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path
from zlib import compress

import pytest
from textual import events

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from reader.core.errors import CacheError
from reader.ui.app import ReaderApp
from reader.ui.notes.screen import NoteScreen
from reader.ui.refresh.sync import CacheWatch
from tests.ui.conftest import Opener


async def test_a_note_is_written_over_the_paper_and_stored(reader: Opener) -> None:
    async with reader(size=(120, 30)) as r:
        id, draft = r.here.id, r.file.with_name("drafts")
        await r.do("paper.note")
        assert r.context == "note"
        assert any("✎ Note · " in line for line in r.lines)
        # The title stays in sight above, and the keys below.
        assert "Slow Video" in r.text(r.main.detail).splitlines()[0]
        assert r.lines[-1].startswith(" esc keep  ctrl+g discard  ctrl+e editor")
        await r.type("Compare with ours.")
        await r.press("enter")
        await r.type("- why so few? qjk")
        assert (draft / f"{id}.md").read_text() == "Compare with ours.\n- why so few? qjk"
        await r.do("note.undo_typing", "note.redo_typing", "note.keep")
        assert r.context == "list"
        assert r.status == "1 noted · u undoes"
        assert r.kept(id).note == "Compare with ours.\n- why so few? qjk"
        assert not list(draft.iterdir())
        assert r.here.has_note and "✎" in r.list_items[1]
        assert "✎ Compare with ours." in r.text_in_front.text
        await r.do("mark.undo")
        assert r.kept(id).note is None and not r.here.has_note
        await r.do("mark.redo", "read.open", "paper.note")
        await r.type(" More.")
        await r.do("note.drop")
        assert r.context == "page" and r.status == "the note is unchanged"
        assert r.kept(id).note == "Compare with ours.\n- why so few? qjk"
        await r.do("paper.note", "note.keep")
        assert r.status == "the note is unchanged"
        assert not list(draft.iterdir())


async def test_keys_faster_than_the_editor_opens_are_its_text(reader: Opener) -> None:
    async with reader(size=(60, 20)) as r:
        await r.burst("e", *"so fast", "escape", "j", "e", *"next", "escape", "k")
        assert r.kept(r.row(0).id).note == "so fast"
        assert r.kept(r.row(1).id).note == "next"


async def test_the_editor_takes_pastes_help_another_size_and_a_disk_that_refuses(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise CacheError("The disk is full.")

    async with reader(size=(80, 24)) as r:
        id = r.here.id
        await r.do("paper.note")
        note = r.screen_of(NoteScreen)
        assert note is not None and note.focused is not None
        note.focused.post_message(events.Paste("pasted \x1b[31mred\x1b[0m\r\nin two lines "))
        await r.rest()
        await r.press("f1", "escape")
        await r.type("and more")
        await r.resize(140, 42)
        assert [line.find("pasted red") for line in r.lines if "pasted red" in line] == [r.main.detail.region.x + 1]
        with monkeypatch.context() as short:
            short.setattr("reader.ui.notes.actions.NOTE_LIMIT", 31)
            await r.do("note.keep")
            assert r.context == "note" and "a note has at most 31 characters; this one has 32" in r.lines[-1]
        with monkeypatch.context() as broken:
            broken.setattr(Events, "mark", refuse)
            await r.do("note.keep")
        # What can't be stored is not lost: the editor is open again.
        assert r.context == "note" and "The disk is full." in r.screen
        assert r.kept(id).note is None
        x = r.lines[-1].index("esc")
        note = r.screen_of(NoteScreen)
        assert note is not None
        await r.click(note.status, x)
        assert r.kept(id).note == "pasted red\nin two lines and more"


async def test_what_was_being_written_outlives_the_reader(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with reader() as r:
        id = r.here.id
        # No other program can have a terminal that is not there.
        await r.do("paper.editor")
        assert r.context == "note" and "an editor can't be opened here" in r.lines[-1]
        await r.type("half a th")
        await r.press("ctrl+q")
    async with reader() as r:
        assert r.status == f"unfinished note: e on {id} continues it"
        await r.do("paper.note")
        assert any("an unfinished draft" in line for line in r.lines)
        await r.type("ought")
        await r.do("note.keep")
        assert r.kept(id).note == "half a thought"


async def test_the_users_own_editor_writes_the_note(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\nprintf "$1" >> "$2"\n', "utf-8")
    editor.chmod(0o700)
    monkeypatch.setattr(ReaderApp, "suspend", lambda _app: nullcontext())
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{editor}' 'Seen. '")
    async with reader() as r:
        await r.do("paper.editor")
        assert r.status == "1 noted · u undoes"
        assert r.kept(r.here.id).note == "Seen."
        await r.do("paper.note")
        await r.type(" Twice")
        await r.do("paper.editor")
        assert r.context == "note"
        await r.do("note.keep")
        assert r.kept(r.here.id).note == "Seen. TwiceSeen."
        monkeypatch.setenv("EDITOR", "false")
        await r.do("paper.editor")
        assert r.status == "false failed: the note is unchanged"
        monkeypatch.setenv("EDITOR", "no-such-editor")
        await r.do("paper.editor")
        assert r.status == "no editor was found: set EDITOR to your editor"
        assert r.kept(r.here.id).note == "Seen. TwiceSeen."


async def test_a_note_that_another_machine_replaced_is_said_and_a_key_brings_it_back(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        r[CacheWatch].look_around()
        await r.do("mark.replaced")
        assert r.status.startswith("no other machine has replaced")
        id = r.ids[0]
        path = r.app.library.path
        with closing(Events.open(path)) as events:
            pk = events.read(lambda one: one.execute("SELECT pk FROM paper WHERE id = ?", (id,)).fetchone())[0]
            events.mark("note", "mine, first", [pk])
            (clock,) = events.read(lambda one: one.execute("SELECT max(clock) FROM event").fetchone())
        r[CacheWatch].look_around()
        theirs = Entry("ab" * 12, "ba" * 6, 1, clock + 1, "note", "theirs", 1, compress(id.encode()))
        with closing(Events.open(path)) as events:
            events.join([theirs])
        r[CacheWatch].look_around()
        r.pass_notice()
        await r.until(lambda: f"another machine replaced your note of {id} · gB shows it" in r.screen)
        await r.do("mark.replaced")
        assert f"your note of {id} was: mine, first" in r.lines[-1]
        assert "y bring it back" in r.lines[-1]
        await r.press("y")
        await r.until(lambda: r.kept(id).note == "mine, first")
        # It is the newest now, so nothing of the user's is replaced any more.
        await r.do("mark.replaced")
        assert r.status.startswith("no other machine has replaced")
        await r.do("mark.undo")
        await r.until(lambda: r.kept(id).note == "theirs")
