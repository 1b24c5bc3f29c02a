"""The themes: ours (dark, light, and one with the terminal's own colours) and those of Textual, each by its name.

There is one accent, one colour for stars and one for warnings; the rest is text, muted text and faint text. A theme
also sets text styles, because a terminal's own sixteen colours have no muted one: there, muted text is dim. So a
stylesheet writes both: `color: $text-muted; text-style: $muted-style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from reader.core.passages import HUES
from reader.core.theme_names import TEXTUAL
from reader.ui.kit.textual_fixes import ControlNet, color_filters
from reader.ui.looks import colors
from reader.ui.looks.colors import Colors

DEFAULTS: Mapping[str, str] = {
    "star": "#e3b341",
    "rule": "#808080 40%",
    "cursor": "#808080 20%",
    "hit": "#4a7bd0 40%",
    **{f"mark-{name}": f"{hue} 28%" for name, hue in HUES.items()},
    "mark-style": "none",
    "strip": "#4a7bd0 30%",
    "muted-style": "none",
    "faint-style": "none",
    "hit-style": "none",
    "strip-style": "none",
    "cursor-style": "none",
}
"""Our variables, for themes that do not set them: `App.get_theme_variable_defaults` returns these.

`star` is the colour of stars, `rule` that of the line between panes.
`cursor` is the background of the highlighted line, `hit` that of a found word, `mark-yellow` that of a highlight in a
text, `strip` that of the query in the first line. The styles belong to `$text-muted`, `$text-disabled`, `$hit`,
`$mark-…`, `$strip` and `$cursor`.
"""


def _theme(name: str, look: Colors, *, dark: bool, base: Theme | None = None) -> Theme:
    """A theme with these colours; all that they do not decide is as in `base`."""
    ground, text = look.ground, look.text
    variables = {
        "text": text,
        "text-muted": look.muted,
        "text-disabled": look.faint,
        "star": look.star,
        "rule": look.rule,
        "cursor": look.cursor,
        "hit": look.hit,
        "strip": look.strip,
        **{f"mark-{name}": colors.tinted(ground, hue, text) for name, hue in HUES.items()},
        "mark-style": "none",
        "muted-style": "none",
        "faint-style": "none",
        "hit-style": "none",
        "strip-style": "none",
        "cursor-style": "none",
        "border": look.rule,
        "border-blurred": look.rule,
        "block-cursor-background": look.hit,
        "block-cursor-foreground": text,
        "block-cursor-text-style": "bold",
        "input-selection-background": look.hit,
        "scrollbar": look.bar,
        "scrollbar-hover": look.muted,
        "scrollbar-active": look.accent,
        "scrollbar-background": ground,
        "scrollbar-background-hover": ground,
        "scrollbar-background-active": ground,
        "scrollbar-corner-color": ground,
    }
    return Theme(
        name=name,
        dark=dark,
        primary=look.accent,
        secondary=look.accent,
        accent=look.accent,
        success=look.accent,
        warning=look.warning,
        error=look.warning,
        foreground=text,
        background=ground,
        surface=ground,
        panel=look.panel,
        variables={**(base.variables if base else {}), **variables},
    )


DARK = _theme("dark", colors.DARK, dark=True)

LIGHT = _theme("light", colors.LIGHT, dark=False)

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
        **dict.fromkeys((f"mark-{name}" for name in HUES), "ansi_default"),
        "mark-style": "underline not dim",
        "muted-style": "dim",
        "faint-style": "dim",
        "hit-style": "underline not dim",
        # A background of the sixteen may be the terminal's own.
        "cursor-style": "reverse not dim",
        "strip-style": "reverse",
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
"""Our own themes."""


def find_theme(name: str) -> Theme:
    """The theme of this name, ours or one of Textual's with our variables in its colours; dark for an unknown name."""
    own = next((one for one in THEMES if one.name == name), None)
    if own is not None or name not in TEXTUAL:
        return own or DARK
    theme = BUILTIN_THEMES[name]
    if theme.ansi:
        return replace(theme, variables={**ANSI.variables, **theme.variables, **_ANSI_TEXT})
    plain = theme.to_color_system().generate()
    ours = colors.DARK if theme.dark else colors.LIGHT
    look = colors.derived(
        ground=plain["background"],
        text=plain["foreground"],
        accent=plain["primary"],
        star=theme.warning or ours.star,
        warning=theme.error or ours.warning,
    )
    return _theme(name, look, dark=theme.dark, base=theme)


_ANSI_TEXT = {name: ANSI.variables[name] for name in ("block-cursor-background", "block-cursor-foreground")}
"""Colours that belong to our text styles, such as reverse."""


def line_filters(filters: Sequence[LineFilter], *, colorless: bool = False) -> list[LineFilter]:
    """Return an app's line filters with ours: no control character is sent, and no colour if `colorless`."""
    return [_CONTROL_NET, *color_filters(filters, colorless=colorless)]


_CONTROL_NET = ControlNet()
"""One for all frames: Textual keeps a filtered line together with the filter."""
