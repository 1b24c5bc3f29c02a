"""Notes and tags: typed in the reader, kept while they are typed, undone in one step."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from textual import events

from reader.cache.marks.events import Events
from reader.core.errors import CacheError
from reader.ui.app import ReaderApp
from reader.ui.notes import NoteScreen, TagEdit
from tests.table import each
from tests.ui.conftest import Opener

# Notes


async def test_a_note_is_written_over_the_paper_and_stored(reader: Opener) -> None:
    async with reader(size=(120, 30)) as r:
        id, draft = r.here.id, r.file.with_name("drafts")
        await r.do("paper.note")
        assert r.context == "note"
        assert any("✎ Note · Slow Video" in line for line in r.lines)
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


async def test_keys_typed_before_the_editor_opens_are_its_text(reader: Opener) -> None:
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
        assert [line.find("pasted red") for line in r.lines if "pasted red" in line] == [(140 - 82) // 2 + 1]
        with monkeypatch.context() as short:
            short.setattr("reader.ui.notes.NOTE_LIMIT", 31)
            await r.do("note.keep")
            assert r.context == "note" and "a note has at most 31 characters; this one has 32" in r.lines[-1]
        with monkeypatch.context() as broken:
            broken.setattr(Events, "mark", refuse)
            await r.do("note.keep")
        # The text is not lost: the editor is open again.
        assert r.context == "note" and "The disk is full." in r.screen
        assert r.kept(id).note is None
        x = r.lines[-1].index("esc")
        note = r.screen_of(NoteScreen)
        assert note is not None
        await r.click(note.status, x)
        assert r.kept(id).note == "pasted red\nin two lines and more"


async def test_an_unfinished_note_survives_the_end_of_the_reader(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with reader() as r:
        id = r.here.id
        # Without a terminal, no editor can be opened.
        await r.do("paper.editor")
        assert r.context == "note" and "an editor can't be opened here" in r.lines[-1]
        await r.type("half a th")
        await r.press("ctrl+q")
    async with reader() as r:
        assert r.status == f"unfinished note: e on {id} continues it"
        await r.do("paper.note")
        assert any("✎ Note, an unfinished draft · Slow Video" in line for line in r.lines)
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


# Tags


async def test_tags_are_typed_several_at_once_completed_and_taken_away(reader: Opener) -> None:
    async with reader(size=(100, 24)) as r:
        id = r.here.id
        await r.do("paper.tag")
        assert r.context == "tags"
        assert "no tag yet" in r.lines[-1] and r.lines[-2].startswith(" tag ")
        # The list stays in sight behind the line.
        assert any("Slow Video" in line for line in r.lines)
        await r.type('later "to cite"')
        await r.do("tags.accept")
        assert r.context == "list"
        assert r.status == "1 tagged later, to cite · u undoes"
        assert r.kept(id).tags == ("later", "to cite")
        await r.do("mark.undo")
        assert r.kept(id).tags == ()
        await r.do("mark.redo", "move.down", "paper.tag")
        assert any("later" in line and "1 paper" in line for line in r.lines)
        # Completion offers the tags of other papers, and topics.
        await r.do("command.complete")
        await r.type("vid")
        await r.do("command.complete", "tags.accept")
        assert r.kept(r.here.id).tags == ("later", "video")
        await r.do("paper.tag")
        assert "tagged later, video" in r.lines[-1]
        await r.type("-")
        await r.do("command.next", "command.complete", "tags.accept")
        assert r.kept(r.here.id).tags == ("later",)
        assert r.status == "1 untagged video · u undoes"
        await r.do("paper.tag")
        await r.type("Later")
        await r.do("tags.accept")
        assert r.status == "nothing to change: the tags are the same"
        await r.do("paper.tag")
        await r.type("soon")
        await r.do("command.cancel")
        assert r.context == "list" and r.kept(r.here.id).tags == ("later",)


async def test_tags_typed_in_one_go_lose_no_letter_also_on_the_page(reader: Opener) -> None:
    async with reader() as r:
        await r.do("read.open")
        await r.burst("t", *"later soon", "enter")
        assert r.context == "page"
        assert r.kept(r.here.id).tags == ("later", "soon")
        assert "later" in r.text_in_front.text
        await r.burst("t", *"-later", "enter", "q", "j", "t", "escape", "j")
        assert r.context == "list" and r.cursor == 2


async def test_own_tags_filter_from_the_pane(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        assert "TAGS" not in r.filter_lines
        await r.do("paper.tag")
        await r.type("later")
        await r.do("tags.accept")
        assert r.filter_lines[r.filter_lines.index("TAGS") + 1] == "later 1"
        at = next(place for place, row in enumerate(r.main.filter.rows) if row.key == "later")
        await r.click(r.main.filter, 4, at)
        assert r.query == "tag:later" and len(r.ids) == 1
        assert "✓ later 1" in r.filter_lines
        await r.click(r.main.filter, 4, at)
        assert r.query == ""
        # A click on a tag of the paper lists all papers with it.
        await r.do("find.filter")
        lines = r.text(r.main.detail).splitlines()
        await r.click(r.main.detail, 6, next(place for place, line in enumerate(lines) if "Tags later" in line))
        assert (r.view, r.query) == ("all", "tag:later")


# Lines


@each(
    ("pks", "has", "shared", "expected"),
    [
        (1, "", "", "no tag yet"),
        (2, "", "", "2 papers, no tag yet"),
        (1, "ab", "ab", "tagged a, b"),
        (3, "abc", "b", "3 papers, tagged b, some tagged a, c"),
    ],
)
def test_the_tag_line_names_tags_that_only_some_papers_have(pks: int, has: str, shared: str, expected: str) -> None:
    assert TagEdit((1,) * pks, tuple(has), tuple(shared), {}).in_words == expected
