"""The signs of the interface, in Unicode and in ASCII: each sign has a single meaning.

All are one cell wide in every terminal, except `ellipsis`. Plain mode has words in their place.
"""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """A set of signs, by default in Unicode; each state has its own shape, independent of colour."""

    unread: str = "●"
    read: str = " "
    starred: str = "★"
    queued: str = "◔"
    hidden: str = "◌"
    elsewhere: str = "+"
    """Before a paper that the feed has and the cache does not."""
    followed: str = "◆"
    note: str = "✎"
    full_text: str = "▤"
    comments: str = "❞"
    upvotes: str = "▲"
    cursor: str = "▌"
    """The bar before the highlighted line."""
    caret: str = "▏"
    """The end of typed text."""
    picked: str = "✓"
    """A paper that is selected, or a topic whose papers are listed."""
    excluded: str = "✗"
    folded: str = "▸"
    unfolded: str = "▾"
    here: str = "»"
    """Before the current view, day or heading, and before the query."""
    line: str = "─"
    """A cell of a horizontal rule."""
    rule: str = "│"
    """A cell of the vertical rule at a pane's edge."""
    thumb: str = "┃"
    """A cell of the scroll thumb on the vertical rule."""
    dot: str = "·"
    nothing: str = "–"
    """Shown for a missing number."""
    ellipsis: str = "…"
    more_left: str = "‹"
    more_right: str = "›"
    """Where a line continues beyond the edge."""
    refreshed: str = "↻"
    offline: str = "○"
    """Before a lasting problem, such as no network."""
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    quote: str = "▎"


UNICODE = Glyphs()

ASCII = Glyphs(
    unread="*",
    read=".",
    starred="#",
    queued="q",
    hidden="x",
    elsewhere="+",
    followed="f",
    note="n",
    full_text="=",
    comments="c",
    upvotes="^",
    cursor="|",
    caret="_",
    picked="y",
    excluded="-",
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
    quote=":",
)

WORDS = ASCII._replace(
    unread="unread",
    read="read",
    starred="starred",
    queued="queued",
    hidden="hidden",
    followed="",
    note="Note",
    full_text="",
    comments="comments",
    upvotes="votes",
    ellipsis="...",
    quote="",
)
"""Words in place of signs, for plain mode, which a screen reader may speak; they are wider than a cell."""


def glyphs(ascii: bool = False) -> Glyphs:
    """Return the signs in Unicode, or in ASCII."""
    return ASCII if ascii else UNICODE


MEANINGS = (
    ("unread", "Unread", "You have not read this paper."),
    ("read", "Read", "A muted title without a dot."),
    ("starred", "Starred", "Kept in the Starred view."),
    ("queued", "Queued", "You want to read it later; the Queue view has its order."),
    ("hidden", "Hidden", "Removed from every view but is:hidden."),
    (
        "elsewhere",
        "Not in the cache",
        "The feed has this paper; opening it stores it. After a number: there may be more.",
    ),
    ("upvotes", "Votes", "Precedes the number of votes."),
    ("followed", "Followed", "It has an author, a word or something else that you follow."),
    ("comments", "Comments", "Follows the number of comments where there is no room for the word."),
    ("note", "Note", "Your note, or passages that you highlighted."),
    ("full_text", "Full text", "The cache has the paper's full text."),
    ("quote", "AI summary", "Marks text that a machine wrote."),
    ("here", "Here", "The view, day or heading in view; also precedes the query that narrows it."),
    ("folded", "Folded", "A closed group, which can be opened."),
    ("unfolded", "Open", "An open group, which can be folded."),
    ("picked", "Picked", "A topic whose papers are listed, or a selected paper; keys act on all selected papers."),
    ("excluded", "Excluded", "The list leaves out papers with this topic."),
    ("nothing", "Nothing", "No papers here."),
    ("cursor", "Cursor", "The paper, row or day that keys act on."),
    ("refreshed", "Refreshed", "Precedes the time when the feed was last read."),
    ("offline", "Offline", "The feed can't be reached; you are reading the cache."),
    ("ellipsis", "Cut", "More text than fits."),
    ("more_right", "Wide", "A table or code continues to the right; keys scroll it sideways."),
)
"""Fields of `Glyphs` with a name and a sentence, in display order."""
