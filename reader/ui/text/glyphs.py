"""The signs the interface draws with, and a letter for each where a terminal has no such signs.

All are one cell wide in every terminal, but for `code` and `ellipsis`, which tell by their length.
"""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """One set of signs; state is told by their shape first, by colour second."""

    unread: str
    read: str
    starred: str
    hidden: str
    elsewhere: str
    """Of a paper that the feed has and the cache does not."""
    rising: str
    code: str
    fulltext: str
    note: str
    comments: str
    upvotes: str
    cursor: str
    """The bar before the highlighted line."""
    picked: str
    excluded: str
    implied: str
    folded: str
    unfolded: str
    here: str
    """Before the view or heading that is the current one."""
    rule: str
    """Between two panes."""
    line: str
    """Of a horizontal rule."""
    dot: str
    """Between facts that stand on one line."""
    nothing: str
    """Where a number would stand and there is none."""
    ellipsis: str
    refreshed: str
    spinner: str
    """Its characters are shown in turn."""
    spark: str
    """Steps of a sparkline, lowest first."""
    chip: tuple[str, str]
    """What a topic stands between."""


UNICODE = Glyphs(
    unread="●",
    read=" ",
    starred="★",
    hidden="◌",
    elsewhere="+",
    rising="▲",
    code="‹›",
    fulltext="▤",
    note="✎",
    comments="❞",
    upvotes="▲",
    cursor="▌",
    picked="✓",
    excluded="✗",
    implied="·",
    folded="▸",
    unfolded="▾",
    here="▸",
    rule="│",
    line="─",
    dot="·",
    nothing="–",
    ellipsis="…",
    refreshed="↻",
    spinner="⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏",
    spark="▁▂▃▄▅▆▇█",
    chip=("[", "]"),
)

ASCII = Glyphs(
    unread="*",
    read=".",
    starred="#",
    hidden="x",
    elsewhere="+",
    rising="^",
    code="<",
    fulltext="=",
    note="n",
    comments='"',
    upvotes="^",
    cursor="|",
    picked="+",
    excluded="-",
    implied=".",
    folded=">",
    unfolded="v",
    here=">",
    rule="|",
    line="-",
    dot="-",
    nothing="-",
    ellipsis="..",
    refreshed="@",
    spinner="|/-\\",
    spark="_.-:=+*#",
    chip=("[", "]"),
)


def glyphs(ascii: bool = False) -> Glyphs:
    """Return the set of signs for a terminal with or without them."""
    return ASCII if ascii else UNICODE
