"""The themes by name: the reader's (dark, light, and a theme with the terminal's own colours) and Textual's.

The stylesheets place widgets and colour Textual's widgets; `styles.py` has the styles of the reader's own drawing.
All text has a contrast of at least `READABLE` to its background.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from textual.theme import BUILTIN_THEMES, Theme

from reader.platform import TEXTUAL_THEMES, THEMES
from reader.ui.kit.styles import ANSI_COLORS, DARK_COLORS, LIGHT_COLORS, OWN_COLORS, Colors, Palette, parse_rgb


def styles_directory() -> Path:
    """Return the folder of the stylesheets: inside an installed package, next to the package in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "styles"
    return inside if inside.is_dir() else package.parent / "styles"


def stylesheets() -> list[Path]:
    """Return the stylesheets of the main screen and the page; the base is first, and the others refine it."""
    return [styles_directory() / f"{name}.tcss" for name in ("app", "lines", "main", "page")]


def stylesheet(name: str) -> Path:
    """Return the stylesheet of a screen; Textual reads it when the screen is first opened."""
    return styles_directory() / f"{name}.tcss"


MIN_CONTRAST = 4.5
"""The least contrast of text, by WCAG 2.2, level AA."""

_MARKER = "#ffd400"
"""The colour of highlights in a text, which tints the ground."""


def derive_colors(*, ground: str, text: str, accent: str, star: str, warning: str) -> Colors:
    """Colours derived from another theme; all text is readable even if the theme's own was not."""
    panel, cursor = mix(ground, text, 0.04), mix(ground, text, 0.09)
    hit, strip = mix(ground, accent, 0.3), mix(ground, accent, 0.2)
    grounds = (ground, panel, cursor)
    drawn = readable(text, (*grounds, hit, strip))
    return Colors(
        ground=ground,
        panel=panel,
        cursor=cursor,
        hit=hit,
        strip=strip,
        mark=tint(ground, _MARKER, drawn),
        rule=mix(ground, text, 0.16),
        bar=mix(ground, text, 0.26),
        text=drawn,
        muted=readable(mix(text, ground, 0.25), grounds),
        faint=readable(mix(text, ground, 0.4), grounds),
        accent=readable(accent, grounds),
        star=readable(star, grounds),
        warning=readable(warning, grounds),
    )


def readable(color: str, grounds: tuple[str, ...]) -> str:
    """The colour, moved towards white or black until it has the minimum contrast to each background."""
    goal = max(("#ffffff", "#000000"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    moved = (mix(color, goal, step / 100) for step in range(0, 101, 2))
    return next(
        (candidate for candidate in moved if all(contrast(candidate, ground) >= MIN_CONTRAST for ground in grounds)),
        goal,
    )


def tint(ground: str, color: str, text: str) -> str:
    """The ground tinted with up to 28 % of a colour, as long as its text stays readable."""
    tints = (mix(ground, color, share / 100) for share in range(28, 0, -3))
    return next((tinted for tinted in tints if contrast(tinted, text) >= MIN_CONTRAST), ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    lower, upper = sorted((_luminance(one), _luminance(other)))
    return (upper + 0.05) / (lower + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Two colours mixed, with a share from 0 to 1 of the second."""
    pairs = zip(parse_rgb(one), parse_rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in parse_rgb(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@lru_cache
def palette_of(name: str) -> Palette:
    """The styles of the theme with this name, the reader's or Textual's; dark for an unknown name."""
    if name not in TEXTUAL_THEMES:
        return Palette(OWN_COLORS.get(name, DARK_COLORS))
    theme = BUILTIN_THEMES[name]
    if theme.ansi:
        return Palette(ANSI_COLORS._replace(accent=theme.primary.removeprefix("ansi_")))
    plain = theme.to_color_system().generate()
    ours = DARK_COLORS if theme.dark else LIGHT_COLORS
    colors = derive_colors(
        ground=plain["background"],
        text=plain["foreground"],
        accent=plain["primary"],
        star=theme.warning or ours.star,
        warning=theme.error or ours.warning,
    )
    return Palette(colors)


_ANSI_VARIABLES = {"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"}
"""Variables that Textual's own stylesheet needs in a theme with the terminal's own colours."""


def find_theme(name: str) -> Theme:
    """The theme of this name for Textual's own widgets, in the colours of `palette_of`."""
    palette = palette_of(name)
    is_ansi = palette.is_ansi
    look = Colors(*(f"ansi_{color}" for color in palette.colors)) if is_ansi else palette.colors
    base = BUILTIN_THEMES[name].variables if name in TEXTUAL_THEMES else {}
    return Theme(
        name=name if name in THEMES else "dark",
        ansi=is_ansi,
        dark=BUILTIN_THEMES[name].dark if name in TEXTUAL_THEMES else name != "light",
        primary=look.accent,
        secondary=look.accent,
        accent=look.accent,
        success=look.accent,
        warning=look.warning,
        error=look.warning,
        foreground=look.text,
        background=look.ground,
        surface=look.ground,
        panel=look.panel,
        boost=look.ground if is_ansi else None,
        variables={
            **base,
            **(_ANSI_VARIABLES if is_ansi else {"input-selection-background": look.hit}),
            "text": look.text,
            "text-muted": look.muted,
            "text-disabled": look.faint,
            "border": look.rule,
            "border-blurred": look.rule,
            "block-cursor-background": look.hit,
            "block-cursor-foreground": look.text,
            "block-cursor-text-style": "reverse" if is_ansi else "bold",
            "scrollbar": look.bar,
            "scrollbar-hover": look.bar if is_ansi else look.muted,
            "scrollbar-active": look.accent,
            **{f"scrollbar-background{when}": look.ground for when in ("", "-hover", "-active")},
            "scrollbar-corner-color": look.ground,
        },
    )
