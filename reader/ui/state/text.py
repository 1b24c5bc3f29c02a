"""The parts of the state that are the full text and the picture in front, and their changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from reader.core.paper_row import PaperKey
from reader.ui.state.listing import ListState

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.refresh.pictures import Canvas, PictureDrawn
    from reader.ui.page.fit_lines import Fit
    from reader.ui.page.found_lines import Found
    from reader.ui.state.full_text import FullText
    from reader.ui.state.outline import Outline
    from reader.ui.state.pictures import Pictures
    from reader.ui.state.text_view import TextView


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class TextState(ListState):
    """The full text that is read, over the paper's page."""

    found: Found | None = None
    """Where the full text of the shown paper has the searched words; None while that is not known."""
    fit: Fit | None = None
    """Why the shown paper is in a list of what fits best; None in other lists, and while that is not known."""
    text: FullText | None = None
    """The open full text, which may be on its way; None while none is open."""

    def found_in_text(self, found: Found | None) -> Self:
        """Record where a paper's full text has the searched words."""
        return self if found == self.found else replace(self, found=found)

    def explain_fit(self, fit: Fit | None) -> Self:
        """Record why a paper is in the list."""
        return self if fit == self.fit else replace(self, fit=fit)

    def open_text(self, text: FullText) -> Self:
        """Show a full text, or that it is being fetched."""
        return replace(self, text=text)

    def view_text(self, view: TextView) -> Self:
        """Show another part of the open text."""
        text = self.text
        return self if text is None or view is text.view else replace(self, text=replace(text, view=view))

    def next_section(self, step: int) -> Self:
        """Go on by sections in the open text, also in one that is being fetched."""
        return self if self.text is None else replace(self, text=self.text.next_section(step))

    def text_came(self, key: PaperKey, kept: KeptText) -> Self:
        """Show the text that was fetched for a paper, if it is still wanted."""
        return replace(self, text=self.text.came(kept)) if self.text and self.text.key == key else self

    def fetch_text(self, key: PaperKey, progress: str = "") -> Self:
        """Fetch the text of a paper, or show what that waits for."""
        return replace(self, text=self.text.fetching(progress)) if self.text and self.text.key == key else self

    def text_failed(self, key: PaperKey, problem: str) -> Self:
        """Show why a paper has no text; one that was there before stays, and the problem is shown in the last line."""
        text = self.text
        if text is None or text.key != key:
            return self
        notices = self.notices.ended(problem, "warning", "") if text.view else self.notices
        return replace(self, text=text.failed(problem), notices=notices)

    def change_outline(self, outline: Outline) -> Self:
        """Move in the outline of the open text, or let keys act there or in the text."""
        return self if self.text is None else replace(self, text=replace(self.text, outline=outline))

    def read_section(self, index: int) -> Self:
        """Show a section, by its place in the outline, and let keys act in the text."""
        text = self.text
        if text is None or text.view is None or not 0 <= index < len(text.outline.sections):
            return self
        view = text.view.go_to_block(text.outline.sections[index].start)
        return replace(self, text=replace(text, view=view, outline=text.outline.closed()))

    def step_back_in_text(self) -> Self:
        """Close or stop what is in front: the outline, a selection, a fetch; at last go back to the paper's page."""
        text = self.text
        if text is None or text.view is None:
            return self.close_text()
        if text.outline.is_open:
            return self.change_outline(text.outline.closed())
        view = text.view.let_go()
        if view is not text.view:
            return self.view_text(view)
        return replace(self, text=text.failed("")) if text.is_fetching else self.close_text()

    def close_text(self) -> Self:
        """Go back to the paper's page."""
        return self if self.text is None else replace(self, text=None)


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class PictureState(TextState):
    """The pictures of a paper, over its page or its full text."""

    pictures: Pictures | None = None
    """None while no picture is shown."""

    def show_pictures(self, pictures: Pictures | None) -> Self:
        """Show pictures, or another one of them; None closes them."""
        return self if pictures is self.pictures else replace(self, pictures=pictures)

    def turn_picture(self, by: int) -> Self:
        """Go to another picture."""
        return self.show_pictures(self.pictures and self.pictures.turn(by))

    def fit_picture(self, canvas: Canvas) -> Self:
        """Draw the picture for another room."""
        return self.show_pictures(self.pictures and self.pictures.fitted(canvas))

    def picture_came(self, drawn: PictureDrawn) -> Self:
        """Show the picture that was fetched, if it is still wanted."""
        return self.show_pictures(self.pictures and self.pictures.came(drawn))

    def picture_says(self, address: str, said: str) -> Self:
        """Say what a picture waits for, or why there is none."""
        return self.show_pictures(self.pictures and self.pictures.says(address, said))
