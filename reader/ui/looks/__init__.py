"""The reader's look: themes, their colours, and the stylesheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import Glyphs


class Look(NamedTuple):
    """The keys, signs and clock of one run."""

    keymap: Keymap
    glyphs: Glyphs
    now: Callable[[], datetime]
    demo: bool = False
    is_still: bool = False
    """Whether the clock is stopped and nothing moves by itself."""

    links: bool = False

    @property
    def today(self) -> date:
        """The feed's current day, in UTC."""
        return self.now().date()

    @property
    def fixed_today(self) -> date | None:
        """The fixed day that panes use as today; None if they follow the clock."""
        return self.today if self.is_still else None
