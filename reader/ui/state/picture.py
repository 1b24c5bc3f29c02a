"""The part of the state that is the picture in front, and its changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from reader.ui.state.text import TextState

if TYPE_CHECKING:
    from reader.refresh.pictures import Canvas, PictureDrawn
    from reader.ui.state.pictures import Pictures


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
