"""The main screen: filter, list and detail, and the data that flows from the place one is in to all three."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from reader.cache.window import Order
from reader.session.places import Place
from reader.ui import view_models
from reader.ui.widgets.filter_strip import FilterStrip
from reader.ui.widgets.paper_list import PaperList
from reader.ui.widgets.status_line import StatusLine
from reader.ui.widgets.top_line import TopLine
from reader.ui.work.delayed import Delayed
from reader.ui.work.list_loader import ListLoader

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp
    from reader.ui.widgets.empty import Empty
    from reader.ui.widgets.filter_pane import FilterPane
    from reader.ui.widgets.paper_detail import PaperDetail
    from reader.ui.widgets.query_line import QueryLine
    from reader.ui.work.counter import Counter
    from reader.ui.work.feed_results import FeedResults
    from reader.ui.work.library import Counts
    from reader.ui.work.suggestions import Suggestions

WIDE, MEDIUM = 100, 70
"""Columns from which three panes stand side by side, and from which list and detail stand together."""

REST = 0.06
"""Seconds the cursor rests on a paper before its detail is drawn: longer than a held key takes to come again."""


class MainScreen(Screen[None], inherit_bindings=False):
    """Filter, list and detail over one place in the cache.

    It knows no keys: the app reads them and calls the handlers, which call the methods here.
    """

    BLANK = True
    """It draws nothing itself; nor is what it lies under put together line by line, for every frame."""

    AUTO_FOCUS = ""
    """Where nothing has the keys, as over an empty list, Textual would give them to the filter pane, folded or not."""

    def __init__(self, place: Place, keep: str | None = None) -> None:
        """`place` is where to begin, `keep` the id of the paper to highlight there."""
        super().__init__()
        self.place = place
        self._keep_at_start = keep
        self.listing = ListLoader(self)
        self._suggestions: Suggestions | None = None
        self.is_typing = False
        self._is_empty = False
        self.is_finished = False
        """Whether all panes are there: a frame after the list."""
        self.filter: FilterPane
        self.detail: PaperDetail
        self.empty: Empty
        self.query_line: QueryLine
        self.counting: Counter
        self._detail_soon = Delayed(self, self.show_detail)

    @property
    def reader(self) -> ReaderApp:
        return cast("ReaderApp", self.app)

    def compose(self) -> ComposeResult:
        # Before anything is mounted: styles are matched once.
        self._fit(self.app.size.width)
        glyphs = self.reader.glyphs
        spin = None if self.reader.is_still else 0.4
        yield TopLine(glyphs, spin, id="top")
        yield FilterStrip(glyphs, id="strip")
        yield StatusLine(glyphs, id="status")
        yield Container(id="left")
        yield PaperList(glyphs, today=self.reader.fixed_today, id="papers")
        yield Container(id="right")

    def on_mount(self) -> None:
        self.papers = self.query_one(PaperList)
        self.status = self.query_one(StatusLine)
        self.top = self.query_one(TopLine)
        self.size_panes()
        self.show_whereabouts()
        self.listing.first(self._keep_at_start)
        self.papers.focus()

    async def finish(self) -> None:
        """Add what the first frame leaves room for: the list is there 40 ms sooner without them."""
        from reader.ui.widgets.empty import Empty
        from reader.ui.widgets.filter_pane import FilterPane
        from reader.ui.widgets.paper_detail import PaperDetail
        from reader.ui.widgets.query_line import QueryLine
        from reader.ui.work.counter import Counter

        keymap, glyphs = self.reader.keymap, self.reader.glyphs
        reader = self.reader
        self.filter = FilterPane(
            glyphs, order=reader.topic_order, mode=reader.topic_mode, folded=reader.folded, id="filter"
        )
        self.detail = PaperDetail(glyphs, today=self.reader.fixed_today, id="detail")
        self.empty = Empty(view_models.empty_keys(keymap), id="empty")
        _put_away(self.empty, True)
        keys = (keymap.key("query.complete", "query"), keymap.key("find.feed", "query"))
        self.query_line = QueryLine(glyphs, *keys, id="query")
        self.query_line.display = False
        self.counting = Counter(self)
        if not self.is_attached:
            return
        await self.query_one("#left").mount(self.filter)
        await self.query_one("#right").mount(self.detail)
        await self.mount(self.empty, after=self.papers)
        await self.mount(self.query_line, after=self.status)
        self.is_finished = True
        self.detail.tell(self.reader.topic_names, view_models.link_keys(keymap))
        self.show_counts()
        self.show_place()
        self.show_detail()
        self._be_empty(not self.papers.count)
        self.show_empty()
        self.count_soon()

    def on_resize(self, event: events.Resize) -> None:
        was_wide = self.has_class("-wide")
        self._fit(event.size.width)
        if was_wide != self.has_class("-wide"):
            self.show_whereabouts()
        self.size_panes()
        self._keep_focus()
        self.show_hints()

    def _keep_focus(self) -> None:
        """Leave the keys in the filter pane, which a fold would take them from; from the detail they go to the list."""
        if self.is_finished and self.focused is self.filter and not self.has_class("-wide"):
            self.open_filter()
        elif self.is_finished and self.focused is self.detail and self.has_class("-narrow"):
            self.set_focus(self.papers)

    def _fit(self, width: int) -> None:
        """Set the classes that the stylesheet tells widths apart by."""
        self.set_class(width >= WIDE, "-wide")
        self.set_class(MEDIUM <= width < WIDE, "-medium")
        self.set_class(width < MEDIUM, "-narrow")
        if width >= WIDE:
            self.remove_class("-filtering")

    def size_panes(self) -> None:
        """Give the panes the sizes that the user chose."""
        sizes = self.reader.sizes
        narrow = self.size.width < WIDE
        # One more for the rule behind it.
        self.query_one("#left").styles.width = sizes.filter_width + 1
        for pane, share in ((self.papers, sizes.list_share), (self.query_one("#right"), 1 - sizes.list_share)):
            pane.styles.width = "1fr" if narrow else f"{round(share * 100)}fr"
            pane.styles.height = f"{round(share * 100)}fr" if narrow else "1fr"

    # Where one is

    def go(self, place: Place) -> None:
        """Be somewhere else; the list begins at its top."""
        if place == self.place and self.found is None:
            return
        self.reader.searching.drop()
        if place.view != self.place.view:
            self.status.leave_place()
        self.place = place
        self.listing.load(None)

    @property
    def found(self) -> FeedResults | None:
        """What the feed found, while it is listed over the papers of the place."""
        return self.reader.searching.shown

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked for, to be marked where it stands."""
        return self.place.words if self.found is None else tuple(self.found.text.split())

    def renew(self) -> None:
        """Show what is new where one is, without moving the cursor."""
        if not self.is_typing:
            self._suggestions = None
        self.listing.renew()

    def show_list(self, order: Order, keep: int | None, height: int | None = None) -> None:
        """Show an order of papers with the cursor on the paper `keep`, so many lines below the top."""
        self.reader.library.found = self.found
        self.papers.show(order, self.reader.library.rows, keep, self.words, height)
        if self.is_finished:
            self._be_empty(not order.pks)
            self.show_empty()
        if not self.is_typing:
            self.show_whereabouts()
        self.show_hints()

    def _be_empty(self, is_empty: bool) -> None:
        """Show the empty state in the list's place, or the list again with the keys it had."""
        if is_empty != self._is_empty:
            self._is_empty = is_empty
            had_keys = self.focused in (None, self.papers, self.detail)
            # By a class on the screen it would take 25 ms: all styles of all panes would be looked up.
            for pane in (self.papers, self.query_one("#right")):
                _put_away(pane, is_empty)
            _put_away(self.empty, not is_empty)
            if had_keys:
                # What is not shown can't have the focus, which would else go to the filter pane.
                self.set_focus(None if is_empty else self.papers)

    def show_empty(self) -> None:
        """Say why the list is empty, if it is."""
        if self.is_finished and not self.papers.count:
            from reader.ui.empty_reason import situation

            self.empty.show(situation(self.reader, self.place, self.counts))

    # What the panes show

    def show_place(self) -> None:
        """Mark in the filter pane what the place picks."""
        if self.is_finished:
            from reader.core.query.topic_choice import picked_topics

            view = self.place.view
            day = view.id.removeprefix("day:") if view.id.startswith("day:") else None
            self.filter.place(view.id, day)
            self.filter.choose(picked_topics(self.place.query))
        self.show_whereabouts()

    def show_whereabouts(self) -> None:
        """Say in the first line and in the strip where one is."""
        shown = self.papers.count if self.listing.is_whole else None
        self.top.show(view_models.whereabouts(self.reader, self.place, self.counts, shown))
        if not self.has_class("-wide"):
            is_open = self.has_class("-filtering")
            self.query_one(FilterStrip).show(view_models.strip_data(self.reader, self.place, shown, is_open))

    def show_hints(self) -> None:
        """Name the keys that matter here."""
        context = self.reader.context
        if context not in (None, "page"):
            idle = () if self.place.text else ("find.clear",)
            self.status.hints(self.reader.keymap.hints(context, self.size.width, without=idle))

    @on(PaperList.Highlighted)
    def _show_detail_soon(self, event: PaperList.Highlighted) -> None:
        event.stop()
        self._detail_soon.begin(REST)

    def show_detail(self) -> None:
        """Show the highlighted paper in the detail."""
        if not self.is_finished:
            return
        pk = self.papers.highlighted
        paper = None if pk is None else self.reader.library.paper(pk)
        if paper is None:
            self.detail.clear()
        else:
            self.detail.show(paper, self.words, self.reader.library.votes(paper.pk))

    # Counting for the filter pane

    @property
    def counts(self) -> Counts | None:
        """What was counted last; None until then."""
        return self.counting.counts if self.is_finished else None

    def count_soon(self) -> None:
        """Count what the filter pane shows, once nothing has changed for a moment and all panes are there."""
        if self.is_finished:
            self.counting.soon()

    def show_counted(self) -> None:
        """Show what was counted in all places that tell of it."""
        self.show_counts()
        self.show_whereabouts()
        self.show_empty()

    def show_counts(self) -> None:
        """Fill the filter pane with what was counted last."""
        if self.is_finished:
            self.filter.show(view_models.filter_data(self.reader, self.counts, self.counting.topic_facts))

    # What the panes tell

    def on_filter_pane_view_chosen(self, event: FilterPane.ViewChosen) -> None:
        """Show a view."""
        self.reader.go_to_view(event.id)

    def on_filter_pane_day_chosen(self, event: FilterPane.DayChosen) -> None:
        """Show a day."""
        self.reader.go_to_view(f"day:{event.day}")

    def on_filter_pane_topics_changed(self, event: FilterPane.TopicsChanged) -> None:
        """Write the picked topics into the query; how they combine counts even where it does not tell."""
        self.reader.pick_topics(event.choice)
        self.count_soon()

    def on_filter_pane_hint(self, event: FilterPane.Hint) -> None:
        """Say what the filter pane has to tell."""
        self.status.say(event.text, "hint")

    def on_query_line_changed(self, event: QueryLine.Changed) -> None:
        """Filter while the query is typed."""
        from reader.core.query.suggestions import asked

        if self.is_typing and event.error is None:
            self.go(Place(self.place.view, asked(event.text)))

    @on(TopLine.EditQuery)
    def _edit_query(self) -> None:
        self.open_query()

    def open_query(self, begun: str = "") -> None:
        """Begin to type a query: to go on with the one that is there, or one that is `begun`."""
        self.reader.searching.remember()
        self.is_typing = self.query_line.display = True
        self.status.display = False
        text = self.place.text if self.found is None else self.found.text
        self.query_line.open(text, self.reader.history, begun)
        self.suggest_anew()

    def suggest_anew(self) -> None:
        """Let the query line know what there is to suggest."""
        if self._suggestions is None:
            from reader.ui.work.suggestions import Suggestions

            self._suggestions = Suggestions(self.reader)
        self.query_line.know(self._suggestions.complete, tuple(self.reader.topic_names))

    def close_query(self) -> None:
        """Give the keys back to the list, or to nothing where there is none: Textual would choose the filter pane."""
        self.set_focus(self.papers if self.papers.count else None)
        self.is_typing = self.query_line.display = False
        self.status.display = True
        self.show_hints()

    @on(FilterStrip.Clicked)
    def _toggle_filter(self) -> None:
        if self.has_class("-filtering"):
            self.close_filter()
        else:
            self.open_filter()

    def open_filter(self) -> None:
        """Go to the filter pane, unfolding it where there is no room for it."""
        if self.size.width < WIDE:
            self.add_class("-filtering")
            self.show_whereabouts()
        # At once, as the next key may come in the same breath.
        self.set_focus(self.filter)

    def close_filter(self) -> None:
        """Fold the filter pane where it was unfolded; its keys go to the list."""
        had_keys = self.focused is self.filter
        self.remove_class("-filtering")
        self.show_whereabouts()
        if had_keys:
            self.set_focus(self.papers)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.show_hints()


def _put_away(pane: Widget, is_away: bool) -> None:
    """Leave no room for a pane, or what the stylesheet leaves it."""
    if is_away:
        pane.styles.display = "none"
    else:
        pane.styles.clear_rule("display")
        pane.refresh(layout=True)
