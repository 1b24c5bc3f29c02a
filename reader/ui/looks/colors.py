"""The colours of themes in RGB, and how well text can be read in them. No Textual.

The few colours of `Colors` decide a theme; everything else follows from them (`ui/looks/theme.py`). All text has a
contrast of at least `READABLE` to whatever it stands on.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]

READABLE = 4.5
"""The least contrast of text, by WCAG 2.2, level AA."""


class Colors(NamedTuple):
    """The colours of a theme, as `#rrggbb`."""

    ground: str
    """Behind everything."""
    panel: str
    """Behind what lies over the screen, such as the calendar."""
    cursor: str
    """Behind the cursor's line."""
    hit: str
    """Behind a word that was searched for, which has the colour of text."""
    strip: str
    """Behind the query that narrows a view, which has the colour of text."""
    rule: str
    """The line between panes."""
    bar: str
    """The thumb of a scrollbar."""
    text: str
    muted: str
    faint: str
    accent: str
    star: str
    warning: str

    @property
    def grounds(self) -> tuple[str, ...]:
        """All colours that text of any colour stands on."""
        return self.ground, self.panel, self.cursor


DARK = Colors(
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

LIGHT = Colors(
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
    """Colours around a few of another theme's; all text can be read, even if the theme's own could not."""
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
    """The colour, moved towards white or black until it has the least contrast to each of these grounds."""
    goal = max(("#ffffff", "#000000"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    for step in range(0, 101, 2):
        moved = mixed(color, goal, step / 100)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return goal


def tinted(ground: str, color: str, text: str) -> str:
    """The ground with up to 28 % of a colour, as much as leaves the text on it readable."""
    shares = (share / 100 for share in range(28, 0, -3))
    found = (mixed(ground, color, share) for share in shares)
    return next((one for one in found if contrast(one, text) >= READABLE), ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    lower, upper = sorted((_luminance(one), _luminance(other)))
    return (upper + 0.05) / (lower + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour with so much of another one, from 0 to 1."""
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
