"""Why a paper is ranked as it is, and what For you has learned, as lines, some of which keys can change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.choice.wishes import Wish
from reader.core.lines import Line, Piece, cell_len, cut, fill, literal
from reader.core.marks import rule_words
from reader.core.text import amount
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import Row

if TYPE_CHECKING:
    from reader.cache.choice import Learned, Suits
    from reader.cache.marks.agents import ProgramMark
    from reader.cache.watching import Act
    from reader.core.topics.scorer import TopicReason

PROGRAMS = "Marked by programs"
WHY = "Why these topics"

FOR_YOU = "For you"
LEARNED = "What For you has learned"
WISHES = "What you asked for"
BEGIN = "To begin, pick three topics, or star a paper"

LONGEST_NAME = 40


class Explanation(NamedTuple):
    """The known reasons for how a paper is shown."""

    learned: Learned | None = None
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
    sections = (
        _for_you(known, width, glyphs),
        _learned(known, width, glyphs),
        _rows(rule_lines(known.rules, known.muted, width)),
        _rows(why_lines(known.topics, known.topic_names, width, glyphs)) if known.topics is not None else [],
        _rows(program_lines(known.programs, width)),
    )
    rows: list[Row] = []
    for section in filter(None, sections):
        rows.extend([Row(()), *section] if rows else section)
    return rows


def _rows(lines: Iterable[Line]) -> list[Row]:
    return [Row(line) for line in lines]


def _heading(text: str, width: int, glyphs: Glyphs) -> Row:
    return Row((Piece(cut(text, width, glyphs.ellipsis), "label"),))


def _for_you(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """Why the paper suits the user: a sentence, then the subjects that it names."""
    suits, learned = known.suits, known.learned
    if not known.has_paper or (suits is None and (learned is None or not learned.papers)):
        return []
    reason = suits.why if suits is not None and suits.why else "None of the other papers that you marked is like it"
    wishes = {one.key: one for one in (learned.wishes if learned is not None else ())}
    subjects = [Wish("word", phrase) for phrase in (suits.phrases if suits is not None else ())]
    return [
        _heading(FOR_YOU, width, glyphs),
        *_rows(fill([Piece(f"{literal(reason)}.", "text")], width)),
        *(_row(wishes.get(one.key, one), one.name, "", width, glyphs) for one in subjects),
    ]


def _learned(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    """What was learned, and the user's other wishes; topics to begin with before anything is known."""
    learned, names = known.learned, known.topic_names
    if learned is None:
        return []
    wishes = {one.key: one for one in learned.wishes}
    rows = []
    for phrase, papers in learned.subjects:
        one = wishes.pop(Wish("word", phrase).key, Wish("word", phrase))
        rows.append(_row(one, phrase, f"in {amount(papers, 'paper')} that you marked", width, glyphs))
    heading = LEARNED
    if not rows and learned.papers:
        marked = amount(learned.papers, "paper")
        text = f"It learns from {marked} that you marked, and names a subject that several share."
        rows = _rows(fill([Piece(text, "muted")], width))
    elif not rows:
        heading = BEGIN
        every = [Wish("topic", slug) for slug in names]
        rows = [_row(wishes.pop(one.key, one), names[one.name], "", width, glyphs) for one in every]
    asked = [_row(one, names.get(one.name, one.name), "", width, glyphs) for one in wishes.values()]
    return [
        *([_heading(heading, width, glyphs), *rows] if rows else []),
        *([Row(()), _heading(WISHES, width, glyphs), *asked] if asked else []),
    ]


def _row(wish: Wish, name: str, detail: str, width: int, glyphs: Glyphs) -> Row:
    room = min(LONGEST_NAME, width - 8)
    text = cut(literal(name), room, glyphs.ellipsis)
    wanted = f"{wish.wanted} {glyphs.thumb * (abs(wish.step or 0) - 1)}".strip()
    line = (
        Piece(text, "muted" if wish.step is None else "text"),
        Piece(" " * (room - cell_len(text) + 2)),
        Piece(f"{wanted:<8}"[: width - room - 2], "star"),
        Piece(cut(detail, max(0, width - room - 10), glyphs.ellipsis), "muted"),
    )
    return Row(line, wish, wish.key)


# Topics, rules and programs


def program_lines(made: Sequence[ProgramMark], width: int) -> list[Line]:
    """Return which program made which mark, under a heading; nothing if none did."""
    if not made:
        return []
    told = "; ".join(literal(one.said) for one in made)
    return [(Piece(PROGRAMS, "label"),), *fill([Piece(told, "text")], width)]


def why_lines(why: Sequence[TopicReason], names: Mapping[str, str], width: int, glyphs: Glyphs) -> list[Line]:
    """Return each topic with the phrases that gave it, under a heading."""
    lines: list[Line] = [(Piece(WHY, "label"),)]
    if not why:
        lines.append((Piece(cut("No phrase gives this paper a topic.", width, glyphs.ellipsis), "muted"),))
    named = [(one, literal(names.get(one.slug, one.slug))) for one in why]
    column = min(max((cell_len(name) for _, name in named), default=0), width // 2)
    for one, whole in named:
        name = cut(whole, column, glyphs.ellipsis)
        blank = Piece(" " * (column + 2 - cell_len(name)))
        phrases = cut(", ".join(map(literal, one.phrases)), max(0, width - column - 2), glyphs.ellipsis)
        lines.append((Piece(name, "topic", action=("topic", one.slug)), blank, Piece(phrases, "muted")))
    return lines


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, in as many parts as one line holds; none if there is no reason."""
    label = "For you: "
    for separator in ("; ", ", "):
        while separator in why and cell_len(label + why) > width:
            why = why.rpartition(separator)[0]
    return fill([Piece(label, "label"), Piece(literal(why), "facts")], width) if why else []


RULES = "Rules"

TAKEN_BACK = "you took that back"


def rule_lines(acts: Sequence[Act], muted: Sequence[str], width: int) -> list[Line]:
    """What each rule did and by which query, then the muted words, under a heading; empty if there is neither."""
    lines: list[Line] = []
    for act in acts:
        pieces = [
            Piece(f"{literal(act.rule)}: "),
            Piece(literal(rule_words(act.then)), "text"),
            Piece(", because ", "muted"),
        ]
        pieces.append(Piece(literal(act.when), "text"))
        if act.undone:
            pieces.append(Piece(f"; {TAKEN_BACK}", "muted"))
        lines.extend(fill([pieces[0]._replace(role="topic"), *pieces[1:]], width))
    for word in muted:
        lines.extend(fill([Piece("muted, because ", "muted"), Piece(literal(word), "text")], width))
    return [(Piece(RULES, "label"),), *lines] if lines else []
