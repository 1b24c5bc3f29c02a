"""Why a paper is ranked as it is, and what For you has learned, as lines, some of which keys can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.core.choice.wishes import Held, Wish
from reader.core.lines import Line, Piece, cell_len, cut, fill, literal
from reader.core.marks import rule_words
from reader.core.text import amount
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from reader.cache.marks.event_log import Made
    from reader.cache.reads.opinions import Reasons
    from reader.cache.watching import Act
    from reader.core.choice.taste import Interest, TasteTerm
    from reader.core.topics.scorer import Cause, Why

FOR_YOU = "For you"
"""The heading for the reasons of a paper's rank."""

PROGRAMS = "Marked by programs"

MOST_REASONS = 6

LEAST_WEIGHT = 0.005

WHY = "Why these topics"

INTERESTS = "Your interests"
CHANGED = "Changed by you"
BEGIN = "To begin, pick three topics"
FIRST = "First in For you"

LONGEST_NAME = 40
BAR = 12


class Row(NamedTuple):
    """A line, and its subject if the user can change it."""

    line: Line
    about: Wish | Held | None = None
    is_first: bool = False


class Explanation(NamedTuple):
    """The known reasons for how a paper is shown."""

    topics: tuple[Why, ...] | None = None
    """None without a paper."""
    rules: tuple[Act, ...] = ()
    muted: tuple[str, ...] = ()
    programs: tuple[Made, ...] = ()
    reasons: Reasons | None = None
    """Reasons for and against it, and what else was learned; None while unknown."""
    first: tuple[tuple[str, str], ...] = ()
    """The first papers for the user: id and title."""
    before: tuple[tuple[str, str], ...] = ()
    """The same before the last change; empty if there was none."""
    has_interests: bool = True


def explanation_rows(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    reasons = known.reasons
    has_paper = known.topics is not None
    sections = (
        _for_you(reasons, width, glyphs) if reasons is not None and has_paper else [],
        _interests(reasons, width, glyphs) if reasons is not None and known.has_interests else [],
        [] if reasons is None else _changed(reasons, width, glyphs),
        _first(known, width, glyphs),
        _rows(rule_lines(known.rules, known.muted, width)),
        _rows(why_lines(known.topics, width, glyphs)) if known.topics is not None else [],
        _rows(program_lines(known.programs, width)),
    )
    rows: list[Row] = []
    for section in sections:
        if section:
            rows.extend([Row(()), *section] if rows else section)
    return rows


def _rows(lines: Iterable[Line]) -> list[Row]:
    return [Row(line) for line in lines]


def _heading(text: str, width: int, glyphs: Glyphs, more: str = "") -> Row:
    said = cut(text, width, glyphs.ellipsis)
    return Row((Piece(said, "label"), Piece(cut(more, width - cell_len(said), glyphs.ellipsis), "muted")))


# For you


def _for_you(reasons: Reasons, width: int, glyphs: Glyphs) -> list[Row]:
    """The reasons for or against a paper: a sentence, then the terms of the sum that orders the list."""
    if reasons.is_empty and not reasons.terms:
        return []
    shown = [one for one in reasons.terms if abs(one.weight) >= LEAST_WEIGHT][:MOST_REASONS]
    if not shown:
        return [
            _heading(FOR_YOU, width, glyphs),
            *_rows(fill([Piece("No paper that you marked is like it.", "muted")], width)),
        ]
    whole = round(100 * sum(one.weight for one in reasons.terms))
    rows = [_heading(FOR_YOU, width, glyphs, f"  {whole} points; the best 20 average 100")]
    rows += _rows(fill([Piece(literal(reasons.why), "text")], width))
    wishes = {one.key: one for one in reasons.wishes}
    column = min(max(cell_len(literal(one.text)) for one in shown), width // 2)
    for one in shown:
        wish = wishes.get(one.key) or Wish(one.what, one.text if one.what == "word" else one.name)
        text = cut(literal(one.text), column, glyphs.ellipsis)
        line = (
            Piece(f"{round(100 * one.weight):+5d}  ", "key" if one.weight > 0 else "muted"),
            Piece(text, "text"),
            Piece(" " * (column + 2 - cell_len(text))),
            Piece(f"{_sign(wish):<4}", "star"),
            Piece(cut(_source(one), width - 13 - column, glyphs.ellipsis), "muted"),
        )
        rows.append(Row(line, wish))
    return rows


def _source(term: TasteTerm) -> str:
    if not term.papers:
        return "because you said so"
    if term.weight < 0 and not term.is_hidden:
        return "more often in papers that you did not mark"
    hidden = "hidden " if term.is_hidden else ""
    return f"from {amount(term.papers, f'{hidden}paper')}"


def _sign(wish: Wish | Held) -> str:
    if wish.step is None:
        return "muted"
    return "+" * wish.step if wish.step > 0 else "-" * -wish.step


# What is learned


def _interests(reasons: Reasons, width: int, glyphs: Glyphs) -> list[Row]:
    if reasons.is_empty:
        wishes = {one.key: one for one in reasons.wishes}
        every = [Wish("topic", slug) for slug, _ in reasons.topics]
        names = dict(reasons.topics)
        return [
            _heading(BEGIN, width, glyphs, ", or star a paper"),
            *(_choice(wishes.get(one.key, one), names[one.name], width, glyphs) for one in every),
        ]
    return [
        _heading(INTERESTS, width, glyphs),
        *(row for one in reasons.interests for row in _interest(one, width, glyphs)),
    ]


def _interest(one: Interest, width: int, glyphs: Glyphs) -> Iterator[Row]:
    papers = amount(len(one.papers), "paper")
    row = _choice(one.wish, one.wish.name, width, glyphs)
    cells = max(1, round(one.share * BAR)) if one.share else 0
    bar = Piece(glyphs.thumb * cells + " " * (BAR + 1 - cells), "key")
    room = width - sum(cell_len(piece.text) for piece in row.line)
    yield row._replace(line=(*row.line, bar, Piece(papers, "muted")) if room > BAR + len(papers) else row.line)
    names = f" {glyphs.dot} ".join(dict.fromkeys(literal(paper.name) for paper in one.papers))
    names = names.replace(UNICODE.ellipsis, glyphs.ellipsis)
    yield Row((Piece(f"  {cut(names, width - 2, glyphs.ellipsis)}", "muted"),))


def _choice(wish: Wish | Held, text: str, width: int, glyphs: Glyphs) -> Row:
    room = min(LONGEST_NAME, width - 8)
    name = cut(literal(text), room, glyphs.ellipsis)
    role = "muted" if wish.step is None else "text"
    blank = " " * (room - cell_len(name) + 1)
    return Row((Piece(name, role), Piece(blank), Piece(f"{_sign(wish):<6}", "star")), wish)


def _changed(reasons: Reasons, width: int, glyphs: Glyphs) -> list[Row]:
    """The words and traits that the user decided on; also topics, while nothing else is known."""
    names = dict(reasons.topics)
    shown = [one for one in reasons.wishes if not (reasons.is_empty and one.what == "topic")]
    rows = [_choice(one, names.get(one.name, one.name), width, glyphs) for one in shown]
    return [_heading(CHANGED, width, glyphs), *rows] if rows else []


def _first(known: Explanation, width: int, glyphs: Glyphs) -> list[Row]:
    if not known.first:
        return []
    places = {id: place for place, (id, _) in enumerate(known.before, 1)}
    rows = [_heading(FIRST, width, glyphs, ", and where they were before" if known.before else "")]
    for place, (id, title) in enumerate(known.first, 1):
        was = places.get(id)
        moved = "" if not known.before or was == place else f"was {was}" if was else "new"
        rows.append(Row(_place(place, title, moved, width, glyphs), is_first=True))
    return rows


def _place(place: int, title: str, moved: str, width: int, glyphs: Glyphs) -> Line:
    room = width - 4 - (8 if moved else 0)
    text = cut(literal(title), room, glyphs.ellipsis)
    said = Piece(f"{moved:>7}", "star") if moved else Piece("")
    return (
        Piece(f"{place:>2}  ", "muted"),
        Piece(text, "text"),
        Piece(" " * (room - cell_len(text) + 1 if moved else 0)),
        said,
    )


# Topics, rules and programs


def program_lines(made: Sequence[Made], width: int) -> list[Line]:
    """Return which program made which mark, under a heading; nothing if none did."""
    if not made:
        return []
    told = "; ".join(literal(one.said) for one in made)
    return [(Piece(PROGRAMS, "label"),), *fill([Piece(told, "text")], width)]


def why_lines(why: Sequence[Why], width: int, glyphs: Glyphs) -> list[Line]:
    """Return each topic with its score and causes, under a heading."""
    lines: list[Line] = [(Piece(WHY, "label"),)]
    if not why:
        lines.append((Piece(cut("No phrase gives this paper a topic.", width, glyphs.ellipsis), "muted"),))
    for one in why:
        score = f"  {one.score}"
        name = cut(literal(one.name), width - len(score), glyphs.ellipsis)
        lines.append((Piece(name, "topic", action=("topic", one.slug)), Piece(score, "muted")))
        said = min(max((cell_len(cause.said) for cause in one.causes), default=0), width // 2)
        lines.extend(_cause(cause, said, width, glyphs) for cause in one.causes)
        if one.weaker:
            lines.append((Piece(cut(f"       and {one.weaker} weaker", width, glyphs.ellipsis), "muted"),))
    return lines


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, in a sentence cut to one line after its first reason; none if there is no reason."""
    if not why:
        return []
    begin, colon, names = why.rpartition(": ")
    label, reasons = "For you: ", names.split(", ")
    while len(reasons) > 1 and cell_len(f"{label}{begin}{colon}{', '.join(reasons)}") > width:
        reasons.pop()
    return fill([Piece(label, "label"), Piece(literal(f"{begin}{colon}{', '.join(reasons)}"), "facts")], width)


def _cause(cause: Cause, column: int, width: int, glyphs: Glyphs) -> Line:
    """A cause in columns: points, phrase and fields."""
    said = cut(literal(cause.said), column, glyphs.ellipsis)
    return (
        Piece(f"{cause.points:+5d}  ", "key" if cause.points > 0 else "muted"),
        Piece(said, "text"),
        Piece(" " * (column + 2 - cell_len(said))),
        Piece(cut(cause.where, width - 7 - column - 2, glyphs.ellipsis), "muted"),
    )


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
