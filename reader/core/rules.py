"""Rules of the user's: what they do to papers that come in, in which words that is said, and what contradicts what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from reader.core.marks import FINISH, HIGHLIGHT, OPEN, QUEUE, TAG

MARKS = ("hide", "star", QUEUE, HIGHLIGHT)
"""What a rule does by one word. It tags by `tag:NAME`."""

_DONE = {"hide": "hidden", "star": "starred", QUEUE: "queued", HIGHLIGHT: "highlighted"}

_WANTED = ("star", QUEUE, HIGHLIGHT)
"""Marks of papers to be read: such a paper is not hidden too."""

_USED = ("note", "read", OPEN, FINISH)
"""Marks of a paper that the user has looked at, which no rule hides."""


def opposes(one: str, other: str) -> bool:
    """Whether two rules contradict each other if one makes a mark of this kind, and another one of that kind."""
    return (one == "hide" and other in _WANTED) or (other == "hide" and one in _WANTED)


def is_against(kind: str, acted: Iterable[str]) -> bool:
    """Whether a rule's mark goes against what the user did with the paper: kinds of marks, in force or taken back."""
    return any(
        kind == done or opposes(kind, done) or (kind == "hide" and (done in _USED or done.startswith(TAG)))
        for done in acted
    )


def allowed(then: Sequence[str], acted: Collection[str], taken: Collection[str]) -> tuple[str, ...]:
    """What a rule does to a paper.

    `acted` are the kinds of marks that the user made or took back, `taken` those that earlier rules have just made.
    """
    return tuple(kind for kind in then if not is_against(kind, acted) and not any(opposes(kind, one) for one in taken))


def done(kind: str) -> str:
    """What happened to a paper, such as `hidden` or `tagged later`."""
    return _DONE.get(kind) or f"tagged {kind.removeprefix(TAG)}"


def said(then: Iterable[str]) -> str:
    """What a rule does, in words: `hide, tag later`."""
    return ", ".join(kind.replace(TAG, "tag ", 1) for kind in then)
