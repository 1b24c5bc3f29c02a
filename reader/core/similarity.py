"""Why a paper is in a list of best fits: what it shares with other papers, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reader.core.paper import Paper


NOUN_ENDINGS = ("ing", "ion", "ment")
"""How the second word of a hyphenated noun ends, as in `fine-tuning`; `large-scale` is an adjective."""


def is_noun_phrase(keyword: str) -> bool:
    """Whether a keyword names a subject alone: several words, a hyphenated noun, or an abbreviation."""
    return " " in keyword or ("-" in keyword and keyword.endswith(NOUN_ENDINGS)) or keyword[1:].lower() != keyword[1:]


class SharedTerms(NamedTuple):
    """The words, authors and topics that a paper shares with the papers it is listed for."""

    words: tuple[str, ...] = ()
    """Words and phrases, the most telling first."""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """The same in words; empty if nothing is known."""
        words = ", ".join(self.words)
        topics = "" if words else ", ".join(self.topics)
        people = f"{len(self.authors)} authors" if len(self.authors) > 1 else "".join(self.authors)
        shared = "; ".join(filter(None, (words, topics, people)))
        return f"shares {shared}" if shared else ""


def like_query(ids: Sequence[str], after: date | None = None) -> str:
    """The query of the papers like some others; with a day, only later ones."""
    from reader.core.query.nodes import is_plain, quote

    named = ",".join(id if is_plain(id) else quote(id) for id in ids)
    newer = f" published:{after + timedelta(days=1):%Y-%m-%d}.." if after else ""
    return f"like:{named}{newer}"


def came_out(papers: Sequence[Paper]) -> date | None:
    """The day on which the newest of some papers came out; None if unknown."""
    days = [day for paper in papers if (day := paper.published or paper.day)]
    return date.fromisoformat(max(days)[:10]) if days else None


def apply_corrections(text: str, corrections: Mapping[str, str]) -> str:
    """A text with its corrections applied."""
    return re.sub(r"\w+", lambda word: corrections.get(word[0]) or corrections.get(word[0].lower(), word[0]), text)
