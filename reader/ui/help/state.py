"""The parts of the state for help and the palette."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.ui.shell.commands import HelpCommand
from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.keys.actions import Context
    from reader.ui.shell.commands import Manual


class Help(NamedTuple):
    """Help: the keys that matter in a context, or search results."""

    context: Context
    lacking: frozenset[str] = frozenset()
    manual: Manual = ()
    typed: str = ""
    is_typing: bool = False
    is_searching: bool = False
    """Whether search results are shown instead of the first screen."""
    opens_soon: bool = False
    """Whether enter was pressed before the manual was read."""

    @property
    def has_cursor(self) -> bool:
        """Whether there is a cursor: enter opens a page of the manual."""
        return bool(self.manual) and not self.is_typing

    def search(self, typed: str) -> Help:
        return self._replace(typed=typed, is_typing=True, is_searching=True, opens_soon=False)


class Palette(NamedTuple):
    """The palette: all commands, and those that match the typed text."""

    commands: Sequence[HelpCommand]
    offered: Sequence[HelpCommand]
    papers: Sequence[HelpCommand] | None = ()
    """Commands for papers, below the others; None while they are searched for."""
    typed: str = ""

    @property
    def all_offered(self) -> Sequence[HelpCommand]:
        return (*self.offered, *(self.papers or ()))


HELP: Front[Help] = Front("help", "reader.ui.help.screen:HelpScreen")

PALETTE: Front[Palette] = Front("help", "reader.ui.help.screen:PaletteScreen")
