"""Draw frames of the screen one after another in one SVG, without scripts and without anything from the web.

Frames share their lines: each different line is in the file once. Viewers that play no animation, or are asked for
less motion, show the last frame alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

FONTS = 'ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace'

CELL = 8.4
"""The width of a cell; a line of text is `LINE` high, and its letters are `LETTER` high."""
LINE = 18.0
LETTER = 14.0
EDGE = 12.0
BAR = 30.0
"""The height of the window's bar above the screen, and of the line below it that says what was pressed."""


class Frame(NamedTuple):
    """A picture of the screen: its lines, what was pressed for it, and the seconds that it is shown."""

    lines: Sequence[Strip]
    caption: str
    seconds: float


class Film:
    """Collects styles and lines, and draws them."""

    def __init__(self, columns: int, rows: int, *, ground: str, text: str, quiet: str, accent: str) -> None:
        self._columns, self._rows = columns, rows
        self._ground, self._text, self._quiet, self._accent = ground, text, quiet, accent
        self._classes: dict[str, str] = {}
        self._lines: dict[str, str] = {}

    def draw(self, frames: Sequence[Frame], title: str) -> str:
        """The film as SVG; `title` is what a screen reader says."""
        width, height = self._columns * CELL + 2 * EDGE, self._rows * LINE + 2 * BAR + EDGE
        drawn = [self._frame(number, frame) for number, frame in enumerate(frames)]
        lines = "\n".join(f'<g id="{name}">{line}</g>' for line, name in self._lines.items())
        rules = "\n".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())
        named = f'role="img" aria-label="{escape(title)}"'
        return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {named}>
<title>{escape(title)}</title>
<style>
text{{font-family:{FONTS};font-size:{LETTER:g}px;fill:{self._text};white-space:pre}}
.say{{fill:{self._quiet}}}
.say tspan{{fill:{self._accent};font-weight:bold}}
{rules}
{_animation([frame.seconds for frame in frames])}
</style>
<defs>
{lines}
</defs>
<rect width="{width:g}" height="{height:g}" rx="8" fill="{self._ground}"/>
<g fill="#ff5f57"><circle cx="20" cy="15" r="5"/></g><g fill="#febc2e"><circle cx="37" cy="15" r="5"/></g>\
<g fill="#28c840"><circle cx="54" cy="15" r="5"/></g>
{"".join(drawn)}</svg>
"""

    def _frame(self, number: int, frame: Frame) -> str:
        uses = "".join(
            f'<use href="#{self._line(strip)}" y="{y * LINE:g}"/>'
            for y, strip in enumerate(frame.lines)
            if strip.text.strip()
        )
        keys, _, about = frame.caption.partition("  ")
        foot = BAR + self._rows * LINE + 22
        caption = (
            f'<text class="say" x="{EDGE:g}" y="{foot:g}"><tspan>{escape(keys)}</tspan>{escape(f"  {about}")}</text>'
        )
        return f'<g class="f f{number}"><g transform="translate({EDGE:g} {BAR:g})">{uses}</g>{caption}</g>\n'

    def _line(self, strip: Strip) -> str:
        """The name of a line, which is drawn if it is new."""
        parts, x = [], 0
        for segment in Strip(strip).simplify():
            text, style = segment.text, segment.style or Style.null()
            cells = segment.cell_length
            color, ground = _colors(style)
            if ground not in ("", self._ground):
                parts.append(f'<rect x="{x * CELL:g}" width="{cells * CELL:g}" height="{LINE:g}" fill="{ground}"/>')
            if text.strip():
                start = len(text) - len(text.lstrip())
                shown = text.strip()
                long = f'textLength="{(cells - start - (len(text) - len(text.rstrip()))) * CELL:g}" '
                parts.append(
                    f'<text {self._class(color, style)}x="{(x + start) * CELL:g}" y="{LETTER:g}" {long}'
                    f'lengthAdjust="spacingAndGlyphs">{escape(shown)}</text>'
                )
            x += cells
        return self._lines.setdefault("".join(parts), f"l{len(self._lines)}")

    def _class(self, color: str, style: Style) -> str:
        rule = "" if color in ("", self._text) else f"fill:{color};"
        rule += "font-weight:bold;" if style.bold else ""
        rule += "font-style:italic;" if style.italic else ""
        rule += "text-decoration:underline;" if style.underline else ""
        return f'class="{self._classes.setdefault(rule, f"c{len(self._classes)}")}" ' if rule else ""


def _colors(style: Style) -> tuple[str, str]:
    """The colours of text and ground as `#rrggbb`; empty for the default."""
    found = [one.triplet.hex if one is not None and one.triplet else "" for one in (style.color, style.bgcolor)]
    return (found[1], found[0]) if style.reverse else (found[0], found[1])


def _animation(seconds: Sequence[float]) -> str:
    """Rules that show the frames in turn, again and again; the last one where nothing may move."""
    whole, at, rules = sum(seconds), 0.0, [".f{visibility:hidden}", f".f{len(seconds) - 1}{{visibility:visible}}"]
    moving = []
    for number, long in enumerate(seconds):
        begin, end = 100 * at / whole, 100 * (at + long) / whole
        before = "" if begin == 0 else f"0%{{visibility:hidden}}{begin:.3f}%{{visibility:visible}}"
        start = "0%{visibility:visible}" if begin == 0 else before
        after = "" if end > 99.99 else f"{end:.3f}%{{visibility:hidden}}100%{{visibility:hidden}}"
        last = "100%{visibility:visible}" if end > 99.99 else after
        rules.append(f"@keyframes f{number}{{{start}{last}}}")
        moving.append(f".f{number}{{animation:f{number} {whole:g}s step-end infinite}}")
        at += long
    return "\n".join([*rules, f"@media (prefers-reduced-motion:no-preference){{{''.join(moving)}}}"])
