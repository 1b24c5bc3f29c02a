"""The line over the list that announces new papers, and the key that shows them.

New papers never move the list. A line at its top announces them, and stays until it is used or dismissed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.reads.window import Window
from reader.core.dates import MONTHS, WEEKDAYS
from reader.core.errors import CacheError, CacheInterrupted
from reader.core.text import amount
from reader.session.places import Place, view
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.listing import TOP
from reader.ui.shell.state import Part, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.library.library import Library

NEW_PAPERS = "is:new (since:30d OR published:30d)"
"""The query for unread papers that arrived since the last visit, without old papers that were fetched late.

Papers that only arXiv has are on no day of the feed; their day is the day of publication."""


class News(NamedTuple):
    """Unread papers that arrived since a time."""

    papers: int
    days: int
    newest: str
    """The newest day (ISO) of these papers."""
    since: str
    """ISO time in UTC."""
    is_whole_day: bool = False
    """Whether they are all papers of the newest day."""
    last_key: int = 0
    """The greatest key of these papers."""


NEWS: Part[News | None] = Part(None)
"""The announced papers; None if there are none, or if the user has seen or dismissed them."""


def news_text(news: News, today: date) -> str:
    """The announcement without its key: `34 new papers · Tuesday 1 December`, `202 new in 9 days`."""
    if news.days > 1:
        return f"{news.papers:,} new in {amount(news.days, 'day')}"
    day = date.fromisoformat(news.newest)
    year = "" if day.year == today.year else f" {day.year}"
    name = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"
    return f"{amount(news.papers, 'new paper')} · {name}"


def news_place(news: News, here: Place) -> Place:
    """The place of the announced papers: Latest if they are the whole newest day, else Unread, newest day first."""
    if news.is_whole_day and here != Place():
        return Place()
    return Place(view("unread"), NEW_PAPERS)


def is_shown(state: State, news: News) -> bool:
    """Whether the list already shows the announced papers, because it was read after they arrived."""
    listing = state.listing
    is_current = listing.version == state.cache_version and not state.is_list_coming
    return is_current and news.is_whole_day and listing.place == Place() and listing.facts.newest_day == news.newest


class NewsActions(Controller):
    """Announces new papers, shows them, and dismisses the announcement."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._since = self._library.new_since
        self._known_key: int | None = None
        """The key of the last paper that the user knows; None if the time of the last visit decides what is new."""
        if self._since is None and not self._model.state.is_empty:
            self._know_all()

    @follows(lambda state: (state.is_ready, state.cache_version, state.marks_version, state[REFRESH].ended), now=True)
    def look(self, state: State) -> None:
        """Count the new papers after each change of the cache; papers that fill an empty cache are not announced."""
        if self._since is None and state[REFRESH].ended and not state[REFRESH].is_running:
            self._know_all()
        if state.is_ready and self._since is not None and not self._look.demo:
            self._background.start("news", self._count, exclusive=True)

    @follows(lambda state: (state[NEWS], state.listing))
    def see(self, state: State) -> None:
        news = state[NEWS]
        if news is not None and is_shown(state, news):
            self._acknowledge(news)

    @handles("news.show")
    def show(self, _count: int | None) -> None:
        """Go to the announced papers from anywhere."""
        news, state = self._model.state[NEWS], self._model.state
        if news is None:
            self._model.show_notice("no new papers")
            return
        self._library.new_since = news.since
        place = news_place(news, state.place)
        self._acknowledge(news)
        self._model.change(self._model.state.go(place, TOP))

    @handles("news.dismiss")
    def dismiss(self, _count: int | None) -> None:
        """Remove the announcement; the papers stay unread."""
        if (news := self._model.state[NEWS]) is not None:
            self._acknowledge(news)
            self._model.show_notice("dismissed · the papers stay unread")
        else:
            self._model.show_notice("no new papers")

    def know(self, key: int) -> None:
        """Do not announce a paper that the user fetched by its id, unless other papers are already announced."""
        if self._model.state[NEWS] is None and self._since is not None:
            self._known_key = key

    def _know_all(self) -> None:
        """Announce only papers that arrive later."""
        self._since, self._known_key = self._now(), self._library.ask(Window.last_key, 0)

    def _acknowledge(self, news: News) -> None:
        """Announce only papers that arrive after these, even within the same second."""
        self._since, self._known_key = self._now(), news.last_key
        self._model.change(self._model.state.put(NEWS, None))

    def _now(self) -> str:
        return f"{self._look.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    async def _count(self) -> None:
        since, known = self._since, self._known_key
        if since is None:
            return
        try:
            news = await count_news(self._library, since, known)
        except (CacheInterrupted, CacheError):
            return
        if (since, known) == (self._since, self._known_key):
            self._model.change(self._model.state.put(NEWS, news))


async def count_news(library: Library, since: str, known_key: int | None = None) -> News | None:
    """The unread papers that arrived since a time, or after a key; None if there are none.

    Raises CacheError and CacheInterrupted.
    """
    papers, days, newest, last_key = await library.days.ask_next(lambda window: window.news(since, known_key))
    if not papers:
        return None
    day = library.visible_papers(newest)
    is_whole_day = days == 1 and day.papers == papers and newest == library.newest_day()
    return News(papers, days, newest, since, is_whole_day, last_key)


def visited_at(state: State, now: datetime) -> str:
    """The ISO time of this visit to save; papers that are still announced stay new for the next visit."""
    news = state[NEWS]
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z") if news is None else news.since
