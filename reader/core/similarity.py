"""Explains why a paper is in a list of best fits by the terms that it shares with other papers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

NOUN_ENDINGS = ("ing", "ion", "ment")
"""Endings of the second word of a hyphenated noun, such as `fine-tuning`; `large-scale` is an adjective."""


def is_noun_phrase(keyword: str) -> bool:
    """Whether a keyword names a subject by itself: several words, a hyphenated noun, or an abbreviation."""
    return " " in keyword or ("-" in keyword and keyword.endswith(NOUN_ENDINGS)) or keyword[1:].lower() != keyword[1:]


class SharedTerms(NamedTuple):
    """The words, authors and topics that a paper shares with the papers it is listed for."""

    words: tuple[str, ...] = ()
    """Words and phrases, most significant first."""
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """The shared terms in words; empty if nothing is shared."""
        words = ", ".join(self.words)
        topics = "" if words else ", ".join(self.topics)
        people = f"{len(self.authors)} authors" if len(self.authors) > 1 else "".join(self.authors)
        shared = "; ".join(filter(None, (words, topics, people)))
        return f"shares {shared}" if shared else ""


def like_query(ids: Sequence[str]) -> str:
    """The query of the papers like some others."""
    from reader.core.query.nodes import is_plain, quote

    return "like:" + ",".join(id if is_plain(id) else quote(id) for id in ids)


def apply_corrections(text: str, corrections: Mapping[str, str]) -> str:
    """A text with its corrections applied."""
    return re.sub(r"\w+", lambda match: corrections.get(match[0]) or corrections.get(match[0].lower(), match[0]), text)
