"""How the reader looks and tells the time, the same for the whole run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from reader.keys.keymap import Keymap
from reader.ui.text.glyphs import Glyphs


class Look(NamedTuple):
    """The keys, signs and clock of one run."""

    keymap: Keymap
    glyphs: Glyphs
    now: Callable[[], datetime]
    demo: bool = False
    """Whether this is the bundled sample, for which nothing is fetched."""
    is_still: bool = False
    """Whether the clock stands and nothing moves by itself."""

    @property
    def today(self) -> date:
        """The feed's day, which is counted in UTC."""
        return self.now().date()

    @property
    def fixed_today(self) -> date | None:
        """The day that panes take for today; None leaves them to the clock, as days pass."""
        return self.today if self.is_still else None
