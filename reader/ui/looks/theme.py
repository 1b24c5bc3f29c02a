"""The themes: ours (dark, light, and one with the terminal's own colours) and those of Textual, each by its name.

There is one accent, one colour for stars and one for warnings; the rest is text, muted text and faint text. A theme
also sets text styles, because a terminal's own sixteen colours have no muted one: there, muted text is dim. So a
stylesheet writes both: `color: $text-muted; text-style: $muted-style`.

A theme is defined by the few colours of `Colors`. All text has a contrast of at least `READABLE` to its background.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from reader.platform import TEXTUAL_THEMES
from reader.ui.kit.textual_fixes import ControlNet, color_filters


def styles_directory() -> Path:
    """Return the folder of the stylesheets: inside an installed package, next to the package in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "styles"
    return inside if inside.is_dir() else package.parent / "styles"


def stylesheets() -> list[Path]:
    """Return the stylesheets of the main screen and the page; the base is first, and the others refine it."""
    return [
        styles_directory() / f"{name}.tcss" for name in ("app", "detail", "filter", "lines", "list", "main", "page")
    ]


def stylesheet(name: str) -> Path:
    """Return the stylesheet of a screen; Textual reads it when the screen is first opened."""
    return styles_directory() / f"{name}.tcss"


Rgb: TypeAlias = tuple[int, int, int]

READABLE = 4.5
"""The least contrast of text, by WCAG 2.2, level AA."""


class Colors(NamedTuple):
    """The colours of a theme, as `#rrggbb`."""

    ground: str
    panel: str
    """The backdrop of a modal screen."""
    cursor: str
    """Behind the cursor's line."""
    hit: str
    """Background of a matched search word, whose text keeps its colour."""
    strip: str
    """Background of the query that narrows a view, whose text keeps its colour."""
    rule: str
    """The line between panes."""
    bar: str
    text: str
    muted: str
    faint: str
    accent: str
    star: str
    warning: str


DARK_COLORS = Colors(
    ground="#14161b",
    panel="#1b1e24",
    cursor="#20242d",
    hit="#2c4268",
    strip="#26364f",
    rule="#2f343e",
    bar="#3a414f",
    text="#dde0e6",
    muted="#a0a6b3",
    faint="#8a91a0",
    accent="#8ab4f8",
    star="#e8b64c",
    warning="#f59a7e",
)

LIGHT_COLORS = Colors(
    ground="#fbfaf8",
    panel="#f4f2ee",
    cursor="#eeebe5",
    hit="#c9dafb",
    strip="#dbe6fb",
    rule="#dedbd5",
    bar="#cfccc5",
    text="#24272e",
    muted="#555b67",
    faint="#636974",
    accent="#2453bd",
    star="#855300",
    warning="#a33716",
)


def derived(*, ground: str, text: str, accent: str, star: str, warning: str) -> Colors:
    """Colours derived from another theme; all text is readable even if the theme's own was not."""
    panel, cursor = mixed(ground, text, 0.04), mixed(ground, text, 0.09)
    hit, strip = mixed(ground, accent, 0.3), mixed(ground, accent, 0.2)
    grounds = (ground, panel, cursor)
    return Colors(
        ground=ground,
        panel=panel,
        cursor=cursor,
        hit=hit,
        strip=strip,
        rule=mixed(ground, text, 0.16),
        bar=mixed(ground, text, 0.26),
        text=readable(text, (*grounds, hit, strip)),
        muted=readable(mixed(text, ground, 0.25), grounds),
        faint=readable(mixed(text, ground, 0.4), grounds),
        accent=readable(accent, grounds),
        star=readable(star, grounds),
        warning=readable(warning, grounds),
    )


def readable(color: str, grounds: tuple[str, ...], least: float = READABLE) -> str:
    """The colour, moved towards white or black until it has the minimum contrast to each background."""
    goal = max(("#ffffff", "#000000"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    for step in range(0, 101, 2):
        moved = mixed(color, goal, step / 100)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return goal


def tinted(ground: str, color: str, text: str) -> str:
    """The ground tinted with up to 28 % of a colour, as long as its text stays readable."""
    shares = (share / 100 for share in range(28, 0, -3))
    found = (mixed(ground, color, share) for share in shares)
    return next((one for one in found if contrast(one, text) >= READABLE), ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    lower, upper = sorted((_luminance(one), _luminance(other)))
    return (upper + 0.05) / (lower + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """Two colours mixed, with a share from 0 to 1 of the second."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in _rgb(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


_BEHIND_BARS = tuple(f"scrollbar-background{when}" for when in ("", "-hover", "-active"))
_STYLES = tuple(f"{name}-style" for name in ("mark", "muted", "faint", "hit", "strip", "cursor"))

_MARKER = "#ffd400"
"""The colour of highlights in a text, which tints the ground."""

DEFAULTS: Mapping[str, str] = {
    "star": "#e3b341",
    "rule": "#808080 40%",
    "cursor": "#808080 20%",
    "hit": "#4a7bd0 40%",
    "mark": f"{_MARKER} 28%",
    "strip": "#4a7bd0 30%",
    **dict.fromkeys(_STYLES, "none"),
}
"""Our variables, for themes that do not set them: `App.get_theme_variable_defaults` returns these.

`star` is the colour of stars, `rule` that of the line between panes.
`cursor` is the background of the highlighted line, `hit` that of a found word, `mark` that of a highlight in a
text, `strip` that of the query in the first line. The styles belong to `$text-muted`, `$text-disabled`, `$hit`,
`$mark`, `$strip` and `$cursor`.
"""


def _theme(name: str, look: Colors, *, dark: bool, base: Theme | None = None) -> Theme:
    """A theme with these colours; the rest is as in `base`."""
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
        "mark": tinted(ground, _MARKER, text),
        **dict.fromkeys(_STYLES, "none"),
        "border": look.rule,
        "border-blurred": look.rule,
        "block-cursor-background": look.hit,
        "block-cursor-foreground": text,
        "block-cursor-text-style": "bold",
        "input-selection-background": look.hit,
        "scrollbar": look.bar,
        "scrollbar-hover": look.muted,
        "scrollbar-active": look.accent,
        **dict.fromkeys(_BEHIND_BARS, ground),
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


DARK = _theme("dark", DARK_COLORS, dark=True)

LIGHT = _theme("light", LIGHT_COLORS, dark=False)

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
        "mark": "ansi_default",
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
        **dict.fromkeys(_BEHIND_BARS, "ansi_default"),
    },
)

THEMES: tuple[Theme, ...] = (DARK, LIGHT, ANSI)


def find_theme(name: str) -> Theme:
    """The theme of this name, ours or one of Textual's with our variables added; dark for an unknown name."""
    own = next((one for one in THEMES if one.name == name), None)
    if own is not None or name not in TEXTUAL_THEMES:
        return own or DARK
    theme = BUILTIN_THEMES[name]
    if theme.ansi:
        return replace(theme, variables={**ANSI.variables, **theme.variables, **_ANSI_TEXT})
    plain = theme.to_color_system().generate()
    ours = DARK_COLORS if theme.dark else LIGHT_COLORS
    look = derived(
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
    """An app's line filters plus ours: no control characters are sent, and no colours if `colorless`."""
    return [_CONTROL_NET, *color_filters(filters, colorless=colorless)]


_CONTROL_NET = ControlNet()
"""A single instance, since Textual caches filtered lines by filter."""
