"""Rows that explain the rank of a paper and what For you has learned; keys can change the subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    sections = (
        ("For you", _for_you(known, width, glyphs)),
        *_subject_rows(known, width, glyphs),
        ("Rules", _rows(_rule_lines(known.rules, known.muted, width))),
        ("Why these topics", _topic_rows(known, width, glyphs)),
    )
    rows: list[Row] = []
    for heading, section in sections:
        if section:
            title = Row((Piece(cut(heading, width, glyphs.ellipsis), "label"),))
            rows += [*([Row(())] if rows else []), title, *section]
    return rows


def _rows(lines: Iterable[Line]) -> list[Row]:
    return [Row(line) for line in lines]


def _for_you(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """Why the paper suits the user: a sentence, then the subjects that it names."""
    suits, learned = known.suits, known.learned
    if not known.has_paper or (suits is None and (learned is None or not learned.papers)):
        return []
    reason = (suits.why if suits else "") or "No other paper that you marked is like it"
    if reason.startswith("like "):
        reason = f"L{reason[1:]}"
    wishes = {wish.key: wish for wish in learned.wishes} if learned else {}
    subjects = [Wish("word", phrase) for phrase in (suits.phrases if suits else ())]
    return [
        *_rows(fill([Piece(f"{literal(reason)}.", "text")], width)),
        *(_row(wishes.get(wish.key, wish), wish.name, "", width, glyphs) for wish in subjects),
    ]


def _subject_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[tuple[str, list[Row]]]:
    """The learned subjects, and the user's other wishes; all topics where there is no other subject to choose."""
    learned, names = known.learned, known.topic_names
    if learned is None:
        return []
    heading, wishes, rows = "What For you has learned", {wish.key: wish for wish in learned.wishes}, list[Row]()
    for phrase, papers in learned.subjects:
        wish = wishes.pop(Wish("word", phrase).key, Wish("word", phrase))
        rows.append(_row(wish, phrase, f"in {amount(papers, 'paper')} that you marked", width, glyphs))
    if not rows:
        if learned.papers:
            marked = amount(learned.papers, "paper")
            text = f"It learns from {marked} that you marked, and names a subject that several share."
            rows = _rows(fill([Piece(text, "muted")], width))
        else:
            heading = "To begin, pick three topics, or star a paper"
        # The topics of a paper have a section of their own.
        topics = () if learned.papers and known.has_paper else (Wish("topic", slug) for slug in names)
        rows += (_row(wishes.pop(wish.key, wish), names[wish.name], "", width, glyphs) for wish in topics)
    requested = [_row(wish, names.get(wish.name, wish.name), "", width, glyphs) for wish in wishes.values()]
    return [(heading, rows), ("What you asked for", requested)]


def _row(wish: Wish, name: str, detail: str, width: int, glyphs: Glyphs) -> Row:
    room = min(MAX_NAME_CELLS, width - 8)
    text = cut(literal(name), room, glyphs.ellipsis)
    wish_text = _wish_text(wish, glyphs)
    line = (
        Piece(text, "muted" if wish.step is None else "text"),
        Piece(" " * (room - cell_len(text) + 2)),
        Piece(f"{wish_text:<8}"[: width - room - 2], "star"),
        Piece(cut(detail, max(0, width - room - 10), glyphs.ellipsis), "muted"),
    )
    return Row(line, wish, wish.key)


def _wish_text(wish: Wish, glyphs: Glyphs) -> str:
    return f"{wish.wish_in_words} {glyphs.thumb * (abs(wish.step or 0) - 1)}".strip()


def _rule_lines(acts: Sequence[Act], muted: Sequence[str], width: int) -> list[Line]:
    """The effect of each rule with its query, then the muted words."""
    lines: list[Line] = []
    for act in acts:
        because, undone = Piece(", because ", "muted"), Piece("; you took that back" if act.undone else "", "muted")
        effect = Piece(f"{literal(act.rule)}: ", "topic"), Piece(literal(rule_words(act.then)), "text")
        lines += fill([*effect, because, Piece(literal(act.when), "text"), undone], width)
    for word in muted:
        lines += fill([Piece("muted, because ", "muted"), Piece(literal(word), "text")], width)
    return lines


def _topic_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """Each topic of the paper with the user's wish and the phrases that assigned it; keys change the wish."""
    if known.topics == ():
        return _rows([(Piece(cut("No phrase gives this paper a topic.", width, glyphs.ellipsis), "muted"),)])
    wishes = {wish.key: wish for wish in known.learned.wishes} if known.learned else {}
    named = [(topic, literal(known.topic_names.get(topic.slug, topic.slug))) for topic in known.topics or ()]
    column = min(max((cell_len(name) for _, name in named), default=0), width // 2)
    rows: list[Row] = []
    for topic, whole in named:
        wish = Wish("topic", topic.slug)
        wish = wishes.get(wish.key, wish)
        name, wish_text = cut(whole, column, glyphs.ellipsis), _wish_text(wish, glyphs)
        line = (
            Piece(name, "topic"),
            Piece(" " * (column + 2 - cell_len(name))),
            *([Piece(f"{wish_text}  ", "star")] if wish_text else ()),
            Piece(", ".join(map(literal, topic.phrases)), "muted"),
        )
        rows.append(Row(cut_line(line, width, glyphs.ellipsis), wish, wish.key))
    return rows


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, with as many parts as fit in a line; empty without a reason."""
    label = "For you: "
    for separator in ("; ", ", "):
        while separator in why and cell_len(label + why) > width:
            why = why.rpartition(separator)[0]
    return fill([Piece(label, "label"), Piece(literal(why), "facts")], width) if why else []
