"""The colours of themes and the styles of all roles of drawn text, for the panes and for the first frame.

There is an accent colour, a colour for stars and a colour for warnings; the rest is text, muted text and faint text.
This module imports neither Textual nor Rich, because the first frame is drawn before they are imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rich.style import Style


class Colors(NamedTuple):
    """The colours of a theme: as `#rrggbb`, or by the names of a terminal's own sixteen colours, such as `magenta`."""

    ground: str
    panel: str
    """The backdrop of a modal screen."""
    cursor: str
    """The background of the line under the cursor."""
    hit: str
    """The background of a matched search word."""
    strip: str
    """The background of the query that narrows a view."""
    mark: str
    """The background of a highlight in a text."""
    rule: str
    """The line between panes."""
    bar: str
    """The thumb of a scroll bar."""
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
    mark="#564b13",
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
    mark="#fcefb3",
    rule="#dedbd5",
    bar="#cfccc5",
    text="#24272e",
    muted="#555b67",
    faint="#636974",
    accent="#2453bd",
    star="#855300",
    warning="#a33716",
)

ANSI_COLORS = Colors(
    *("default",) * 6,
    rule="bright_black",
    bar="bright_black",
    text="default",
    muted="default",
    faint="default",
    # In the common palettes, only magenta is legible on both black and white.
    accent="magenta",
    star="yellow",
    warning="red",
)

OWN_COLORS: Mapping[str, Colors] = {"dark": DARK_COLORS, "light": LIGHT_COLORS, "ansi": ANSI_COLORS}

PLAIN = "text"
"""The role of text without a style of its own."""

_ROLES = {
    "text": "text count done unread topic summary code formula section word phrase filter.name",
    "text bold": "key name place current strong what picked",
    "text bold underline": "new",
    "text italic": "emphasis",
    "text on hit": "hit",
    "text on strip": "query",
    "text on mark": "passage",
    "muted": "muted quiet number about date read people facts position keywords caption part field operator hint why "
    "status.name filter.count outline.sign",
    "muted bold": "heading label current-read",
    "muted italic": "family",
    "muted strike": "excluded gone",
    "muted underline": "link more",
    "faint": "faint hidden between quote nothing typed.number papers.mark text.rule",
    "accent": "bar dot busy term tag sign value mark opened text.link help.key offer.key why.key why.topic",
    "accent bold": "title typed chosen selected here changed day text.heading text.more text.key text.cursor "
    "outline.cursor paper.key note.label output.label",
    "accent bold reverse": "letter",
    "star": "star",
    "warning": "warning mistake",
    "warning underline": "error",
    "rule": "rule",
    "bar": "thumb",
    "on cursor": "cursor highlighted text.selected",
}
"""The roles of each style, which is a colour, weights, and a background after `on`.

A name such as `help.key` is a role with a different style in a single pane.
"""

STYLES: Mapping[str, str] = {role: style for style, roles in _ROLES.items() for role in roles.split()}

_WITHOUT_BACKGROUND = {"hit": "underline", "mark": "underline", "cursor": "reverse", "strip": "reverse"}
"""The weight that replaces a background if a theme uses the terminal's own colours, which may have no other."""


class TextStyle(NamedTuple):
    """The style of some text."""

    color: str
    ground: str
    weights: frozenset[str]
    """Any of bold, dim, italic, underline, reverse and strike."""


class Palette:
    """The styles of all roles in the colours of a theme."""

    def __init__(self, colors: Colors) -> None:
        self.colors = colors
        self.is_ansi = not colors.ground.startswith("#")
        self._drawn: dict[tuple[str, str, str, bool], Style] = {}

    def find(self, pane: str, role: str, over: str = PLAIN, *, is_hit: bool = False) -> TextStyle:
        """The style of a role in a pane, overlaid with the style `over` of the line and the style of a search word.

        Raises KeyError for an unknown role.
        """
        layers = [*role.split(), *([over] if over != PLAIN else ()), *(["hit"] if is_hit else ())]
        color, ground, weights = "text", "ground", set[str]()
        for layer in layers:
            own, background, own_weights = _parse(STYLES.get(f"{pane}.{layer}") or STYLES[layer])
            weights |= own_weights
            color = own or color
            ground = background or ground
            if self.is_ansi and background:
                weights.add(_WITHOUT_BACKGROUND[background])
                color = "text"
        if self.is_ansi and color in ("muted", "faint") and not weights:
            # The sixteen colours include no muted colour.
            weights.add("dim")
        return TextStyle(getattr(self.colors, color), getattr(self.colors, ground), frozenset(weights))

    def draw(self, pane: str, role: str, over: str = PLAIN, *, is_hit: bool = False) -> Style:
        """The style of a role as a style of Rich, with which Textual draws; see `find`."""
        key = pane, role, over, is_hit
        drawn = self._drawn.get(key)
        if drawn is None:
            from rich.style import Style

            style = self.find(pane, role, over, is_hit=is_hit)
            weights: dict[str, Any] = dict.fromkeys(style.weights, True)
            drawn = self._drawn[key] = Style(color=style.color, bgcolor=style.ground, **weights)
        return drawn


@lru_cache
def _parse(style: str) -> tuple[str, str, frozenset[str]]:
    """The colour, the background and the weights of a style in the table; empty texts for unset colours."""
    front, _, background = style.partition("on ")
    color, *weights = front.split() or [""]
    return color, background, frozenset(weights)


# Terminal sequences

_CODES = {"bold": 1, "dim": 2, "italic": 3, "underline": 4, "reverse": 7, "strike": 9}

_SIXTEEN = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

_CUBE = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue in the cube of 216 of a terminal's 256 colours; 24 greys from 8 to 238 follow."""


def color_depth(environ: Mapping[str, str]) -> int:
    """The bits per colour of a terminal, determined as Rich does: 24, 8 or 4; 0 if the user wants no colours."""
    if environ.get("NO_COLOR"):
        return 0
    claims = (environ.get("TEXTUAL_COLOR_SYSTEM"), environ.get("COLORTERM", "").strip().lower())
    if not {"truecolor", "24bit"}.isdisjoint(claims):
        return 24
    return 8 if environ.get("TERM", "").rpartition("-")[2] in ("256color", "kitty") else 4


def sgr(style: TextStyle, depth: int) -> str:
    """The parameters of the escape sequence of a style; raises KeyError for RGB in a terminal with sixteen colours."""
    codes = [str(_CODES[weight]) for weight in sorted(style.weights, key=_CODES.__getitem__)]
    if depth:
        codes += [*_color_codes(style.color, depth, 0), *_color_codes(style.ground, depth, 10)]
    return ";".join(codes)


def _color_codes(color: str, depth: int, offset: int) -> tuple[str, ...]:
    if color == "default":
        return ()
    if not color.startswith("#"):
        bright, name = color.startswith("bright_"), color.removeprefix("bright_")
        return (str((90 if bright else 30) + offset + _SIXTEEN.index(name)),)
    if depth < 8:
        raise KeyError(color)
    rgb = parse_rgb(color)
    return (str(38 + offset), *(("2", *map(str, rgb)) if depth == 24 else ("5", str(_nearest_of_256(rgb)))))


def parse_rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _nearest_of_256(rgb: tuple[int, int, int]) -> int:
    """The nearest of a terminal's 256 colours to an RGB colour."""
    steps = [min(range(6), key=lambda step: abs(_CUBE[step] - part)) for part in rgb]
    grey = min(range(24), key=lambda step: abs(8 + 10 * step - sum(rgb) / 3))

    def distance(other: tuple[int, ...]) -> int:
        return sum((one - part) ** 2 for one, part in zip(other, rgb, strict=True))

    is_grey = distance((8 + 10 * grey,) * 3) < distance(tuple(_CUBE[step] for step in steps))
    return 232 + grey if is_grey else 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
