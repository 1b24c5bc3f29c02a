"""The part of the app that has the colours: its theme, and what is sent of it to the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import App

from reader.ui.looks import theme
from reader.ui.textual_fixes import StylesheetParsedOnce

if TYPE_CHECKING:
    from textual.filter import LineFilter


class ThemedApp(StylesheetParsedOnce, App[str], inherit_bindings=False):
    """An app in one of our themes, or of Textual's with our variables."""

    def use_theme(self, name: str) -> None:
        """Change the colours to those of a theme."""
        self.register_theme(theme.find_theme(name))
        self.theme = name

    def draw_picture(self, title: str) -> str:
        """The screen as SVG."""
        from reader.ui.looks.screenshot import draw_picture

        return draw_picture(self, title)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(theme.DEFAULTS)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return theme.line_filters(super().get_line_filters(), colorless=self.no_color)
