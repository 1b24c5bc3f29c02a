"""The query line, the order of the list, searches of the feed, and adding or finding similar papers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from rich.highlighter import Highlighter
from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from reader.core.errors import CacheError, QueryError, ReaderError
from reader.core.lines import Line, cut_line, measure
from reader.core.paper import Paper
from reader.core.query import parse
from reader.core.query.suggestions import Completer as Complete
from reader.core.query.suggestions import Completion, complete, tokens
from reader.core.similarity import apply_corrections, like_query
from reader.core.text import clean
from reader.core.views import IDS
from reader.refresh.lines import Days
from reader.session.places import Place, feed_text, view, with_best_first
from reader.ui.filter.state import CORRECTED, COUNTED, FOLLOWED, TOPIC_NAMES, topic_papers
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import LineInput, TypedLine, WidgetReport
from reader.ui.kit.theme import palette_of
from reader.ui.query.advice import (
    VOCABULARY,
    AdviceKeys,
    TypedTerms,
    advise,
    find_mistake,
    find_unknown_topic,
    type_query,
)
from reader.ui.shell.controller import Controller, Moment, answers, follows, handles
from reader.ui.shell.listing import FeedResults
from reader.ui.shell.state import NOTHING_IS_FETCHED, State

if TYPE_CHECKING:
    from pathlib import Path

    from textual.worker import Worker

    from reader.ui.app import ReaderApp


MAX_QUERY_LENGTH = 2_000

_DEFAULT_KEYS = AdviceKeys()


class _Highlighter(Highlighter):
    """Styles the tokens of a query."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    def highlight(self, text: Text) -> None:
        for span in tokens(text.plain):
            text.stylize(palette_of(self._widget.app.theme).draw("query", span.kind), span.start, span.end)


class QueryLine(TypedLine):
    """The line in which a query is typed, with advice on mistakes, suggestions and a history.

    The controllers call `open`, `accept`, `complete`, `next` and `previous` for their keys; other keys go to
    the input.
    """

    def __init__(self, glyphs: Glyphs = UNICODE, keys: AdviceKeys = _DEFAULT_KEYS, *, id: str | None = None) -> None:
        """`keys` are the key names shown in the advice."""
        super().__init__(
            "/", LineInput(MAX_QUERY_LENGTH, _Highlighter(self)), self._advise_within, self._report_change, id=id
        )
        self._keys = keys
        self._ellipsis = glyphs.ellipsis
        self._completer: Complete | None = None
        self._topics: tuple[str, ...] = ()
        self._typed = TypedTerms()
        """The text that was last analysed, with its mistake and completions."""

    # Set-up

    def know(self, completer: Complete | None = None, topics: Sequence[str] = ()) -> None:
        self._completer = completer
        self._topics = tuple(topics)
        if not self._typed.selected:
            # A suggestion that the user selected stays in place.
            self._examine()

    def open(self, text: str = "", history: Sequence[str] = ()) -> None:
        """Start with the current query `text`; `history` has earlier queries, newest first."""
        current = clean(text, MAX_QUERY_LENGTH)
        # The history must not repeat the current query.
        earlier = dict.fromkeys(clean(query, MAX_QUERY_LENGTH) for query in history)
        self.history = tuple(query for query in earlier if query != current)
        self.recalled = -1
        # The space separates the current query from a term that the user adds.
        self.write(f"{current} " if current else "")
        if current:
            # Typing replaces the query, unless the user first moves to its end.
            self._input.selection = Selection(0, len(self.text))
        self.begin()

    @property
    def error(self) -> QueryError | None:
        """The mistake in the text: a syntax error or an unknown topic."""
        return self._typed.error

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The completions of the token before the cursor, the likeliest first."""
        return self._typed.completion.candidates if self._typed.completion else ()

    # Keys

    def accept(self) -> str | None:
        """Return the text if it parses; else show its mistake, and return None."""
        self._examine_if_changed()
        if find_mistake(self.text) is None:
            return self.text.strip()
        self._show(self._typed._replace(insists=True))
        return None

    def complete(self) -> bool:
        self._examine_if_changed()
        completion, error = self._typed.completion, self._typed.error
        if completion:
            self._replace_word(completion.start, completion.end, completion.candidates[self._typed.selected])
        elif error and error.suggestion:
            self._replace_word(error.start, error.end, error.suggestion)
        else:
            return False
        return True

    def next(self) -> None:
        self.step(1, self._typed.selected, self._select)

    def previous(self) -> None:
        self.step(-1, self._typed.selected, self._select)

    def _select(self, place: int) -> None:
        if place < len(self.suggestions):
            self._show(self._typed._replace(selected=place))

    def recall(self, step: int) -> None:
        super().recall(step)
        self._report_change()

    # Edits

    def write(self, text: str) -> None:
        """Replace the whole text without reporting it."""
        with self.prevent(Input.Changed):
            super().write(text)
        self._examine()

    def _replace_word(self, start: int, end: int, word: str) -> None:
        at_end = end >= len(self.text.rstrip())
        # After a complete word another may follow; a field still needs its value.
        space = " " if at_end and not word.endswith(":") else ""
        if space:
            end = len(self.text)
        self._input.replace(word + space, start, end)

    def _examine_if_changed(self) -> None:
        """Analyse letters whose change message has not arrived yet."""
        if self.text != self._typed.text:
            self._examine()

    def _report_change(self) -> None:
        self._examine()
        self.post_message(WidgetReport("typed", self.text))

    def _examine(self) -> None:
        text, cursor = self.text, self._input.cursor_position
        completion = self._completer(text, cursor) if self._completer and cursor == len(text) else None
        error = find_mistake(text) or find_unknown_topic(text, self._topics)
        if error and error.suggestion and completion and error.end <= completion.start:
            # The user corrects an earlier mistake before adding more.
            completion = None
        self._show(TypedTerms(text, error, completion))

    def _show(self, typed: TypedTerms) -> None:
        self._typed = typed
        self.advise()

    def _advise_within(self, width: int) -> Line:
        """The advice, cut to `width` except for its end."""
        line, end = advise(self._typed, self._keys, width)
        return (*cut_line(line, max(0, width - measure(end)), self._ellipsis), *end)


MAX_PASTE_CHARACTERS = 2_000
"""Maximum characters of pasted text that are read for a paper's id."""


class AddActions(Controller):
    """Fetch the paper whose id the user typed or pasted."""

    @answers("paste")
    def offer_pasted_paper(self, text: str) -> None:
        """Show the paper whose id or address was pasted into the list, or offer to fetch it."""
        from reader.core.ids import named_id

        if self._model.state.is_typing:
            return
        id = named_id(text[:MAX_PASTE_CHARACTERS])
        if id is not None:
            self._model.change(self._model.state.go(Place(view("all"), f"id:{id}")))
        else:
            search = self._keymap.key("find.query")
            self._model.show_notice(f"the pasted text names no paper · {search} searches for words")

    @handles("find.fetch")
    def fetch_paper(self, _count: int | None = None) -> None:
        """Fetch the missing days at the cursor, or fetch the paper that the query names and show it in All."""
        id, place, hole = self.missing_id(), self._model.state.place, self._app.papers.hole
        if hole:
            self._app.refresher.fetch_many(Days(hole), place.view.id, "missing days")
        elif id is None:
            self._model.show_notice("type the id or address of the paper to fetch")
        elif self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        else:
            self._model.change(self._model.state.go(Place(view("all"), place.text)))
            self._app.paper_lookup.begin(id)

    def missing_id(self) -> str | None:
        """The arXiv id if the query asks only for one paper and the cache does not have it, else None."""
        id = self._model.state.place.paper_id
        return id if id is not None and self._library.pk_of(id) is None else None


class QueryActions(Controller):
    """Type and change the query."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._order = self._app.settings.order

    @handles("find.query")
    def type_query(self, _count: int | None) -> None:
        self._model.change(self._model.state.open_query())

    @answers("typed")
    def follow_typing(self, _text: str) -> None:
        # The line's text, not the message's, since the line may have been closed and reopened.
        state = self._model.state
        topics = state[TOPIC_NAMES]
        self._model.change(type_query(state, self._app.query_line.text, topics))

    # The keys of the line act at once, not through a message, because the keys typed after them are meant for the list.

    @handles("query.accept")
    def accept(self, _count: int | None = None) -> None:
        """Keep the query and go to the list; stay in the line if the query has a mistake.

        If the query names a paper that is not in the cache, fetch it.
        """
        text = self._app.query_line.accept()
        if text is not None:
            self._model.change(self._model.state.keep_query(text))
            if self._app.add_actions.missing_id():
                self._app.add_actions.fetch_paper()

    @handles("query.save")
    def save(self, _count: int | None) -> None:
        self.accept()
        state = self._model.state
        if not state.is_typing and state.place.text:
            self._app.command_actions.begin_with(None, "view save ")

    @handles("query.cancel")
    def cancel(self, _count: int | None = None) -> None:
        self._model.change(self._model.state.cancel_query())

    @handles("query.complete")
    def complete(self, _count: int | None) -> None:
        state = self._model.state
        if state.is_typing:
            self._app.query_line.complete()
            return
        from reader.ui.query.advice import with_known_topics

        text = with_known_topics(state.place.text, tuple(topic_papers(state)))
        if text != state.place.text:
            self._model.change(state.narrow(text))

    @handles(each={"query.next": QueryLine.next, "query.previous": QueryLine.previous})
    def choose_suggestion(self, _count: int | None, choose: Callable[[QueryLine], object]) -> None:
        choose(self._app.query_line)

    @handles("find.clear")
    def clear(self, _count: int | None) -> None:
        self._model.change(self._model.state.drop_query())

    @handles("find.widen")
    def widen(self, _count: int | None) -> None:
        state = self._model.state
        if state.results is not None:
            self._model.show_notice("results of the feed are not part of a view")
            return
        widened = state.widen_query()
        if widened is state:
            self._model.show_notice("this view already has all papers")
        else:
            self._model.change(widened)

    @handles("find.sort")
    def change_order(self, _count: int | None) -> None:
        state = self._model.state
        if state.results is not None:
            self._model.show_notice("the feed's results keep the feed's own order")
            return
        default, best = state.place.view.order or self._order, "foryou" if self._library.is_taught() else "upvotes"
        if state.listing.order.is_by_fit:
            default = best = "relevance"
        sorted_state = state.narrow(with_best_first(state.place.text, default, best))
        self._model.change(sorted_state)
        key = str(sorted_state.place.whole(self._order).sort).removeprefix("sort:")
        self._model.show_notice("what suits you comes first" if key == "foryou" else f"by {key}")

    @handles("find.feed")
    def search_feed(self, _count: int | None) -> None:
        state = self._model.state
        typed = self._app.query_line.text if state.is_typing else state.search.wanted or state.listed_text
        text = feed_text(typed)
        if state.is_typing and text and not self._look.demo:
            # The list keeps the earlier query during the search and after its results are closed.
            self.cancel()
            self._model.change(self._model.state.remember_query(typed.strip()))
        elif state.is_typing:
            self.accept()
        if self._look.demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        elif text:
            self._app.feed_search.begin(text)
        else:
            self._model.show_notice(f"the feed only takes words: {self._keymap.key('find.query')} to type some")

    @handles(each={"find.next": 1, "find.previous": -1})
    def go_to_hit(self, times: int | None, direction: int) -> None:
        """Go to the next match of a search; without a search, to the next unread paper."""
        count = times or 1
        if self._model.state.listing.words:
            self._app.papers.move(direction * count)
            self._app.page_actions.follow()
            return
        for _ in range(count):
            if not self._app.page_actions.go_to_unread(direction):
                return


MAX_LIKED = 20
"""Maximum papers in one `like:` query."""


class SimilarActions(Controller):
    """Go to papers similar to others."""

    @handles("find.similar")
    def show(self, _count: int | None) -> None:
        papers = self._targets()
        if not papers:
            return
        text = like_query([paper.id for paper in papers])
        self._model.change(self._model.state.go(Place(view("all"), text)))

    def _targets(self) -> list[Paper]:
        papers = (self._library.paper(pk) for pk in self._model.state.targets[:MAX_LIKED])
        return [paper for paper in papers if paper is not None]


_VALUE_FIELD = re.compile(r"\b(?:keyword|author|org|tag|category|source):", re.IGNORECASE)


class Completer(Controller):
    """Completes queries by fields, topics, and the keywords, people and other values in the cache."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._is_loading = False

    @follows(lambda state: (state[VOCABULARY], state[TOPIC_NAMES], state.is_typing and state[COUNTED]), now=True)
    def inform_line(self, state: State) -> None:
        self._app.query_line.know(self.complete, tuple(topic_papers(state)))

    def complete(self, text: str, cursor: int) -> Completion | None:
        """The completions before the cursor; values that are still loading are completed once they are in the state."""
        known = self._model.state[VOCABULARY]
        if not known and not self._is_loading and _VALUE_FIELD.search(text):
            self._is_loading = True
            self._background.start("suggestions", self._load)
        state = self._model.state
        views = [*(saved.name for saved in state.views.saved), *IDS]
        follows = {followed.follow.slug: followed.papers for followed in state[FOLLOWED]}
        return complete(text, cursor, {**known, "topic": topic_papers(state), "view": views, "follow": follows})

    async def _load(self) -> None:
        try:
            words = await self._library.vocabulary()
        finally:
            self._is_loading = False
        self._model.change(self._model.state.put(VOCABULARY, words))


# The search of the feed


_LIST_CONTEXTS = ("list", "detail", "filter", "empty")
"""Contexts in which results may replace the list; in others the user is typing or reading."""


class FeedSearch(Controller):
    """Runs the search that the state requests, one at a time, and stops when the state drops it."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None

    def begin(self, text: str) -> None:
        """Search the feed for a text, or list its results if they are waiting."""
        state = self._model.state
        answer = state.search.waiting
        if answer is not None and answer.text == text:
            self._model.change(state.list_results(answer))
            return
        self.stop()
        self._model.change(self._model.state.search_feed(text))
        self._model.show_notice(self._search_notice(text))
        self._worker = self._background.start("search", partial(self._run, text), exclusive=True)

    def stop_at(self, moment: Moment) -> bool:
        if was_running := moment == "back" and self.stop():
            self._model.show_notice("search stopped")
        return was_running

    def stop(self) -> bool:
        was_running = bool(self._model.state.search.asking)
        self._model.change(self._model.state.search_stopped())
        return was_running

    @follows(lambda state: state.search.asking)
    def follow(self, state: State) -> None:
        if not state.search.asking and self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()

    async def _run(self, text: str) -> None:
        try:
            results = FeedResults(text, await self._ask(text))
        except Exception as error:
            self._end()
            if not isinstance(error, ReaderError):
                raise
            advice = f"{self._keymap.key('find.feed')} searches again"
            self._model.show_outcome(f"{error} · {advice}", "warning", self._search_notice(text))
            return
        self._end()
        self._list_or_keep(results)

    def _list_or_keep(self, results: FeedResults) -> None:
        """List the results, or hold them while the user is typing or reading."""
        state = self._model.state
        if state.context in _LIST_CONTEXTS:
            sign, back = self._look.glyphs.elsewhere, self._keymap.key("app.escape")
            advice = f"{back} goes back · {sign} is kept once you open or mark it" if results.pks else ""
            self._model.show_notice(advice)
            self._model.change(self._model.state.list_results(results))
        else:
            self._model.change(state.hold_results(results))
            count = f"{len(results.pks):,}"
            message = f"{self._keymap.key('find.feed')} shows the {count} results for {results.text}"
            self._model.show_outcome(message, begun=self._search_notice(results.text))

    async def _ask(self, text: str) -> tuple[int, ...]:
        from reader.refresh.lines import job

        result = await self._app.run_job(job("search", text=text, stores=True))
        return tuple(result["keys"])

    def _search_notice(self, text: str) -> str:
        return f"{self._keymap.key('app.escape')} stops searching for {text}"

    def _end(self) -> None:
        # Without a worker, `follow` does not cancel this one, which ends normally.
        self._worker = None
        self._model.change(self._model.state.search_stopped())


def _query_of_best_fits(state: State) -> str:
    """The listed query, if papers are listed as best fits; otherwise empty."""
    listing = state.listing
    return listing.place.text if listing.results is None and listing.place.query.is_by_fit else ""


class QueryCorrections(Controller):
    """Finds the words of the listed query that no paper has, and what was searched in their place."""

    @follows(_query_of_best_fits, now=True)
    def follow(self, state: State) -> None:
        if text := _query_of_best_fits(state):
            self._background.start("corrections", partial(self._correct, text), exclusive=True)

    async def _correct(self, text: str) -> None:
        with suppress(CacheError):
            corrected = await asyncio.to_thread(_corrected_query, self._library.path, text)
            self._model.change(self._model.state.put(CORRECTED, (text, corrected) if corrected else ("", "")))


def _corrected_query(path: Path, text: str) -> str:
    """The query with corrected words; empty if no word is corrected."""
    from reader.cache.reads.window import Window
    from reader.cache.search.free_text import corrections

    words = parse(text).near
    if not words:
        return ""
    with closing(Window.open(path)) as window:
        corrected = window.read(lambda connection: corrections(connection, words))
    return apply_corrections(text, corrected) if corrected else ""
