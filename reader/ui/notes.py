"""Notes and tags: write a note about the highlighted paper, in the reader or in the user's editor, and type tags."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Center
from textual.widget import Widget
from textual.widgets import TextArea

from reader.core.errors import ReaderError
from reader.core.lines import Line, Piece, literal
from reader.core.marks import PASSAGE
from reader.core.tag_words import complete_tag, parse_tags
from reader.core.text import NOTE_LIMIT, amount, clean_note
from reader.ui.command_line.screen import LineScreen
from reader.ui.filter.state import topic_papers
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.line_widgets import Title, WidgetReport
from reader.ui.kit.pane import Rule
from reader.ui.kit.textual_fixes import PastesWhole
from reader.ui.kit.theme import stylesheet
from reader.ui.shell.commands import Candidate, Suggestion
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.layout import note_lines
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.core.passages import Passage
    from reader.log.actions import UserAction
    from reader.ui.app import ReaderApp


class TagEdit(NamedTuple):
    """Papers whose tags are being typed."""

    pks: tuple[int, ...]
    has: tuple[str, ...]
    """The tags that at least one of the papers has."""
    shared: tuple[str, ...]
    """The tags that all of the papers have."""
    known: Mapping[str, int]
    """All tags of the user with their numbers of papers, most common first."""

    @property
    def in_words(self) -> str:
        partial = [tag for tag in self.has if tag not in self.shared]
        parts = [
            f"{len(self.pks):,} papers" if len(self.pks) > 1 else "",
            f"tagged {', '.join(self.shared)}" if self.shared else "",
            f"some tagged {', '.join(partial)}" if partial else "",
            "" if self.has else "no tag yet",
        ]
        return ", ".join(filter(None, parts))


class NoteEdit(NamedTuple):
    """A paper whose note is being written."""

    pk: int
    id: str
    title: str
    text: str
    is_draft: bool = False
    passage: Passage | None = None
    """The highlight of the note; None for the paper's own note."""

    @property
    def draft(self) -> str:
        return f"{self.id}-{self.passage.id}" if self.passage else self.id


TAGGING: Front[TagEdit] = Front("tags", "reader.ui.notes:TagScreen")

NOTING: Front[NoteEdit] = Front("note", "reader.ui.notes:NoteScreen")


UNCHANGED = "the note is unchanged"

MAX_TITLE_CHARACTERS = 200
"""Maximum characters of a passage that are shown above its note."""

_PASSAGE_SUFFIX = re.compile(r"-[0-9a-f]{12}$")
"""The end of a draft's name if it is a note on a passage."""


class NoteActions(Controller):
    """Write notes, and store or discard them."""

    @property
    def _screen(self) -> NoteScreen | None:
        screen: NoteScreen | None = self._app.screens.get(NOTING)
        return screen

    # In the reader

    @handles("paper.note")
    def write(self, _count: int | None) -> None:
        noting = self._noting()
        if noting is not None:
            self._model.change(self._model.state.put(NOTING, noting))

    def _noting(self) -> NoteEdit | None:
        state = self._model.state
        paper = self._library.paper(state.highlighted)
        if paper is None or state.highlighted is None:
            return None
        passage = self._app.full_text_actions.passage_to_note()
        title = " ".join(passage.quote[:MAX_TITLE_CHARACTERS].split()) if passage else paper.title
        noting = NoteEdit(state.highlighted, paper.id, title, (passage or paper).note or "", passage=passage)
        draft = self._library.drafts.read(noting.draft)
        if draft is None or draft.strip("\n") == noting.text:
            return noting
        return noting._replace(text=draft, is_draft=True)

    @answers("note")
    def keep_draft(self, text: str) -> None:
        """Save the unfinished text, in case the reader is killed."""
        noting = self._model.state[NOTING]
        if noting is not None:
            storing = self._library.keep_draft(noting.draft, text)
            self._background.start("drafts", lambda: storing)

    @handles("note.keep")
    def keep(self, _count: int | None) -> None:
        screen, noting = self._screen, self._model.state[NOTING]
        if screen is None or noting is None:
            return
        size = len(screen.text)
        if size > NOTE_LIMIT:
            self._model.show_notice(f"a note has at most {NOTE_LIMIT:,} characters; this one has {size:,}", "warning")
            return
        self._model.change(self._model.state.put(NOTING, None))
        self._store(noting, screen.text)

    def _store(self, noting: NoteEdit, text: str) -> None:
        note = clean_note(text).strip("\n")
        if note:
            self._app.papers.patch(noting.pk, has_note=True)
        if (passage := noting.passage) is not None:
            kind, value = f"{PASSAGE}{passage.id}", passage._replace(note=note).value
            storing = self._library.note(noting.pk, noting.draft, value, kind)
        else:
            storing = self._library.note(noting.pk, noting.draft, note)
        self._app.mark_actions.follow(
            asyncio.ensure_future(self._wait_stored(storing, noting._replace(text=text))), UNCHANGED
        )

    async def _wait_stored(self, storing: Awaitable[UserAction | None], noting: NoteEdit) -> UserAction | None:
        """Wait until a note is stored; if that fails, reopen the editor so that its text is not lost."""
        try:
            return await storing
        except ReaderError:
            if self._model.state[NOTING] is None:
                self._model.change(self._model.state.put(NOTING, noting))
            raise

    @handles("note.drop")
    def drop(self, _count: int | None) -> None:
        noting = self._model.state[NOTING]
        if noting is not None:
            self._model.change(self._model.state.put(NOTING, None))
            self._drop_draft(noting, UNCHANGED)

    def _drop_draft(self, noting: NoteEdit, reason: str) -> None:
        dropping = self._library.drop_draft(noting.draft)
        self._background.start("drafts", lambda: dropping)
        self._model.show_notice(reason)

    @handles(each={"note.undo_typing": TextArea.undo, "note.redo_typing": TextArea.redo})
    def take_back(self, _count: int | None, step: Callable[[TextArea], object]) -> None:
        if (screen := self._screen) is not None:
            step(screen.area)

    def on_begin(self) -> None:
        id = self._library.drafts.newest()
        if id is not None:
            # Show an answer, not news, because the first refresh would replace news.
            key = self._keymap.key("paper.note")
            where = f"a highlight in {id[:-13]}" if _PASSAGE_SUFFIX.search(id) else id
            self._model.show_notice(f"unfinished note: {key} on {where} continues it")

    # In the user's own editor

    @handles("paper.editor")
    def edit(self, _count: int | None) -> None:
        screen, noting = self._screen, self._model.state[NOTING] or self._noting()
        if noting is not None:
            text = noting.text if screen is None else screen.text
            self._background.start("editor", partial(self._edit, noting, text), exclusive=True)

    async def _edit(self, noting: NoteEdit, text: str) -> None:
        from reader.actions.programs import edit, find_editor

        command = find_editor(os.environ)
        if command is None:
            self._model.show_notice("no editor was found: set EDITOR to your editor", "warning")
            return
        # The editor edits the file of the draft, so that the text survives the end of the reader.
        await self._library.keep_draft(noting.draft, text)
        try:
            with self._app.suspend():
                is_done = edit(command, self._library.drafts.file(noting.draft))
        except SuspendNotSupported:
            # For example, the reader runs in a web browser.
            if self._model.state[NOTING] is None:
                self._model.change(self._model.state.put(NOTING, noting))
            self._model.show_notice("an editor can't be opened here")
            return
        except OSError as error:
            self._model.show_notice(f"{command[0]} did not start: {error.strerror or error}", "warning")
            return
        self._take(noting, self._library.drafts.read(noting.draft) if is_done else None, command[0])

    def _take(self, noting: NoteEdit, text: str | None, editor: str) -> None:
        """Use the text from the editor; None means that the editor failed."""
        screen = self._screen
        if screen is not None:
            if text is not None:
                screen.change(text)
            return
        if text is None:
            self._drop_draft(noting, f"{editor} failed: {UNCHANGED}")
        else:
            self._store(noting, text)


MAX_PAPERS_READ = 100
"""Maximum papers whose tags are read for display; a read takes 0.1 ms."""


class TagActions(Controller):
    """Open the tags line, and tag the papers."""

    @handles("paper.tag")
    def begin(self, _count: int | None) -> None:
        pks = self._model.state.targets
        papers = [paper for pk in pks[:MAX_PAPERS_READ] if (paper := self._library.paper(pk)) is not None]
        if papers:
            from reader.cache.flags import tag_counts

            has = tuple(dict.fromkeys(tag for paper in papers for tag in paper.tags))
            shared = tuple(tag for tag in has if all(tag in paper.tags for paper in papers))
            tagging = TagEdit(pks, has, shared, self._library.read(tag_counts, {}))
            self._model.change(self._model.state.put(TAGGING, tagging))

    @handles("tags.accept")
    def accept(self, _count: int | None) -> None:
        screen: TagScreen | None = self._app.screens.get(TAGGING)
        tagging = self._model.state[TAGGING]
        if screen is None or tagging is None:
            return
        words = parse_tags(screen.line.text)
        self._model.change(self._model.state.put(TAGGING, None))
        if any(words):
            unchanged = "nothing to change: the tags are the same"
            self._app.mark_actions.follow(self._library.tag(tagging.pks, words), unchanged)


# The screens


class NoteArea(PastesWhole, TextArea):
    """The text area of a note."""

    def __init__(self, text: str) -> None:
        super().__init__(clean_note(text), soft_wrap=True, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    def insert_pasted(self, text: str) -> None:
        # Cleaning strips a trailing space, which pasted text may need; the added full stop protects it.
        result = self.replace(clean_note(f"{text}.")[:-1], *self.selection)
        self.move_cursor(result.end_location)


class NoteSheet(Widget):
    """The container of the title and the text area."""


def note_title(noting: NoteEdit, glyphs: Glyphs) -> str:
    """The note's subject: `✎ Note · A memory that forgets`.

    It says whether the note is on a passage, so that users do not mistake it for the note on the paper.
    """
    label = "Note on this passage" if noting.passage else "Note"
    draft = ", an unfinished draft" if noting.is_draft else ""
    return f"{glyphs.note} {label}{draft} {glyphs.dot} {noting.title}"


class NoteScreen(OverScreen[NoteEdit]):
    """The screen to write a note, in the lower half of the terminal."""

    CSS_PATH = stylesheet("note")

    def __init__(self, app: ReaderApp, noting: NoteEdit) -> None:
        super().__init__(app, noting)
        self._sheet = NoteSheet()
        self._title = Title(note_title(noting, self._look.glyphs), self._look.glyphs)
        self.area = NoteArea(noting.text)

    def compose(self) -> ComposeResult:
        with self._sheet:
            yield Rule(None, self._look.glyphs)
            yield self._title
            yield Center(self.area)
        yield self.status

    def on_mount(self) -> None:
        self._sheet.styles.height = note_lines(self.app.size.height)
        self.set_focus(self.area)

    def on_resize(self, event: events.Resize) -> None:
        self._sheet.styles.height = note_lines(event.size.height)

    @property
    def text(self) -> str:
        return self.area.text

    def change(self, text: str) -> None:
        self.area.replace(clean_note(text), (0, 0), self.area.document.end)
        self.area.move_cursor(self.area.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(WidgetReport("note", self.area.text))


class TagScreen(LineScreen[TagEdit]):
    """The line for typing tags."""

    LABEL = "tag"
    MAX_CHARACTERS = 500

    def __init__(self, app: ReaderApp, tagging: TagEdit) -> None:
        super().__init__(app, tagging)
        self._tagging = tagging
        self._topics = tuple(topic_papers(self._model.state))
        """Topics that complete a word if no tag of the user does."""

    def on_mount(self) -> None:
        self.report()

    def report(self) -> None:
        tagging = self._tagging
        completion = complete_tag(self.line.before_cursor, tagging.known, self._topics, tagging.has, tagging.shared)
        pairs = zip(completion.words, completion.papers, strict=True) if completion else ()
        candidates = (Candidate(word, "" if papers is None else amount(papers, "paper")) for word, papers in pairs)
        self.suggested, self.selected = Suggestion(completion.start if completion else 0, tuple(candidates)), 0
        self.show_rows()

    def lead(self) -> Line:
        tags = "" if self.line.text.strip() else f"{literal(self._tagging.in_words)}  "
        syntax = "" if self.suggested.candidates else '-name removes a tag; "in quotes" if it has spaces'
        return (Piece(f"{tags}{syntax}", "quiet"),)
