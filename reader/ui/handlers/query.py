"""The query: type one, take suggestions, change its order, and search the feed."""

from __future__ import annotations

from reader.session.places import feed_text, next_order
from reader.ui.handlers.add import NOTHING_IS_FETCHED, AddActions
from reader.ui.handlers.page import PageActions
from reader.ui.handlers.registry import handles
from reader.ui.screens.main import MainScreen
from reader.ui.state.parts import TOP
from reader.ui.work.fetching.feed_search import FeedSearch
from reader.ui.work.services import Services


class QueryActions:
    """Type and change the query."""

    def __init__(
        self, services: Services, main: MainScreen, search: FeedSearch, add: AddActions, page: PageActions
    ) -> None:
        self._model = services.model
        self._order = services.settings.order
        self._look = services.look
        self._main = main
        self._search = search
        self._add = add
        self._page = page

    @handles("find.query")
    def type_query(self, _count: int | None) -> None:
        self._model.change(self._model.state.open_query(self._main.position))

    # The line's keys act at once, not by a message from the line: the keys typed after them are for the list.

    @handles("query.accept")
    def accept(self, _count: int | None = None) -> None:
        """Keep the query and go to the list; stay in the line if the query has a mistake.

        If the query names a paper that is not in the cache, fetch it.
        """
        text = self._main.query_line.accept()
        if text is not None:
            self._model.change(self._model.state.keep_query(text))
            if self._add.missing_id():
                self._add.fetch_paper()

    @handles("query.cancel")
    def cancel(self, _count: int | None = None) -> None:
        """Restore the earlier query."""
        self._main.query_line.cancel()
        self._model.change(self._model.state.cancel_query())

    @handles("query.complete")
    def complete(self, _count: int | None) -> None:
        """Take the suggestion of the query line or of the empty list."""
        state = self._model.state
        if state.is_typing:
            self._main.query_line.complete()
            return
        from reader.ui.empty_reason import corrected

        text = corrected(state.place, state.topic_papers)
        if text is not None:
            self._model.change(state.go(state.place._replace(text=text)))

    @handles("query.next")
    def next_suggestion(self, _count: int | None) -> None:
        self._main.query_line.next()

    @handles("query.previous")
    def previous_suggestion(self, _count: int | None) -> None:
        self._main.query_line.previous()

    @handles("find.clear")
    def clear(self, _count: int | None) -> None:
        self._main.filter.stop_narrowing()
        self._model.change(self._model.state.drop_query(self._main.position))

    @handles("find.widen")
    def widen(self, _count: int | None) -> None:
        """Ask the same of all papers, or of the earlier view again."""
        state = self._model.state
        if state.results is not None:
            self._model.show_notice("the feed's results are not in a view")
            return
        widened = state.widen_query(TOP if state.is_typing else self._main.position)
        if widened is state:
            self._model.show_notice("no view is wider than this one")
        else:
            self._model.change(widened)

    @handles("find.sort")
    def change_order(self, _count: int | None) -> None:
        state = self._model.state
        if state.results is not None:
            self._model.show_notice("what the feed finds keeps the feed's own order")
            return
        default = state.place.view.order or self._order
        place = state.place._replace(text=next_order(state.place.text, default))
        self._model.change(state.go(place))
        sort = place.query.sort
        self._model.show_notice(f"by {sort.key if sort else default}")

    # The feed

    @handles("find.feed")
    def search_feed(self, _count: int | None) -> None:
        """Search the feed for the typed query, or else for the list's query."""
        state = self._model.state
        typed = self._main.query_line.text if state.is_typing else state.search.wanted or state.listed_text
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
            self._search.begin(text)
        else:
            self._model.show_notice(
                f"the feed is searched for words: {self._look.keymap.key('find.query')} to type some"
            )

    # Hits

    @handles("find.next")
    def next_hit(self, count: int | None) -> None:
        self._go_to_hit(1, count or 1)

    @handles("find.previous")
    def previous_hit(self, count: int | None) -> None:
        self._go_to_hit(-1, count or 1)

    def _go_to_hit(self, direction: int, count: int) -> None:
        """Go to the next paper of a search, all of which are hits; without a search, to the next unread paper."""
        if self._model.state.listing.words:
            self._main.papers.move(direction * count)
            self._page.follow()
            return
        for _ in range(count):
            if not self._page.go_to_unread(direction):
                return
