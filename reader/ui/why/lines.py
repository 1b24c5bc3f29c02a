"""Why a paper is ranked as it is, and what For you has learned, as lines, some of which keys can change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cell_len, cut, fill, literal
from reader.core.marks import rule_words
from reader.core.text import amount
from reader.core.wishes import Wish
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import Row

if TYPE_CHECKING:
    from reader.cache.choice import LearnedInterests, Suits
    from reader.cache.watching import Act, ProgramMark
    from reader.core.topics.scorer import TopicReason

LONGEST_NAME = 40


class Explanation(NamedTuple):
    """The known reasons for how a paper is shown."""

    learned: LearnedInterests | None = None
    suits: Suits | None = None
    """How well the paper suits the user; None if that is not known."""
    topic_names: Mapping[str, str] = MappingProxyType({})
    topics: tuple[TopicReason, ...] | None = None
    """None without a paper, and until they are known."""
    rules: tuple[Act, ...] = ()
    muted: tuple[str, ...] = ()
    programs: tuple[ProgramMark, ...] = ()
    has_paper: bool = False


def explanation_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """The sections of what is known, those that say something, with an empty line between them."""
    sections = (
        ("For you", _for_you(known, width, glyphs)),
        *_subject_rows(known, width, glyphs),
        ("Rules", _rows(_rule_lines(known.rules, known.muted, width))),
        ("Why these topics", _rows(_topic_lines(known, width, glyphs))),
        ("Marked by programs", _rows(_program_lines(known.programs, width))),
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
    reason = (suits.why if suits else "") or "None of the other papers that you marked is like it"
    wishes = {one.key: one for one in learned.wishes} if learned else {}
    subjects = [Wish("word", phrase) for phrase in (suits.phrases if suits else ())]
    return [
        *_rows(fill([Piece(f"{literal(reason)}.", "text")], width)),
        *(_row(wishes.get(one.key, one), one.name, "", width, glyphs) for one in subjects),
    ]


def _subject_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[tuple[str, list[Row]]]:
    """The learned subjects, and the user's other wishes; topics to begin with before anything is known."""
    learned, names = known.learned, known.topic_names
    if learned is None:
        return []
    heading, wishes, rows = "What For you has learned", {one.key: one for one in learned.wishes}, list[Row]()
    for phrase, papers in learned.subjects:
        one = wishes.pop(Wish("word", phrase).key, Wish("word", phrase))
        rows.append(_row(one, phrase, f"in {amount(papers, 'paper')} that you marked", width, glyphs))
    if not rows and learned.papers:
        marked = amount(learned.papers, "paper")
        text = f"It learns from {marked} that you marked, and names a subject that several share."
        rows = _rows(fill([Piece(text, "muted")], width))
    elif not rows:
        heading = "To begin, pick three topics, or star a paper"
        topics = [Wish("topic", slug) for slug in names]
        rows = [_row(wishes.pop(one.key, one), names[one.name], "", width, glyphs) for one in topics]
    asked = [_row(one, names.get(one.name, one.name), "", width, glyphs) for one in wishes.values()]
    return [(heading, rows), ("What you asked for", asked)]


def _row(wish: Wish, name: str, detail: str, width: int, glyphs: Glyphs) -> Row:
    room = min(LONGEST_NAME, width - 8)
    text = cut(literal(name), room, glyphs.ellipsis)
    wanted = f"{wish.wish_in_words} {glyphs.thumb * (abs(wish.step or 0) - 1)}".strip()
    line = (
        Piece(text, "muted" if wish.step is None else "text"),
        Piece(" " * (room - cell_len(text) + 2)),
        Piece(f"{wanted:<8}"[: width - room - 2], "star"),
        Piece(cut(detail, max(0, width - room - 10), glyphs.ellipsis), "muted"),
    )
    return Row(line, wish, wish.key)


def _rule_lines(acts: Sequence[Act], muted: Sequence[str], width: int) -> list[Line]:
    """The effect of each rule with its query, then the muted words."""
    lines: list[Line] = []
    for act in acts:
        because, undone = Piece(", because ", "muted"), Piece("; you took that back" if act.undone else "", "muted")
        did = Piece(f"{literal(act.rule)}: ", "topic"), Piece(literal(rule_words(act.then)), "text")
        lines += fill([*did, because, Piece(literal(act.when), "text"), undone], width)
    for word in muted:
        lines += fill([Piece("muted, because ", "muted"), Piece(literal(word), "text")], width)
    return lines


def _topic_lines(known: Explanation, width: int, glyphs: Glyphs) -> list[Line]:
    """Each topic with the phrases that gave it."""
    if known.topics == ():
        return [(Piece(cut("No phrase gives this paper a topic.", width, glyphs.ellipsis), "muted"),)]
    named = [(one, literal(known.topic_names.get(one.slug, one.slug))) for one in known.topics or ()]
    column = min(max((cell_len(name) for _, name in named), default=0), width // 2)
    lines: list[Line] = []
    for one, whole in named:
        name = cut(whole, column, glyphs.ellipsis)
        blank = Piece(" " * (column + 2 - cell_len(name)))
        phrases = cut(", ".join(map(literal, one.phrases)), max(0, width - column - 2), glyphs.ellipsis)
        lines.append((Piece(name, "topic", action=("topic", one.slug)), blank, Piece(phrases, "muted")))
    return lines


def _program_lines(made: Sequence[ProgramMark], width: int) -> list[Line]:
    """Marks by programs, each with its program."""
    return fill([Piece("; ".join(literal(one.in_words) for one in made), "text")], width) if made else []


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, in as many parts as one line holds; none if there is no reason."""
    label = "For you: "
    for separator in ("; ", ", "):
        while separator in why and cell_len(label + why) > width:
            why = why.rpartition(separator)[0]
    return fill([Piece(label, "label"), Piece(literal(why), "facts")], width) if why else []
