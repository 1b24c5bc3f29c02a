"""The themes: dark, light, and one with the terminal's own colours.

There is one accent, one colour for stars and one for warnings; the rest is text, muted text and faint text. A theme
also sets text styles, because a terminal's own sixteen colours have no muted one: there, muted text is dim. So a
stylesheet writes both: `color: $text-muted; text-style: $muted-style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.filter import LineFilter
from textual.theme import Theme

from reader.ui.textual_fixes import ControlNet, color_filters

DEFAULTS: Mapping[str, str] = {
    "star": "#e3b341",
    "rule": "#808080 40%",
    "cursor": "#808080 20%",
    "hit": "#4a7bd0 40%",
    "strip": "#4a7bd0 30%",
    "chip": "#808080 20%",
    "muted-style": "none",
    "faint-style": "none",
    "hit-style": "none",
    "strip-style": "none",
    "cursor-style": "none",
    "chip-edge": "#808080 20%",
}
"""Our variables, for themes that do not set them: `App.get_theme_variable_defaults` returns these.

`star` is the colour of stars, `rule` that of the line between panes, `chip-edge` that of a topic's brackets.
`cursor` is the background of the highlighted line, `hit` that of a found word, `strip` that of the query in the first
line, `chip` that of a topic. The styles belong to `$text-muted`, `$text-disabled`, `$hit`, `$strip` and `$cursor`.
"""

DARK = Theme(
    name="dark",
    dark=True,
    primary="#8ab4f8",
    secondary="#8ab4f8",
    accent="#8ab4f8",
    warning="#f28b6d",
    error="#f28b6d",
    success="#8ab4f8",
    foreground="#d9dce3",
    background="#14161b",
    surface="#14161b",
    panel="#1d2027",
    variables={
        "text": "#d9dce3",
        "text-muted": "#949aa8",
        "text-disabled": "#6b7282",
        "star": "#e8b64c",
        "rule": "#2a2e37",
        "cursor": "#20242d",
        "hit": "#2c4268",
        "strip": "#26364f",
        "chip": "#262b36",
        "chip-edge": "#262b36",
        "muted-style": "none",
        "faint-style": "none",
        "hit-style": "none",
        "strip-style": "none",
        "cursor-style": "none",
        "border": "#2a2e37",
        "border-blurred": "#2a2e37",
        "block-cursor-background": "#2c4268",
        "block-cursor-foreground": "#d9dce3",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#2c4268",
        "scrollbar": "#333946",
        "scrollbar-hover": "#4a5263",
        "scrollbar-active": "#8ab4f8",
        "scrollbar-background": "#14161b",
        "scrollbar-background-hover": "#14161b",
        "scrollbar-background-active": "#14161b",
        "scrollbar-corner-color": "#14161b",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#2457c5",
    secondary="#2457c5",
    accent="#2457c5",
    warning="#b3401f",
    error="#b3401f",
    success="#2457c5",
    foreground="#24272e",
    background="#fbfaf8",
    surface="#fbfaf8",
    panel="#f1efeb",
    variables={
        "text": "#24272e",
        "text-muted": "#646a76",
        "text-disabled": "#7d828d",
        "star": "#a86a00",
        "rule": "#dedbd5",
        "cursor": "#eeebe5",
        "hit": "#cfdefb",
        "strip": "#dbe6fb",
        "chip": "#e9e6df",
        "chip-edge": "#e9e6df",
        "muted-style": "none",
        "faint-style": "none",
        "hit-style": "none",
        "strip-style": "none",
        "cursor-style": "none",
        "border": "#dedbd5",
        "border-blurred": "#dedbd5",
        "block-cursor-background": "#cfdefb",
        "block-cursor-foreground": "#24272e",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#cfdefb",
        "scrollbar": "#cfccc5",
        "scrollbar-hover": "#b3afa7",
        "scrollbar-active": "#2457c5",
        "scrollbar-background": "#fbfaf8",
        "scrollbar-background-hover": "#fbfaf8",
        "scrollbar-background-active": "#fbfaf8",
        "scrollbar-corner-color": "#fbfaf8",
    },
)

ANSI = Theme(
    name="ansi",
    ansi=True,
    dark=True,
    # Of the sixteen, only magenta is legible on both black and white in the common palettes.
    primary="ansi_magenta",
    secondary="ansi_magenta",
    accent="ansi_magenta",
    warning="ansi_red",
    error="ansi_red",
    success="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        # Textual's own stylesheet uses these two.
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "text-muted": "ansi_default",
        "text-disabled": "ansi_default",
        "star": "ansi_yellow",
        "rule": "ansi_bright_black",
        "cursor": "ansi_default",
        "hit": "ansi_default",
        "strip": "ansi_default",
        "chip": "ansi_default",
        "chip-edge": "ansi_default",
        "muted-style": "dim",
        "faint-style": "dim",
        "hit-style": "underline",
        "strip-style": "reverse",
        "cursor-style": "not dim",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "reverse",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_bright_black",
        "scrollbar-active": "ansi_magenta",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)

THEMES: tuple[Theme, ...] = (DARK, LIGHT, ANSI)
"""All themes; the settings use their names."""


def theme_name(choice: str, environ: Mapping[str, str]) -> str:
    """Return the theme to start with, for a setting (dark, light, ansi or auto) and the terminal's environment.

    With `NO_COLOR` it is always `ansi`, because Textual would send the other themes as greys.
    """
    if "NO_COLOR" in environ:
        return ANSI.name
    if choice != "auto":
        return choice if choice in {theme.name for theme in THEMES} else DARK.name
    rich_colors = environ.get("COLORTERM") in {"truecolor", "24bit"} or "256color" in environ.get("TERM", "")
    if not rich_colors:
        return ANSI.name
    # A few terminals set it to "foreground;background", as numbers of the sixteen colours; 7 and 15 are whites.
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "15"} else DARK.name


def line_filters(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """Return an app's line filters with ours: no control character is sent, and with `NO_COLOR` no colour."""
    return [_CONTROL_NET, *color_filters(filters)]


_CONTROL_NET = ControlNet()
"""One for all frames: Textual keeps a filtered line together with the filter."""
