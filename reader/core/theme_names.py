"""The names of the themes, and the choice of one at start; the interface has their colours."""

from __future__ import annotations

from collections.abc import Mapping

OWN = ("dark", "light", "ansi")
"""Our themes; `ansi` uses the terminal's own sixteen colours."""

TEXTUAL = (
    "textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "dracula", "tokyo-night", "monokai",
    "flexoki", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "solarized-light", "solarized-dark",
    "rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light",
)  # fmt: skip

THEMES = (*OWN, *TEXTUAL)

AUTO = "auto"
"""Dark or light like the terminal, or its own colours if it has only sixteen."""


def is_colorless(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no colours; an empty `NO_COLOR` does not count."""
    return bool(environ.get("NO_COLOR"))


def theme_name(choice: str, environ: Mapping[str, str]) -> str:
    """The theme to start with, from a setting (auto or a name) and the terminal's environment.

    Without colours it is always `ansi`: its text styles tell all that its colours do.
    """
    if is_colorless(environ):
        return "ansi"
    if choice != AUTO:
        return choice if choice in (*OWN, *TEXTUAL) else "dark"
    # Textual's own variable is set for a browser, whatever terminal its server runs in.
    told = (environ.get("COLORTERM"), environ.get("TEXTUAL_COLOR_SYSTEM"))
    rich_colors = not {"truecolor", "24bit"}.isdisjoint(told) or "256color" in environ.get("TERM", "")
    if not rich_colors:
        return "ansi"
    # Some terminals set it to "foreground;background", as numbers of the sixteen colours; 7 and 15 are whites.
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in {"7", "15"} else "dark"
