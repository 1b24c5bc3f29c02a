"""The query: type one, take suggestions, change its order, search the feed, fetch a paper, list similar ones."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.paper import Listing, Paper
from reader.core.query.suggestions import Completion, complete
from reader.core.similarity import came_out, like_query
from reader.core.views import IDS
from reader.refresh.plan import Days
from reader.session.places import Place, feed_text, view, with_best_first
from reader.ui.filter.state import FOLLOWED, topic_papers
from reader.ui.library.feed_results import FeedResults
from reader.ui.query.line import QueryLine
from reader.ui.query.state import VOCABULARY
from reader.ui.shell.controller import Controller, Moment, answers, follows, handles
from reader.ui.shell.state import NOTHING_IS_FETCHED, State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.refresh.lines import Line
    from reader.ui.app import ReaderApp


LONGEST_PASTE = 2_000
"""Maximum characters of pasted text that are read for a paper's id."""


class AddActions(Controller):
    """Ask for the id of a paper, and fetch it."""

    @handles("find.add")
    def ask_for_paper(self, _count: int | None) -> None:
        self._model.change(self._model.state.open_query("id:"))

    @answers("paste")
    def offer_pasted_paper(self, text: str) -> None:
        """Show the paper whose id or address was pasted into the list, or offer to fetch it."""
        from reader.core.ids import named_id

        if self._model.state.is_typing:
            return
        id = named_id(text[:LONGEST_PASTE])
        if id is not None:
            self._model.change(self._model.state.go(Place(view("all"), f"id:{id}")))
        else:
            search = self._keymap.key("find.query")
            self._model.show_notice(f"the pasted text names no paper · {search} searches for words")

    @handles("find.fetch")
    def fetch_paper(self, _count: int | None = None) -> None:
        """Fetch the days that are missing at the cursor; or the paper that the query names, and show it in All."""
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

    # The line's keys act at once, without a message from the line, since the keys typed after them are for the list.

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
            self._app.command_actions.begin_with(None, ("view save ", f"a name for  {state.place.text}"))

    @handles("query.cancel")
    def cancel(self, _count: int | None = None) -> None:
        self._app.query_line.cancel()
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
        self._app.filter_pane.stop_narrowing()
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


MOST_LIKED = 20
"""Maximum papers in one `like:` query."""


class SimilarActions(Controller):
    """Go to papers similar to others."""

    @handles(each={"find.similar": False, "find.newer": True})
    def show(self, _count: int | None, is_newer: bool) -> None:
        papers = self._targets()
        if not papers:
            self._model.show_notice("this paper is not in the cache: star it first, which stores it")
            return
        text = like_query([paper.id for paper in papers], came_out(papers) if is_newer else None)
        self._model.change(self._model.state.go(Place(view("all"), text)))

    def _targets(self) -> list[Paper]:
        found = (self._library.paper(pk) for pk in self._model.state.targets[:MOST_LIKED])
        return [paper for paper in found if paper is not None and isinstance(paper.pk, int)]


_ASKS = re.compile(r"\b(?:keyword|author|org|tag|category|source):", re.IGNORECASE)


class Completer(Controller):
    """Completes queries by fields, topics, and the keywords, people and other values in the cache."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._is_loading = False

    def complete(self, text: str, cursor: int) -> Completion | None:
        """The completions before the cursor; values that are still loading come with a later state."""
        known = self._model.state[VOCABULARY]
        if not known and not self._is_loading and _ASKS.search(text):
            self._is_loading = True
            self._background.start("suggestions", self._load)
        state = self._model.state
        views = [*(one.name for one in state.views.saved), *IDS]
        follows = {one.follow.slug: one.papers for one in state[FOLLOWED]}
        return complete(text, cursor, {**known, "topic": topic_papers(state), "view": views, "follow": follows})

    async def _load(self) -> None:
        try:
            words = await self._library.vocabulary()
        finally:
            self._is_loading = False
        self._model.change(self._model.state.put(VOCABULARY, words))


# The search of the feed


LISTS = ("list", "detail", "filter", "empty")
"""Contexts with the list in front; in others the user types or reads, and the list is not replaced."""

BLINK = 0.5
"""Seconds before a search shows its progress."""


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
        blink = self._background.delayed(lambda: self._report(text, "searching the feed"))
        blink.begin(BLINK)
        try:
            listings = await self._ask(text)
        except ReaderError as error:
            self._end()
            self._model.show_outcome(
                f"{error} · {self._keymap.key('find.feed')} searches again", "warning", self._begun(text)
            )
            return
        except Exception:
            self._end()
            raise
        finally:
            # A stopped search reports nothing more: another may be running.
            blink.stop()
        self._end()
        self._list_or_keep(FeedResults(text, listings, self._library.pk_of, self._store))

    def _list_or_keep(self, results: FeedResults) -> None:
        """List the results, or hold them while the user is typing or reading."""
        state = self._model.state
        if state.context in LISTS:
            sign, back = self._look.glyphs.elsewhere, self._keymap.key("app.escape")
            found = bool(results.order.pks)
            self._model.show_notice(f"{back} goes back · {sign} is stored once you open or mark it" if found else "")
            self._model.change(self._model.state.list_results(results))
        else:
            self._model.change(state.hold_results(results))
            found_count = f"{len(results.order.pks):,}"
            message = f"{self._keymap.key('find.feed')} shows the {found_count} results for {results.text}"
            self._model.show_outcome(message, begun=self._begun(results.text))

    async def _ask(self, text: str) -> tuple[Listing, ...]:
        from reader.refresh.lines import job, listing_of

        def receive(line: Line) -> None:
            if line.get("step") == "wait":
                self._report(text, f"{line['why']}, {line['seconds']:.0f} s")

        result = await self._app.run_job(job("search", text=text), receive)
        return tuple(map(listing_of, result["listings"]))

    def _store(self, listings: Sequence[Listing]) -> None:
        """Store papers in the cache; blocks, in a thread without an event loop."""
        from reader.refresh.lines import job, listing_values

        async def store() -> None:
            await self._app.run_job(job("store", listings=[listing_values(one) for one in listings]))

        asyncio.run(store())

    def _report(self, text: str, progress: str) -> None:
        """Show the progress of the search for `text`; a stopped search, which takes a moment to end, shows none."""
        state = self._model.state
        if state.search.asking == text:
            if state.search.progress is None:
                self._model.show_notice(self._begun(text))
            self._model.change(self._model.state.search_progressed(progress))

    def _begun(self, text: str) -> str:
        return f"{self._keymap.key('app.escape')} stops searching for {text}"

    def _end(self) -> None:
        # This worker is the current one, and ends normally.
        self._worker = None
        self._model.change(self._model.state.search_stopped())
