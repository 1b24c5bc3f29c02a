"""Read the full text of the paper on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reader.core.marks import PASSAGE
from reader.keys.actions import Context
from reader.keys.spelling import typed_on
from reader.ui.full_text.state import TEXT, step_back_in_text, view_of, view_text
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import Controller, answers, follows, handles
from reader.ui.shell.layout import note_lines
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.core.document.layout import TextPlace
    from reader.core.passages import Passage
    from reader.ui.full_text.lines import TextLink
    from reader.ui.full_text.text import FullText, Outline
    from reader.ui.full_text.view import Highlights, Peek, TextView

MAX_SEARCH_LENGTH = 100

SIDEWAYS_CELLS = 8


class FullTextActions(Controller):
    """Commands that open the full text and work in it."""

    _wanted = ""
    """The id of the highlight to show once it has been searched for."""

    @handles("text.open")
    def open(self, _count: int | None) -> None:
        from reader.ui.full_text.text import FullText, text_size

        state = self._model.state
        page = state[PAGE]
        if page is None:
            return
        key, paper = page.key, page.paper
        text = FullText(key, paper)
        kept = self._library.text(key)
        if kept is not None and kept.document.blocks:
            text = text.with_text(kept, text_size(state), self._app.bookmark_keeper.of(paper.id))
            today = self._look.today.isoformat()
            self._background.start("text use", partial(self._library.note_text_use, key, today))
        elif why := self._reason_without_text(paper.id):
            text = text.with_problem(why)
        else:
            text = text.fetching()
        self._model.change(state.put(TEXT, text))

    def open_at(self, words: str) -> None:
        """Show the text where it has the words; `n` continues from there."""
        self.open(None)
        self._change(lambda view: view.type_search(words).end_search(is_kept=True))
        self._show_match_count()

    def open_at_highlight(self, index: int) -> None:
        """Show the text at a highlight; the keys for matches lead to the others."""
        self.open(None)
        view = self._view
        if view is not None and index < len(view.highlights.entries):
            self.mark_highlight_by_id(view.highlights.entries[index].passage.id)

    def mark_highlight_by_id(self, id: str) -> None:
        """Show and mark a highlight, later if it is still being searched for."""
        view = self._view
        highlight = view.highlights.by_id(id) if view is not None else None
        self._wanted = id if highlight is not None and not highlight.is_searched else ""
        if highlight is not None:
            self._change(lambda view: view.mark_highlight(highlight))

    def _reason_without_text(self, id: str) -> str:
        """Why no text can be fetched for a paper; empty if the paper may have a text."""
        from reader.core.ids import pdf_url

        if self._look.demo:
            return "The bundled sample has no full texts, and fetches nothing."
        if pdf_url(id) is None:
            return "This paper has no arXiv id, so no full text can be found."
        return ""

    @handles("text.again")
    def fetch_again(self, _count: int | None) -> None:
        text = self._text
        if text is None:
            return
        if why := self._reason_without_text(text.paper.id):
            self._model.show_notice(why, "warning")
        else:
            self._update(lambda text: text.fetching())

    @follows(lambda state: (state.width, state.height, state[TEXT] is None))
    def fit(self, state: State) -> None:
        from reader.ui.full_text.text import text_size

        self._update(lambda text: text.with_size(text_size(state)))

    # Moves

    @property
    def _text(self) -> FullText | None:
        return self._model.state[TEXT]

    def _update(self, change: Callable[[FullText], FullText]) -> None:
        self._model.change(self._model.state.update(TEXT, change))

    @property
    def _view(self) -> TextView | None:
        return view_of(self._model.state)

    def _change(self, change: Callable[[TextView], TextView]) -> bool:
        """Change the view; return whether it changed."""
        before = self._view
        if before is None:
            return False
        view = change(before)
        self._model.change(view_text(self._model.state, view))
        return view is not before

    def _notify_in_text(self, message: str) -> None:
        if self._view is not None:
            self._model.show_notice(message)

    @property
    def _outline(self) -> Outline | None:
        text = self._text
        return text.outline if text is not None and text.outline.is_open else None

    def _change_outline(self, outline: Outline) -> None:
        self._update(lambda text: replace(text, outline=outline))

    def move_lines(self, lines: int) -> None:
        if (outline := self._outline) is not None:
            self._change_outline(outline.move(lines))
        elif not self._change(lambda view: view.move_cursor(lines)):
            self.scroll(lines)

    @answers("text lines")
    def scroll(self, lines: int) -> None:
        self._change(lambda view: view.scroll(lines))

    def move_pages(self, direction: int, share: int, times: int) -> None:
        view = self._view
        if view is not None and (self._outline is not None or view.selection is not None):
            self.move_lines(direction * times * max(1, view.size.rows // share))
            return
        self._change(lambda view: view.scroll_pages(direction, share, times))

    def move_to_end(self, *, last: bool) -> None:
        if self._outline is not None:
            self.move_lines(len(self._outline.entries) if last else -len(self._outline.entries))
        elif not self._change(lambda view: view.move_cursor_to_end(last=last)):
            self._change(lambda view: view.jump_to_end(last=last))

    def read_on(self) -> None:
        """Scroll a page down, or show a notice at the end."""
        if not self._change(lambda view: view.scroll_pages(1)):
            self._notify_in_text(f"the end of the text · {self._keymap.key('app.back')} goes back")

    @handles("text.next_section", "text.previous_section", step=1)
    def next_section(self, by: int) -> None:
        self._change(lambda view: view.next_section(by))

    @handles("text.right", "text.left", step=SIDEWAYS_CELLS)
    def scroll_sideways(self, cells: int) -> None:
        if not self._change(lambda view: view.scroll_sideways(cells)) and cells > 0:
            self._notify_in_text("nothing is wider than the screen")

    # Jumps

    @handles("app.back", context="text")
    def leave(self, _count: int | None) -> None:
        self._model.change(step_back_in_text(self._model.state, is_through_jumps=False))

    @handles("text.follow")
    def follow(self, _count: int | None) -> None:
        self._change(lambda view: view.choose_link())
        if self._view is not None and not self._view.links:
            self._model.show_notice("no reference in view")

    @answers("reference")
    def follow_to(self, reference: str) -> None:
        from reader.ui.full_text.lines import goal_of

        view = self._view
        if view is None:
            return
        target, _, words = reference.partition(" ")
        goal = goal_of(view.layout, target, words)
        if goal is None:
            self._model.show_notice("the target of this reference is not in the text")
        else:
            self._go_to(goal)

    def _go_to(self, goal: TextPlace | str, origin: TextPlace | None = None) -> None:
        """Show a place over the text, or open an address."""
        text = self._text
        if not isinstance(goal, str):
            self._change(lambda view: view.peek_at(goal, origin))
        elif text is not None:
            from reader.ui.full_text.lines import web_address

            address = web_address(goal, text.source, text.paper.id)
            if not self._app.picture_actions.open_address(address):
                self._app.link_actions.browse(address)

    # Keys as text or choices

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        view = self._view
        if context != "text" or view is None or self._outline is not None:
            return False
        if view.peek is not None:
            return self._handle_peek_key(view.peek, key)
        if view.links:
            return self._choose_link(view.links, key, character)
        return view.search.is_typing and self._handle_search_key(view.search.text, key, character)

    def _handle_peek_key(self, peek: Peek, key: str) -> bool:
        """Handle a key for the box over the text; other keys close the box and then act as usual."""
        if key not in ("enter", "b", "y"):
            self._change(lambda view: view if key in ("escape", "q") else view.without_peek())
            return False
        self._change(lambda view: view.without_peek())
        if key == "b":
            self._queue_paper(peek.id)
        elif key == "y":
            self._app.copy_to_clipboard(peek.text)
            self._model.show_notice(f"copied {peek.text}" if "\n" not in peek.text else "copied the formula")
        elif peek.id:
            self._app.paper_lookup.show(peek.id)
        else:
            self._change(lambda view: view.jump(peek.goal))
            self._model.show_notice(f"{self._keymap.key('app.escape')} goes back")
        return True

    def _queue_paper(self, id: str) -> None:
        key = self._library.pk_of(id) if id else None
        if key is not None:
            self._app.mark_actions.queue(key)
        elif id:
            self._app.paper_lookup.begin(id, then=self._app.mark_actions.queue)
        else:
            self._model.show_notice("this reference has no arXiv id", "warning")

    def _choose_link(self, links: Sequence[TextLink], key: str, character: str | None) -> bool:
        if key.startswith("ctrl+"):
            return False
        from reader.ui.full_text.lines import LETTERS

        self._change(lambda view: view.without_links())
        index = LETTERS.find(character or " ")
        if 0 <= index < len(links):
            self._go_to(links[index].goal, links[index].place)
        return True

    def _handle_search_key(self, typed: str, key: str, character: str | None) -> bool:
        if key in ("enter", "escape"):
            self._end_search(is_kept=key == "enter")
        elif (text := typed_on(typed, key, character, MAX_SEARCH_LENGTH)) is not None:
            self._change(lambda view: view.type_search(text))
        else:
            return not key.startswith("ctrl+")
        return True

    # Search

    @handles("text.search")
    def search(self, _count: int | None) -> None:
        self._change(lambda view: view.type_search(""))

    def _end_search(self, *, is_kept: bool) -> None:
        named = self._view.named_part if self._view is not None and is_kept else None
        self._change(lambda view: view.end_search(is_kept=is_kept))
        if named is not None:
            self._model.show_notice(f"{named.name} · {self._keymap.key('app.escape')} goes back")
        elif is_kept:
            self._show_match_count()

    @handles(each={"text.next_match": 1, "text.previous_match": -1})
    def next_match(self, count: int | None, step: int) -> None:
        for _ in range(count or 1):
            self._change(lambda view: view.next_match(step))
        self._show_match_count()

    def _show_match_count(self) -> None:
        from reader.ui.full_text.view import MAX_COUNTED_LINES

        view = self._view
        if view is None:
            return
        words = view.search.text
        number, count = view.matches()
        if words and not count:
            self._model.show_notice(f"{words} is not in this text", "warning")
        elif words:
            counted = f"{count:,}{'+' if count == MAX_COUNTED_LINES else ''}"
            self._model.show_notice(f"{number:,} of {counted} · {words}" if number else f"{words} · {counted}")
        elif not view.highlights.entries:
            self._model.show_notice(f"{self._keymap.key('text.search')} searches for words")

    # Outline

    @handles("text.outline")
    def toggle_outline(self, _count: int | None) -> None:
        text = self._text
        if text is None or text.view is None:
            return
        if not text.outline.entries:
            self._model.show_notice("this text has no sections")
            return
        section = text.view.section
        outline = text.outline
        self._change_outline(outline.unfocus() if outline.is_open else outline.focus(section.start if section else 0))

    @handles("outline.go")
    def go_to_entry(self, _count: int | None) -> None:
        text = self._text
        if text is not None and text.current_highlight is not None and text.current_highlight.range is None:
            self._model.show_notice("these words are not in this text")
        else:
            self._update(lambda text: text.read_entry(text.outline.cursor))

    @answers("entry")
    def read_entry(self, index: int) -> None:
        self._update(lambda text: text.read_entry(index))

    # Highlights

    @follows(lambda state: (state.marks_version, state.cache_version, _document(state)))
    def show_highlights(self, state: State) -> None:
        """Show the text's current highlights."""
        text = state[TEXT]
        if text is None or text.view is None:
            return
        passages = self._library.passages(text.key)
        if passages != tuple(entry.passage for entry in text.view.highlights.entries):
            highlights = text.view.highlights.with_passages(passages)
            self._model.change(state.put(TEXT, text.with_highlights(highlights)))
            if not all(entry.is_searched for entry in highlights.entries):
                search = partial(self._search_whole_text, highlights)
                self._background.start("highlights", search, exclusive=True)

    async def _search_whole_text(self, highlights: Highlights) -> None:
        """Find the highlights that are not in their last places, and show them if the text is still open."""
        moved = [entry.passage for entry in highlights.entries if not entry.is_searched]
        ranges = {one.id: await asyncio.to_thread(highlights.words.find_anywhere, one) for one in moved}
        view = self._view
        if view is not None and view.highlights.words is highlights.words:
            found = view.highlights.with_ranges(ranges)
            self._update(lambda text: text.with_highlights(found))
            if self._wanted in ranges:
                self.mark_highlight_by_id(self._wanted)

    @handles("text.highlight")
    def highlight(self, _count: int | None) -> None:
        text = self._text
        if text is None or (here := text.current_highlight) is None:
            self.keep_selected()
        else:
            self._store_highlight(text, here.passage.id, None)

    def keep_selected(self) -> Passage | None:
        """Highlight the selected words, unless a highlight is selected; return the selected highlight's passage."""
        from reader.core.passages import QUOTE_LIMIT, passage_id

        text = self._text
        if text is None or text.view is None:
            return None
        if text.current_highlight is not None:
            return text.current_highlight.passage
        words = text.view.selected_words
        if words is None:
            message = "there are no words in these lines" if text.view.selection else None
            self._model.show_notice(message or f"{self._keymap.key('text.select')} selects lines to highlight")
            return None
        highlights = text.view.highlights
        # The sizes of the blocks come first, because quoting a text of 2 MB takes half a second.
        inner = sum(text.view.document.sizes[words.first.block + 1 : words.last.block])
        if inner > QUOTE_LIMIT or len((passage := highlights.words.passage(words)).quote) > QUOTE_LIMIT:
            self._model.show_notice(f"a highlight has at most {QUOTE_LIMIT:,} characters", "warning")
            return None
        same_id = highlights.by_id(passage.id)
        if same_id is not None and same_id.range is not None:
            # The text has the same words elsewhere, and that passage has this id.
            passage = passage._replace(id=passage_id(f"{passage.quote} {words.first}"))
        self._store_highlight(text, passage.id, passage)
        return passage

    def passage_to_note(self) -> Passage | None:
        """The passage that a new note is about, which stays in view; None for the paper's own note."""
        text, view = self._text, self._view
        if text is None or view is None:
            return None
        if view.selection is not None:
            passage = self.keep_selected()
        elif highlight := text.current_highlight or (None if text.outline.is_open else view.highlight_in_view):
            passage = highlight.passage
            self._change(lambda view: view.mark_highlight(highlight))
        else:
            return None
        height = self._model.state.height
        # The first line of the screen and the last one are not lines of the text.
        self._change(lambda view: view.scroll_above(max(0, height - 2 - note_lines(height))))
        return passage

    def _store_highlight(self, text: FullText, id: str, passage: Passage | None) -> None:
        from reader.core.passages import in_order

        if text.view is None:
            return
        others = [entry.passage for entry in text.view.highlights.entries if entry.passage.id != id]
        highlights = text.view.highlights.with_passages(in_order([*others, *([passage] if passage else [])]))
        text = text.with_highlights(highlights)
        if text.view is not None and not text.outline.is_open:
            highlight = highlights.by_id(id)
            view = text.view.mark_highlight(highlight) if highlight else text.view.without_selection()
            text = replace(text, view=view)
        self._model.change(self._model.state.put(TEXT, text))
        storing = self._library.mark(f"{PASSAGE}{id}", passage.value if passage else "", [text.key])
        self._app.mark_actions.follow(storing)

    @handles("text.select")
    def select(self, _count: int | None) -> None:
        self._change(lambda view: view.select())

    @handles("text.copy")
    def copy(self, _count: int | None) -> None:
        text = self._text
        if text is None or text.view is None or text.view.selection is None:
            self._notify_in_text(f"{self._keymap.key('text.select')} selects lines to copy")
            return
        words = text.view.selected_words
        self._change(lambda view: view.without_selection())
        if words is None:
            self._model.show_notice("there is no text to copy in these lines")
            return
        passage = text.view.highlights.words.passage(words)
        source = ", ".join(filter(None, (text.paper.id, passage.section)))
        quoted = "\n".join(f"> {line}".rstrip() for line in f"{passage.quote} ({source})".split("\n"))
        self._app.copy_to_clipboard(quoted)
        self._model.show_notice(f"copied {f'{quoted.count(chr(10)) + 1} lines' if chr(10) in quoted else quoted}")


def _document(state: State) -> object:
    view = view_of(state)
    return None if view is None else view.document
