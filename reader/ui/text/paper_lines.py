"""Compose a paper as lines of text, for the detail pane and the paper's page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len

from reader.actions.links import CODE_LINK, Link, links
from reader.cache.history import STILL, Votes
from reader.core.paper import NotCached, Paper, facts
from reader.core.topics.trends import spark
from reader.ui.text.day_names import short_day
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut, fill, literal, mark, measure, pattern, unbroken

if TYPE_CHECKING:
    from reader.core.topics.explain import Cause, Why

MEASURE = 78
"""Maximum cells in a line: with longer lines the eye loses the start of the next one."""

PEOPLE_LINES = 2
"""Maximum lines of a shortened list of authors."""

SPARKED = 12
"""Number of latest changes of votes in a paper's sparkline."""

_EMPTY: Line = ()


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a paper is shown, apart from the paper itself."""

    today: date
    words: tuple[str, ...] = ()
    """Searched words to mark; see `lines.pattern`."""
    glyphs: Glyphs = UNICODE
    topic_names: Mapping[str, str] = field(default_factory=dict)
    """Names of topics by slug."""
    link_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that open links, by the link's letter."""
    everyone: bool = False
    """Whether all authors are listed."""
    why: tuple[Why, ...] | None = None
    """Why the paper has its topics; None if the user did not ask."""
    votes: Votes = STILL
    """The changes of the paper's votes."""


def compose(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """Return the paper as lines of at most `width` cells, with an empty line between parts."""
    searched = pattern(look.words)
    parts = (
        fill(mark(paper.title, "title", searched), width),
        [*_people(paper, width, look), *_organization(paper, width, searched), *_facts(paper, width, look)],
        [*_topics(paper, width, look), *_keywords(paper, width, look, searched)],
        _why_lines(look, width),
        _note_lines(paper, width, look),
        _summary(paper, width, searched),
        _abstract(paper, width, searched),
        _links(paper, width, look),
    )
    lines: list[Line] = []
    for part in parts:
        if part:
            lines.extend([_EMPTY, *part] if lines else part)
    return lines


def _people(paper: Paper, width: int, look: Presentation) -> list[Line]:
    searched = pattern(look.words)
    names = [_unbroken(mark(name, "people", searched)) for name in paper.authors]
    count = max(paper.author_count, len(names))
    if not names:
        return fill([Piece(_number(count, "author"), "people")], width) if count else []
    if look.everyone:
        return _list_people(names, count, width, look)
    # More names than this never fit in the lines.
    most = min(len(names), PEOPLE_LINES * width // 2)
    shown = bisect_right(
        range(1, most + 1), PEOPLE_LINES, key=lambda n: len(_list_people(names[:n], count, width, look))
    )
    return _list_people(names[: max(shown, 1)], count, width, look)


def _list_people(names: Sequence[Sequence[Piece]], count: int, width: int, look: Presentation) -> list[Line]:
    pieces = [*names[0]]
    for name in names[1:]:
        pieces += [Piece(", ", "people"), *name]
    if count > len(names):
        more = unbroken(f"{look.glyphs.ellipsis} and {count - len(names):,} more")
        action = None if look.everyone else ("people", "")
        pieces += [Piece(", ", "people"), Piece(more, "more", action=action)]
    return fill(pieces, width)


def _unbroken(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece._replace(text=unbroken(piece.text)) for piece in pieces]


def _join_items(items: Iterable[Sequence[Piece]], between: Piece, width: int) -> list[Line]:
    """Put items side by side, with `between` only between two items on one line."""
    lines: list[Line] = []
    for item in items:
        fits = lines and measure(lines[-1]) + measure([between, *item]) <= width
        if fits:
            lines[-1] = (*lines[-1], between, *item)
        else:
            lines.extend(fill(item, width))
    return lines


def _organization(paper: Paper, width: int, searched: re.Pattern[str] | None) -> list[Line]:
    return fill(mark(paper.organization, "people", searched), width) if paper.organization else []


def _facts(paper: Paper, width: int, look: Presentation) -> list[Line]:
    glyphs = look.glyphs
    pieces = []
    if isinstance(paper.pk, NotCached):
        pieces.append(Piece(f"{glyphs.elsewhere} from the feed, not in the cache", "facts"))
    if paper.starred:
        pieces.append(Piece(f"{glyphs.starred} starred", "star"))
    if paper.hidden:
        pieces.append(Piece(f"{glyphs.hidden} hidden", "facts"))
    if paper.day:
        pieces.append(Piece(short_day(paper.day, look.today), "facts"))
    if paper.published:
        pieces.append(Piece(f"arXiv {short_day(paper.published, look.today, weekday=False)}", "facts"))
    if paper.version and paper.version > 1:
        revised = f" {short_day(paper.revised, look.today, weekday=False)}" if paper.revised else ""
        pieces.append(Piece(f"v{paper.version}{revised}", "facts"))
    pieces.append(Piece(f"{glyphs.upvotes} {paper.upvotes:,}{_moved(look)}", "facts"))
    if paper.comments:
        pieces.append(Piece(_number(paper.comments, "comment"), "facts"))
    pieces.extend(Piece(literal(f"+{tag}"), "facts") for tag in paper.tags)
    return [*_join_items([[piece] for piece in pieces], _between(glyphs), width), *_categories(paper, width, look)]


def _moved(look: Presentation) -> str:
    """The changes of the votes: `  ▂▄▇ +41 since you looked`."""
    if not look.votes.points:
        return ""
    line = spark(look.votes.points[-SPARKED:], look.glyphs.spark)
    return unbroken(f" {line} {look.votes.gained:+d} since you looked" if look.votes.gained else f" {line}")


def _categories(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The arXiv categories, the primary one by its name, and the fields that the pane lists with them."""
    items = []
    if paper.categories:
        from reader.feeds.arxiv.categories import categories

        first, *others = paper.categories
        known = categories().get(first)
        items = [f"{known.name} {first}" if known else first, *others]
    items += facts(paper)
    return _join_items([[Piece(literal(item), "facts")] for item in items], _between(look.glyphs), width)


def _between(glyphs: Glyphs) -> Piece:
    return Piece(f" {glyphs.dot} ", "between")


def _number(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def _topics(paper: Paper, width: int, look: Presentation) -> list[Line]:
    left, right = look.glyphs.chip
    chips = []
    for slug in paper.topics:
        name = literal(look.topic_names.get(slug) or slug.replace("-", " ").capitalize())
        action = ("topic", slug)
        chips.append(
            [
                Piece(left, "chip-edge", action=action),
                Piece(cut(name, width - 2, look.glyphs.ellipsis), "chip", action=action),
                Piece(right, "chip-edge", action=action),
            ]
        )
    return _join_items(chips, Piece(" "), width)


WHY = "Why these topics"
"""The heading over the reasons for a paper's topics."""


def _why_lines(look: Presentation, width: int) -> list[Line]:
    if look.why is None:
        return []
    lines: list[Line] = [(Piece(WHY, "label"),)]
    if not look.why:
        lines.append((Piece(cut("No rule gives this paper a topic.", width), "muted"),))
    for one in look.why:
        score = f"  {one.score}"
        name = cut(literal(one.name), width - len(score), look.glyphs.ellipsis)
        lines.append((Piece(name, "title", action=("topic", one.slug)), Piece(score, "muted")))
        said = min(max((cell_len(cause.said) for cause in one.causes), default=0), max(8, width // 2))
        lines.extend(_cause(cause, said, width, look) for cause in one.causes)
        if one.weaker:
            lines.append((Piece(cut(f"       and {one.weaker} weaker", width), "muted"),))
    if any(cause.origin for one in look.why for cause in one.causes):
        from reader.core.topics.explain import LEGEND

        lines.append((Piece(cut(LEGEND, width, look.glyphs.ellipsis), "muted"),))
    return lines


def _cause(cause: Cause, column: int, width: int, look: Presentation) -> Line:
    """One cause in columns: its points, its phrase, its origin and its fields."""
    said = cut(literal(cause.said), column, look.glyphs.ellipsis)
    line = [Piece(f"{cause.points:+5d}  ", "key" if cause.points > 0 else "muted"), Piece(said, "text")]
    room = width - 7 - column - 2
    if room < 8:
        return tuple(line)
    return (
        *line,
        Piece(" " * (column + 2 - cell_len(said))),
        Piece(cut(cause.detail, room, look.glyphs.ellipsis), "muted"),
    )


def _keywords(paper: Paper, width: int, look: Presentation, searched: re.Pattern[str] | None) -> list[Line]:
    from reader.core.keywords import collapse

    words = collapse(paper.keywords)
    return _join_items([mark(word, "keywords", searched) for word in words], _between(look.glyphs), width)


def _note_lines(paper: Paper, width: int, look: Presentation) -> list[Line]:
    if not paper.note:
        return []
    first, *rest = paper.note.splitlines() or [""]
    lines = fill([Piece(f"{look.glyphs.note} ", "label"), *mark(first, "text")], width)
    for paragraph in rest:
        lines.extend(fill(mark(paragraph, "text"), width) or [_EMPTY])
    return lines


def _summary(paper: Paper, width: int, searched: re.Pattern[str] | None) -> list[Line]:
    if not paper.summary:
        return []
    label = Piece(f"{unbroken('AI summary')}  ", "label")
    return fill([label, *mark(paper.summary, "summary", searched)], width)


def _abstract(paper: Paper, width: int, searched: re.Pattern[str] | None) -> list[Line]:
    heading = fill([Piece("Abstract", "label")], width)
    paragraphs = [fill(mark(text, "text", searched), width) for text in paper.abstract.split("\n\n")]
    paragraphs = [lines for lines in paragraphs if lines]
    if not paragraphs:
        return [*heading, *fill([Piece("None in the cache yet.", "muted")], width)]
    lines = [*heading, *paragraphs[0]]
    for paragraph in paragraphs[1:]:
        lines.extend([_EMPTY, *paragraph])
    return lines


def _links(paper: Paper, width: int, look: Presentation) -> list[Line]:
    return [_link(link, width, look, paper.code_stars) for link in links(paper)]


def _link(link: Link, width: int, look: Presentation, stars: int | None) -> Line:
    action = ("link", link.url)
    key = look.link_keys.get(link.letter, "")
    name = link.name.capitalize() if link.name.islower() else link.name
    begin = [Piece(f"{key:<3}", "key", action=action), Piece(f"{name:<9}", "muted", action=action)]
    end = [Piece(f"  {look.glyphs.starred} {stars:,}", "star")] if stars and link.name == CODE_LINK else []
    shown = literal(link.url).partition("://")[2].removeprefix("www.").rstrip("/")
    room = width - measure(begin) - measure(end)
    if room < 8:
        return (Piece(cut(f"{key:<3}{name}", width), "link", action=action),)
    return (*begin, Piece(cut(shown, room, look.glyphs.ellipsis), "link", action=action), *end)
