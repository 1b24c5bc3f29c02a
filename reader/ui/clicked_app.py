"""What clicks do: a widget reports the mouse as a message, and the app acts as it does by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from reader.keys.spelling import keys_labelled
from reader.ui.kit.line_widgets import KeyLines
from reader.ui.list.pane import PaperList
from reader.ui.shell.bounded_app import BoundedApp

if TYPE_CHECKING:
    from reader.ui.assembly import Assembly
    from reader.ui.filter.pane import FilterPane
    from reader.ui.full_text.pane import TextPane
    from reader.ui.page.detail import PaperDetail


class ClickedApp(BoundedApp, inherit_bindings=False):
    """The app as it answers to the mouse."""

    assembly: Assembly | None = None
    """The handlers of the keys; None until all panes exist."""

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table, `count` times if it takes a count."""
        raise NotImplementedError

    @on(PaperList.Opened)
    def _open_paper(self) -> None:
        self.perform("read.open")

    @on(KeyLines.KeyClicked)
    def _press(self, event: KeyLines.KeyClicked) -> None:
        for key in keys_labelled(event.key):
            self.simulate_key(key)

    def on_month_clicked(self) -> None:
        """Go to the day that was clicked in the calendar."""
        self.perform("date.day")

    def on_filter_pane_view_chosen(self, event: FilterPane.ViewChosen) -> None:
        """Show a view."""
        if self.assembly is not None:
            self.assembly.views.go(event.id)

    def on_filter_pane_day_chosen(self, event: FilterPane.DayChosen) -> None:
        """Show a day."""
        if self.assembly is not None:
            self.assembly.views.go(f"day:{event.day}")

    def on_filter_pane_topics_changed(self, event: FilterPane.TopicsChanged) -> None:
        """Write the picked topics into the query."""
        if self.assembly is not None:
            self.assembly.filter.pick_topics(event.choice)

    def on_filter_pane_tag_toggled(self, event: FilterPane.TagToggled) -> None:
        """Write the tag into the query, or take it out."""
        if self.assembly is not None:
            self.assembly.filter.toggle_tag(event.tag, event.where)

    def on_paper_detail_link_clicked(self, event: PaperDetail.LinkClicked) -> None:
        """Open a link in the browser."""
        if self.assembly is not None:
            self.assembly.links.browse(event.url)

    def on_text_pane_link_clicked(self, event: TextPane.LinkClicked) -> None:
        """Follow a reference of a full text."""
        if self.assembly is not None:
            self.assembly.full_text.follow_to(event.target, event.words)

    def on_paper_detail_topic_clicked(self, event: PaperDetail.TopicClicked) -> None:
        """Show a topic's papers."""
        if self.assembly is not None:
            self.assembly.show_topic(event.slug)

    def on_paper_detail_place_clicked(self, event: PaperDetail.PlaceClicked) -> None:
        """Read the full text from a place on."""
        if self.assembly is not None:
            self.assembly.page.read_from(event.block)

    def on_paper_detail_view_clicked(self, event: PaperDetail.ViewClicked) -> None:
        """Show the papers of something that is followed."""
        if self.assembly is not None:
            self.assembly.views.go(event.view)

    def on_paper_detail_tag_clicked(self, event: PaperDetail.TagClicked) -> None:
        """Show the papers with a tag."""
        if self.assembly is not None:
            self.assembly.show_tag(event.tag)
