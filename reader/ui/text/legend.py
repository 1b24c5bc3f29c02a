"""The legend: what each sign of the interface means."""

from __future__ import annotations

from typing import NamedTuple

from reader.ui.text.glyphs import Glyphs


class Sign(NamedTuple):
    """One sign with its meaning."""

    text: str
    name: str
    about: str


MEANINGS = (
    ("unread", "Unread", "You have not read this paper."),
    ("read", "Read", "A muted title, and no dot."),
    ("starred", "Starred", "Kept in the Starred view; after a repository, its stars."),
    ("queued", "Queued", "You want to read it later; the Queue view has its order."),
    ("hidden", "Hidden", "Out of every view but is:hidden."),
    ("elsewhere", "Not in the cache", "The feed has this paper; opening it stores it."),
    ("rising", "Rising", "It gained many votes since you looked; in the facts, its votes."),
    ("changed", "Changed", "It has changed since you starred, read or passed it."),
    ("followed", "Followed", "An author, a word or another thing that you follow."),
    ("highlighted", "Highlighted", "One of your rules picked it out."),
    ("surprise", "Surprise", "In For you: chosen to be unlike what you marked, one in ten."),
    ("code", "Code", "It links to its code."),
    ("comments", "Comments", "After their number, where the word does not fit."),
    ("note", "Note", "Your own words."),
    ("full_text", "Full text", "The cache has the paper's whole text."),
    ("quote", "AI summary", "Beside text that a machine wrote."),
    (
        "spark",
        "Trend",
        "A topic's share of each week's papers, or a paper's new votes or models; the newest at the right.",
    ),
    ("shades", "Days", "In the calendar of your reading: the darker a day, the more papers you saw on it."),
    ("here", "Here", "The view, day or topic that the list shows; also before a fold that opens."),
    ("unfolded", "Open", "A group that folds."),
    ("selected", "Selected", "Keys for a paper act on all that are selected."),
    ("picked", "Picked", "The list has papers of this topic; in the calendar, all of the day is read."),
    ("excluded", "Excluded", "The list has no papers of this topic."),
    ("implied", "Implied", "All papers of a picked topic have this topic too."),
    ("nothing", "Nothing", "No papers here; in the calendar, the feed listed nothing."),
    ("cursor", "Cursor", "The paper, row or day that keys act on."),
    ("refreshed", "Refreshed", "Before the time at which the feed was last read."),
    ("offline", "Offline", "The feed can't be reached; you read the cache."),
    ("ellipsis", "Cut", "There is more than fits."),
    ("more_right", "Wide", "A table or code goes on at the right; keys scroll it sideways."),
)
"""Fields of `Glyphs` with a name and a sentence, in the order of the legend."""

PLAIN = frozenset(("upvotes", "folded", "line", "rule", "thumb", "dot", "caret", "spinner", "more_left"))
"""Fields of `Glyphs` that are not explained: they look like another sign, or mean nothing."""


def legend(glyphs: Glyphs) -> list[Sign]:
    """Return all signs of a set of glyphs that mean something."""
    return [Sign(str(getattr(glyphs, field)).strip() or "blank", name, about) for field, name, about in MEANINGS]
