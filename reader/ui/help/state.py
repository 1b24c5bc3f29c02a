"""The part of the state for help."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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


HELP: Front[Help] = Front("help", "reader.ui.help.screen:HelpScreen")
