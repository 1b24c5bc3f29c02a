"""The signs that the interface draws with, in Unicode and in ASCII: each has one meaning, and each meaning one sign.

All are one cell wide in every terminal, except `code`, which has two cells, and `ellipsis`.
"""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """One set of signs, by default in Unicode; each state has its own shape, independent of colour."""

    unread: str = "●"
    read: str = " "
    starred: str = "★"
    queued: str = "◔"
    hidden: str = "◌"
    elsewhere: str = "+"
    """Before a paper that the feed has and the cache does not."""
    rising: str = "⇡"
    followed: str = "◆"
    highlighted: str = "✦"
    changed: str = "≠"
    surprise: str = "✧"
    """Before a paper that the view For you lists although nothing speaks for it."""
    code: str = "‹›"
    note: str = "✎"
    full_text: str = "▤"
    comments: str = "❞"
    upvotes: str = "▲"
    cursor: str = "▌"
    """The bar before the highlighted line."""
    caret: str = "▏"
    """Where a typed text ends."""
    picked: str = "✓"
    """A paper that is selected, or a topic whose papers are listed."""
    excluded: str = "✗"
    implied: str = "∴"
    folded: str = "▸"
    unfolded: str = "▾"
    here: str = "»"
    """Before the current view, day or heading, and before the query."""
    line: str = "─"
    """One cell of a horizontal rule."""
    rule: str = "│"
    """One cell of a vertical rule, at a pane's edge."""
    thumb: str = "┃"
    """One cell of the scroll thumb on it."""
    dot: str = "·"
    """Between facts on one line."""
    nothing: str = "–"
    """In place of a missing number."""
    ellipsis: str = "…"
    more_left: str = "‹"
    more_right: str = "›"
    """Where a line goes on beyond the edge."""
    refreshed: str = "↻"
    offline: str = "○"
    """Before a lasting trouble, such as no network."""
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    """The characters of the spinner, shown in turn."""
    spark: str = "▁▂▃▄▅▆▇█"
    """Steps of a sparkline, lowest first."""
    shades: str = "·░▒▓█"
    """Nothing, and four steps from light to dark."""
    quote: str = "▎"
    """The bar beside a quoted text."""


UNICODE = Glyphs()

ASCII = Glyphs(
    unread="*",
    read=".",
    starred="#",
    queued="q",
    hidden="x",
    elsewhere="+",
    rising="/",
    surprise="?",
    followed="f",
    highlighted="!",
    changed="~",
    code="<>",
    note="n",
    full_text="=",
    comments="c",
    upvotes="^",
    cursor="|",
    caret="_",
    picked="y",
    excluded="-",
    implied="&",
    folded=")",
    unfolded="v",
    here=">",
    line="-",
    rule="|",
    thumb="#",
    dot="-",
    nothing="0",
    ellipsis="..",
    more_left="{",
    more_right="}",
    refreshed="@",
    offline="o",
    spinner="|/-\\",
    spark="_.-:=+*#",
    shades=".:+*#",
    quote=":",
)


def glyphs(ascii: bool = False) -> Glyphs:
    """Return the signs for a terminal, in ASCII only if asked for."""
    return ASCII if ascii else UNICODE
