"""Rows that explain the rank of a paper and what For you has learned; keys can change the subjects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, fill, literal
from reader.core.marks import rule_words
from reader.core.text import amount
from reader.core.wishes import Wish
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import Row

if TYPE_CHECKING:
    from reader.cache.choice import LearnedInterests, Suits
    from reader.cache.watching import Act
    from reader.core.topics.scorer import TopicReason

MAX_NAME_CELLS = 40


class Explanation(NamedTuple):
    """The known reasons for the rank, topics and marks of a paper."""

    learned: LearnedInterests | None = None
    suits: Suits | None = None
    """How well the paper suits the user; None if unknown."""
    topic_names: Mapping[str, str] = MappingProxyType({})
    topics: tuple[TopicReason, ...] | None = None
    """The topics with their phrases; None without a paper, and while unknown."""
    rules: tuple[Act, ...] = ()
    muted: tuple[str, ...] = ()
    has_paper: bool = False


def explanation_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """The sections of the explanation that are not empty, with an empty line between them."""
    draw = _Sections(known, width, glyphs)
    sections = (("For you", draw.for_you()), *draw.learned(), ("Rules", draw.rules()))
    rows: list[Row] = []
    for heading, section in (*sections, ("Why these topics", draw.topics())):
        if section:
            title = Row((Piece(cut(heading, width, glyphs.ellipsis), "label"),))
            rows += [*([Row(())] if rows else []), title, *section]
    return rows


class _Sections:
    """Draws the sections of an explanation for a width; empty sections have no rows."""

    def __init__(self, known: Explanation, width: int, glyphs: Glyphs) -> None:
        self._known = known
        self._width = width
        self._glyphs = glyphs
        self._wishes = {wish.key: wish for wish in known.learned.wishes} if known.learned else {}

    def _text(self, *pieces: Piece) -> list[Row]:
        return [Row(line) for line in fill(pieces, self._width)]

    def _subject(self, subject: Wish, detail: str = "") -> Row:
        """A phrase or topic with the user's wish for it, which keys change."""
        wish = self._wishes.get(subject.key, subject)
        name = self._known.topic_names.get(subject.name, subject.name) if subject.type == "topic" else subject.name
        room = min(MAX_NAME_CELLS, self._width // 2)
        shown = cut(literal(name), room, self._glyphs.ellipsis)
        more = self._glyphs.thumb * (abs(wish.step or 0) - 1)
        line = (
            Piece(shown, "muted" if wish.step is None else "text"),
            Piece(" " * (room - cell_len(shown) + 2)),
            Piece(f"{wish.wish_in_words} {more}".ljust(8), "star"),
            Piece(literal(detail), "muted"),
        )
        return Row(cut_line(line, self._width, self._glyphs.ellipsis), wish, wish.key)

    def for_you(self) -> list[Row]:
        """Why the paper suits the user: a sentence, then the subjects that it names."""
        suits, learned = self._known.suits, self._known.learned
        if not self._known.has_paper or (suits is None and (learned is None or not learned.papers)):
            return []
        reason = (suits.why if suits else "") or "No other paper that you marked is like it"
        if reason.startswith("like "):
            reason = f"L{reason[1:]}"
        phrases = suits.phrases if suits else ()
        return [*self._text(Piece(f"{literal(reason)}.")), *(self._subject(Wish("word", each)) for each in phrases)]

    def learned(self) -> list[tuple[str, list[Row]]]:
        """The learned subjects, and the user's other wishes; all topics where there is no other subject to choose."""
        known, learned = self._known, self._known.learned
        if learned is None:
            return []
        heading = "What For you has learned"
        rows = [
            self._subject(Wish("word", phrase), f"in {amount(papers, 'paper')} that you marked")
            for phrase, papers in learned.subjects
        ]
        if not rows and learned.papers:
            marked = amount(learned.papers, "paper")
            text = f"It learns from {marked} that you marked, and names a subject that several share."
            rows = self._text(Piece(text, "muted"))
        elif not rows:
            heading = "To begin, pick three topics, or star a paper"
        # The topics of a paper have a section of their own.
        if not learned.subjects and not (learned.papers and known.has_paper):
            rows += [self._subject(Wish("topic", slug)) for slug in known.topic_names]
        shown = {row.name for row in rows}
        requested = [self._subject(wish) for wish in self._wishes.values() if wish.key not in shown]
        return [(heading, rows), ("What you asked for", requested)]

    def rules(self) -> list[Row]:
        """The effect of each rule with its query, then the muted words."""
        rows: list[Row] = []
        for act in self._known.rules:
            undone = "; you took that back" if act.undone else ""
            effect = Piece(f"{literal(act.rule)}: ", "topic"), Piece(literal(rule_words(act.then)))
            because = Piece(", because ", "muted"), Piece(literal(act.when)), Piece(undone, "muted")
            rows += self._text(*effect, *because)
        for word in self._known.muted:
            rows += self._text(Piece("muted, because ", "muted"), Piece(literal(word)))
        return rows

    def topics(self) -> list[Row]:
        """Each topic of the paper with the phrases that assigned it."""
        if self._known.topics == ():
            return self._text(Piece("No phrase gives this paper a topic.", "muted"))
        return [self._subject(Wish("topic", each.slug), ", ".join(each.phrases)) for each in self._known.topics or ()]


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, with as many parts as fit in a line; empty without a reason."""
    label = "For you: "
    for separator in ("; ", ", "):
        while separator in why and cell_len(label + why) > width:
            why = why.rpartition(separator)[0]
    return fill([Piece(label, "label"), Piece(literal(why), "facts")], width) if why else []
