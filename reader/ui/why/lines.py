"""Why a paper has its topics, and what else happened to it by the user's wishes, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cell_len, cut, fill, literal
from reader.core.marks import rule_words
from reader.ui.kit.glyphs import Glyphs

if TYPE_CHECKING:
    from reader.cache.marks.agents import Made
    from reader.cache.watching import Act
    from reader.core.choice.taste import TasteTerm, What
    from reader.core.topics.scorer import Cause, Why

FOR_YOU = "For you"
"""The heading over what speaks for a paper."""

PROGRAMS = "Marked by programs"
"""The heading over the marks that are not the user's own."""

MOST_REASONS = 12

LEAST_WEIGHT = 0.005
"""What counts less is not listed."""

WHY = "Why these topics"
"""The heading over the reasons for a paper's topics."""


class Explanation(NamedTuple):
    """What is known of the reasons why a paper is shown as it is."""

    topics: tuple[Why, ...] = ()
    rules: tuple[Act, ...] = ()
    """What the user's rules did to it."""
    muted: tuple[str, ...] = ()
    """The muted words that hide it."""
    programs: tuple[Made, ...] = ()
    """The marks on it that programs made."""
    taste: tuple[TasteTerm, ...] | None = None
    """What speaks for and against it; None if nothing is learned yet."""
    is_for_you: bool = False
    """Whether the list is ordered by that, so that it comes first."""


def explanation_lines(reasons: Explanation, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the reasons in sections, with an empty line between them."""
    taste = [] if reasons.taste is None else for_you_lines(reasons.taste, width, glyphs)
    sections = (
        taste if reasons.is_for_you else [],
        rule_lines(reasons.rules, reasons.muted, width),
        why_lines(reasons.topics, width, glyphs),
        [] if reasons.is_for_you else taste,
        program_lines(reasons.programs, width),
    )
    lines: list[Line] = []
    for section in sections:
        if section:
            lines.extend([(Piece(""),), *section] if lines else section)
    return lines


def program_lines(made: Sequence[Made], width: int) -> list[Line]:
    """Return which program made which mark, under a heading; nothing if none did."""
    if not made:
        return []
    told = "; ".join(literal(one.said) for one in made)
    return [(Piece(cut(PROGRAMS, width), "label"),), *fill([Piece(told, "text")], width)]


def why_lines(why: Sequence[Why], width: int, glyphs: Glyphs) -> list[Line]:
    """Return each topic with its score and causes, under a heading."""
    lines: list[Line] = [(Piece(cut(WHY, width), "label"),)]
    if not why:
        lines.append((Piece(cut("No rule gives this paper a topic.", width), "muted"),))
    for one in why:
        score = f"  {one.score}"
        name = cut(literal(one.name), width - len(score), glyphs.ellipsis)
        lines.append((Piece(name, "topic", action=("topic", one.slug)), Piece(score, "muted")))
        said = min(max((cell_len(cause.said) for cause in one.causes), default=0), max(8, width // 2))
        lines.extend(_cause(cause, said, width, glyphs) for cause in one.causes)
        if one.weaker:
            lines.append((Piece(cut(f"       and {one.weaker} weaker", width), "muted"),))
    if any(cause.origin for one in why for cause in one.causes):
        from reader.core.topics.scorer import LEGEND

        lines.append((Piece(cut(LEGEND, width, glyphs.ellipsis), "muted"),))
    return lines


def for_you_lines(reasons: Sequence[TasteTerm], width: int, glyphs: Glyphs) -> list[Line]:
    """What was learned from the user's marks that speaks for a paper or against it, under a heading."""
    lines: list[Line] = [(Piece(cut(FOR_YOU, width), "label"),)]
    if not reasons:
        lines.append((Piece(cut("Nothing that you marked or opened is like it.", width), "muted"),))
    shown = [one for one in reasons if abs(one.weight) >= LEAST_WEIGHT][:MOST_REASONS]
    column = min(max((cell_len(literal(one.text)) for one in shown), default=0), max(8, width // 2))
    for one in shown:
        points = Piece(f"{round(100 * one.weight):+5d}  ", "key" if one.weight > 0 else "muted")
        text = cut(literal(one.text), column, glyphs.ellipsis)
        blank = " " * (column + 2 - cell_len(text))
        said = cut(
            weight_source(one.what, one.papers, is_hidden=one.is_hidden, is_against=one.weight < 0),
            width - 9 - column,
            glyphs.ellipsis,
        )
        lines.append((points, Piece(text, "text"), Piece(blank), Piece(said, "muted")))
    return lines


def suits_lines(why: str, width: int) -> list[Line]:
    """Why a paper suits the user, in a sentence; no line if nothing is to be said."""
    return fill([Piece("For you: ", "label"), Piece(literal(why), "facts")], width) if why else []


def weight_source(what: What, papers: int, *, is_hidden: bool, is_against: bool = False) -> str:
    """What a weight comes from, such as `in 3 marked or opened`."""
    if not papers:
        return "because you say so"
    if is_against and not is_hidden:
        return "more in papers that you passed"
    names = {"word": "in", "topic": "topic of", "author": "author of", "org": "home of"}
    return f"{names[what]} {papers} {'hidden' if is_hidden else 'marked or opened'}"


def _cause(cause: Cause, column: int, width: int, glyphs: Glyphs) -> Line:
    """One cause in columns: its points, its phrase, its origin and its fields."""
    said = cut(literal(cause.said), column, glyphs.ellipsis)
    line = [Piece(f"{cause.points:+5d}  ", "key" if cause.points > 0 else "muted"), Piece(said, "text")]
    room = width - 7 - column - 2
    if room < 8:
        return tuple(line)
    return (
        *line,
        Piece(" " * (column + 2 - cell_len(said))),
        Piece(cut(cause.detail, room, glyphs.ellipsis), "muted"),
    )


RULES = "Rules"
"""The heading over them."""

TAKEN_BACK = "you took that back"


def rule_lines(acts: Sequence[Act], muted: Sequence[str], width: int) -> list[Line]:
    """Return what each rule did and by which query, then the muted words, under a heading; nothing if there is none."""
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
    return [(Piece(cut(RULES, width), "label"),), *lines] if lines else []
