"""Compose a paper as lines of text, for the detail pane and the paper's page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from reader.actions.links import CODE_LINK, LINKED, Link, places
from reader.core.addresses import addresses_in
from reader.core.community import KINDS, Comment, Kind, Repository, ThreadedComment, threads
from reader.core.document.layout import BlockWriter, DocumentLine, in_ascii
from reader.core.ids import PAGE_PREFIX, is_arxiv_id, profile_url
from reader.core.lines import (
    Line,
    Piece,
    cut,
    cut_line,
    fill,
    join_items,
    literal,
    measure,
    spread,
    without_breaks,
)
from reader.core.paper import Paper, facts, says_withdrawn
from reader.core.passages import split_note
from reader.core.similarity import SharedTerms
from reader.core.text import amount
from reader.core.words import Marker
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.lines import hits, mark, pattern, short_day
from reader.ui.why.lines import suits_lines

if TYPE_CHECKING:
    from reader.cache.community import PageData
    from reader.cache.history import ChangesSinceMark
    from reader.core.document.find import Hit
    from reader.core.document.model import Block, Document, Heading
    from reader.core.follows import FollowReason
    from reader.keys.keymap import Keymap

_UNKNOWN_ID = "Its arXiv id is not known yet: refreshes look up its title."


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a paper is presented, apart from its data."""

    today: date
    glyphs: Glyphs = UNICODE
    topic_names: Mapping[str, str] = field(default_factory=dict)
    link_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that open links, by the link's letter."""
    is_page: bool = False
    """Whether everything is listed, and each link has a line of its own, with its key; else long parts are cut."""
    is_preview: bool = False
    """Whether the summary or the abstract comes first and the facts in the list's row are left out."""


class ShownPaper(NamedTuple):
    """A paper in the detail pane or on the page, with everything that is shown about it."""

    key: int
    paper: Paper
    words: tuple[str, ...] = ()
    """Search words to mark; see `lines.pattern`."""
    position: str = ""
    """The text for the paper's place, such as `3 of 34`."""
    kept: PageData | None = None
    """The related data; None where it is not shown."""
    fetching: str = ""
    """The status of fetching related data; may be empty."""
    follows: tuple[FollowReason, ...] = ()
    suits: str = ""
    """Why the paper suits the user, in words, if the list is ordered by that."""
    since_marked: ChangesSinceMark | None = None
    number: int = 0
    """The paper's place in the list, from 1; 0 if unknown."""
    query_match: QueryMatch | None = None
    """How the paper matches the list's query; None if unknown."""


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwdemts123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), "places": keymap.key("text.places"), **behind}


KIND_NAMES: Mapping[Kind, tuple[str, str]] = {
    "model": ("model", "models"),
    "dataset": ("dataset", "datasets"),
    "space": ("Space", "Spaces"),
}

MAX_COMMENTS = 300

_REPLY_TO_DELETED = ", to a deleted comment"

_EMPTY: Line = ()
_STYLED = {"heading": "label", "strong": "label", "code": "keywords", "rule": "quote", "text": "text"}
"""Styled roles of a document's text; others are plain text."""
_MUTED = ("mark", "label", "caption", "muted")


def linked_counts(paper: Paper) -> list[str]:
    """The number of repositories of each kind that name the paper, such as `2 models`, without zeros."""
    counts = zip(KINDS, (paper.models, paper.datasets, paper.spaces), strict=True)
    return [f"{count:,} {KIND_NAMES[kind][count != 1]}" for kind, count in counts if count]


def version_lines(versions: Sequence[str], today: date, width: int, glyphs: Glyphs) -> list[Line]:
    """The dates of a paper's versions on arXiv, if there are several."""
    if len(versions) < 2:
        return []
    parts = []
    for version in versions:
        name, _, day = literal(version).partition(" ")
        parts.append(without_breaks(f"{name} {short_day(day, today, weekday=False)}"))
    return fill([Piece("Versions ", "label"), Piece(f" {glyphs.dot} ".join(parts), "facts")], width)


def repository_lines(paper: Paper, kept: PageData, width: int, look: Presentation) -> list[Line]:
    """How many repositories name the paper, and the known ones of each kind."""
    counts = linked_counts(paper)
    if not counts:
        return []
    lines = fill([Piece("Linked ", "label"), Piece(f" {look.glyphs.dot} ".join(counts), "facts")], width)
    for kind in KINDS:
        repositories = [repository for repository in kept.community.repositories if repository.kind == kind]
        key = look.link_keys.get(LINKED[kind][0], "")
        for number, repository in enumerate(repositories, 1):
            lines.append(
                _repository_line(repository, f"{key}{number if key and len(repositories) > 1 else ''}", width, look)
            )
    return lines


def _repository_line(repository: Repository, key: str, width: int, look: Presentation) -> Line:
    action = ("link", repository.url)
    begin = [Piece(f"{key:<5}", "key", action=action)]
    facts = [
        literal(repository.about),
        f"{compact(repository.likes)} {'like' if repository.likes == 1 else 'likes'}" if repository.likes else "",
        f"{compact(repository.downloads)} downloads" if repository.downloads else "",
        repository.state,
    ]
    end = f" {look.glyphs.dot} ".join(filter(None, facts))
    name = literal(repository.id)
    room = width - measure(begin) - measure([Piece(name)]) - 2
    shown = cut(end, room, look.glyphs.ellipsis) if room > 3 else ""
    line = (*begin, Piece(name, "link", action=action), *([Piece(f"  {shown}", "muted")] if shown else []))
    return cut_line(line, width, look.glyphs.ellipsis)


def compact(count: int) -> str:
    """A number in at most four characters: `842`, `8.8k`, `20k`, `1.2M`."""
    for size, sign in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{sign}".replace(".0", "") if count < 10 * size else f"{count // size}{sign}"
    return str(count)


def comment_lines(kept: PageData, width: int, look: Presentation) -> list[Line]:
    """The comments in threads; an automated comment is a single line."""
    placed = threads(kept.community.comments)
    visible_count = sum(not item.comment.is_hidden for item in placed)
    if not visible_count:
        return []
    lines = fill([Piece(amount(visible_count, "comment"), "label")], width)
    before = 0
    for item in placed[:MAX_COMMENTS]:
        lines.append(tuple(_bars(min(before, item.depth), width, look.glyphs)))
        bars = _bars(item.depth, width, look.glyphs)
        lines += [(*bars, *line) for line in _comment(item, width - measure(bars), look)]
        before = item.depth
    if len(placed) > MAX_COMMENTS:
        lines += [_EMPTY, (Piece(f"+{len(placed) - MAX_COMMENTS:,} more", "more"),)]
    return lines


def _bars(depth: int, width: int, glyphs: Glyphs) -> list[Piece]:
    return [Piece(f"{glyphs.rule} ", "quote")] * min(depth, width // 12 - 1)


def _comment(placed: ThreadedComment, width: int, look: Presentation) -> Iterator[Line]:
    comment = placed.comment
    if comment.is_hidden:
        yield from fill([Piece("a comment that is hidden", "muted")], width)
        return
    yield from fill(
        [*_comment_heading(comment, look), *([Piece(_REPLY_TO_DELETED, "muted")] if placed.lost_parent else [])], width
    )
    if comment.is_automated:
        yield from fill([Piece("an automated list of similar papers", "muted")], width)
    else:
        yield from text_lines(comment.blocks, width, look.glyphs)


def _comment_heading(comment: Comment, look: Presentation) -> list[Piece]:
    dot = look.glyphs.dot
    details = [short_day(comment.at[:10], look.today, weekday=False)] if comment.at else []
    details += ["edited"] if comment.is_edited else []
    details += ["  ".join(without_breaks(f"{literal(emoji)} {count:,}") for emoji, count in comment.reactions)]
    facts = "".join(f" {dot} {detail}" for detail in details if detail)
    return [Piece(without_breaks(literal(comment.author)), "people"), Piece(facts, "muted")]


def text_lines(blocks: Sequence[Block], width: int, glyphs: Glyphs) -> list[Line]:
    writer = BlockWriter(width)
    lines: list[Line] = []
    for number, block in enumerate(blocks):
        for line in writer.lines(block, blocks[number - 1] if number else None):
            # Code and tables are cut, not wrapped.
            lines.append(cut_line(tuple(_draw_pieces(line, glyphs)), width, glyphs.ellipsis))
    return lines


def _draw_pieces(line: DocumentLine, glyphs: Glyphs) -> Iterator[Piece]:
    for piece in line.pieces:
        role = "muted" if piece.role in _MUTED else _STYLED.get(piece.role, "text")
        target = piece.action[1] if piece.action else ""
        is_web = target.startswith(("https://", "http://"))
        text = literal((in_ascii(piece) if glyphs is ASCII else piece).text)
        yield Piece(text, "link" if is_web else role, action=("link", target) if is_web else None)


SECTIONS, SECTIONS_ON_PAGE = 3, 8
"""Maximum sections in the detail pane and on the page."""

INDENT = "  "


class QueryMatch(NamedTuple):
    """How a paper matches a query."""

    key: int
    query: str
    """The query, if the paper is listed as a best fit; otherwise empty."""
    words: tuple[str, ...] = ()
    """The words to find in the full text; a word in double quotes matches only as a whole word."""
    shared: SharedTerms = SharedTerms()
    corrected: tuple[tuple[str, str], ...] = ()
    """Words of the query that no paper has, with their replacements."""
    hits: tuple[Hit, ...] = ()
    """The first match in each section of the full text, in reading order."""
    total: int = 0
    """The number of paragraphs with the words."""


def find_words(document: Document, words: tuple[str, ...]) -> tuple[tuple[Hit, ...], int]:
    """Find the first paragraph with all words in each section, and count all such paragraphs.

    If no paragraph has all words, paragraphs with any of them count.
    """
    paragraphs = list(_paragraphs(document, words))
    if not paragraphs and len(words) > 1:
        by_block = {hit.block: hit for word in reversed(words) for hit in _paragraphs(document, (word,))}
        paragraphs = [by_block[block] for block in sorted(by_block)]
    firsts: dict[Heading | None, Hit] = {}
    for hit in paragraphs:
        firsts.setdefault(hit.section, hit)
    return tuple(firsts.values())[:SECTIONS_ON_PAGE], len(paragraphs)


def _paragraphs(document: Document, words: Sequence[str]) -> Iterator[Hit]:
    from reader.core.document.find import find
    from reader.core.words import markers

    terms = markers(words)
    finders = [partial(hits, searched=marker) for marker in terms]
    return find(document, finders, in_formulas=any(marker.may_be_signs for marker in terms))


def full_text_hit_lines(
    match: QueryMatch | None, width: int, glyphs: Glyphs, *, is_page: bool, key: str = ""
) -> list[Line]:
    """Draw the matches in the full text; a click opens the text there, and `key` opens the first match."""
    if match is None or not match.hits:
        return []
    shown = match.hits[: SECTIONS_ON_PAGE if is_page else SECTIONS]
    count = amount(match.total, "place")
    head = [Piece(f"{glyphs.full_text} ", "label"), Piece("In the full text", "label"), Piece(f"  {count}", "muted")]
    if key:
        head += [Piece("  "), Piece(key, "key"), Piece(" reads there", "muted")]
    lines = fill(head, width)
    for hit in shown:
        action = ("place", str(hit.block))
        if hit.section is not None:
            lines.append((Piece(cut(literal(_name(hit.section)), width, glyphs.ellipsis), "facts", action=action),))
        lines += ((Piece(INDENT), *line) for line in fill(_hit_pieces(hit, action), width - len(INDENT)))
    return lines


def _name(heading: Heading) -> str:
    sign = "§" if heading.number[:1].isdigit() else ""
    return " ".join(filter(None, (f"{sign}{heading.number}", "".join(span.text for span in heading.spans))))


def _hit_pieces(hit: Hit, action: tuple[str, str]) -> Iterator[Piece]:
    end = 0
    for start, stop in hit.marks:
        if start < end:
            continue
        if start > end:
            yield Piece(literal(hit.text[end:start]), "text", action=action)
        yield Piece(literal(hit.text[start:stop]), "text", hit=True, action=action)
        end = stop
    if hit.text[end:]:
        yield Piece(literal(hit.text[end:]), "text", action=action)


NOTE_LINES = 12
"""Maximum lines of a note in the detail pane."""

HIGHLIGHTS, QUOTE_LINES = 5, 3
"""Maximum highlights in the detail pane, and lines of each."""

_HEADING = re.compile(r"#{1,5}\s")
_PART = re.compile(
    r"^(```|~~~).*?(?:^\1|\Z)[^\n]*|^(?:(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[>|]|[ \t]+\S)[^\n]*\n?)+|^[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
"""A code block, the lines of a list, quote or table, or a single line."""


def own_lines(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The paper's follows, tags, note and highlights; the page has a long note and many highlights in full."""
    paper, glyphs = reading.paper, look.glyphs
    views = ((reason.in_words(look.topic_names), ("view", reason.follow.view)) for reason in reading.follows)
    follows = _clickable(f"{glyphs.followed} Followed", views, width, glyphs)
    tags = _clickable("Tags", ((tag, ("tag", tag)) for tag in paper.tags), width, glyphs)
    return [*follows, *tags, *_note(paper.note or "", width, look), *_highlights(paper, width, look)]


def _clickable(label: str, items: Iterable[tuple[str, tuple[str, str]]], width: int, glyphs: Glyphs) -> list[Line]:
    """Clickable names in a row after a label; empty without names."""
    pieces: list[Piece] = []
    for name, action in items:
        pieces.append(Piece(f" {glyphs.dot} ", "between") if pieces else Piece(f"{label} ", "label"))
        pieces.append(Piece(without_breaks(literal(name)), "tag", action=action))
    return fill(pieces, width)


def _note(note: str, width: int, look: Presentation) -> list[Line]:
    """The note after its sign, as Markdown; lists, tables and code are parsed whole, other lines one by one."""
    lines: list[Line] = []
    parts = [part[0] for part in _PART.finditer(note)] if note else []
    for number, part in enumerate(parts, 1):
        lines += _markdown(part, width - 2, look.glyphs) if part.strip() else [()]
        if len(lines) > NOTE_LINES and not look.is_page:
            rest = len(lines) - NOTE_LINES + 1 + len(parts) - number
            lines = [*lines[: NOTE_LINES - 1], _more_line(f"+{rest:,} lines", width - 2)]
            break
    return [
        (Piece("  ") if place else Piece(f"{look.glyphs.note} ", "label"), *line) for place, line in enumerate(lines)
    ]


def _highlights(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The highlighted passages with their sections and notes; a click opens the text there."""
    if not paper.highlights:
        return []
    key = look.link_keys.get("places", "")
    head = [Piece("Highlights", "label"), Piece(f"  {len(paper.highlights)}", "muted")]
    lines = fill([*head, *((Piece("  "), Piece(key, "key"), Piece(" reads there", "muted")) if key else ())], width)
    for place, message in enumerate(paper.highlights if look.is_page else paper.highlights[:HIGHLIGHTS]):
        action = ("passage", str(place))
        _, found = split_note(message)
        quote, section, note = (found[0].quote, found[0].section, found[0].note) if found else (message, "", "")
        text = quote if look.is_page else quote[: width * QUOTE_LINES]
        drawn = fill([Piece(literal(" ".join(text.split())), "text", action=action)], width - 2)
        bar = Piece(f"{look.glyphs.quote} ", "quote")
        lines += [(bar, *line) for line in (drawn if look.is_page else drawn[:QUOTE_LINES])]
        below = [fill([Piece(literal(section), "facts", action=action)], width - 2)] if section else []
        if note:
            about = [Piece(f"{look.glyphs.note} ", "label"), *mark(" ".join(note.split()), "text")]
            below.append(fill(about, width - 2))
        lines += [(Piece("  "), *line) for part in below for line in part]
    if (more := len(paper.highlights) - HIGHLIGHTS) > 0 and not look.is_page:
        lines.append(_more_line(f"+{more:,} more", width))
    return lines


def _more_line(text: str, width: int) -> Line:
    return (Piece(cut(text, width), "more"),)


def _markdown(text: str, width: int, glyphs: Glyphs) -> list[Line]:
    from reader.core.errors import NoFullText
    from reader.feeds.fulltext.markdown import parse_markdown

    try:
        # The parser takes a first-level heading for the title of the document.
        blocks = parse_markdown(f"#{text}" if _HEADING.match(text) else text).blocks
    except NoFullText:
        blocks = ()
    return text_lines(blocks, width, glyphs) or fill(mark(text, "text"), width)


def shared_lines(match: QueryMatch | None, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw the terms that the paper shares with others; empty without shared terms."""
    text = match.shared.in_words.replace("; ", f" {glyphs.dot} ") if match is not None else ""
    return fill([Piece("Why here  ", "label"), Piece(literal(text), "facts")], width) if text else []


TEXT_CELLS = 78
"""Maximum cells of a text line; longer lines are hard to read."""

PEOPLE_LINES, KEYWORD_LINES = 1, 2
"""Maximum lines of authors and keywords in the detail pane."""

PAGE_PEOPLE_LINES = 3
"""Maximum lines of authors above the abstract of a page; the end of the page lists all authors of such a paper."""


def compose(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """Return the paper as lines of at most `width` cells, with an empty line between parts."""
    paper, kept, searched = reading.paper, reading.kept, pattern(reading.words)
    organization = fill(mark(paper.organization or "", "people", searched), width)
    people, all_people = _people(paper, width, look, searched)
    about = [*people, *organization, *_facts(reading, width, look)]
    summary, abstract = _summary(paper, width, look, searched), _abstract(paper, width, searched)
    head = [fill(mark(paper.title, "title", searched), width), about]
    if look.is_preview:
        head, summary, abstract = [[*(summary or abstract[1:]), *about]], [], abstract if summary else []
    parts = (
        *head,
        suits_lines(reading.suits, width),
        shared_lines(reading.query_match, width, look.glyphs),
        own_lines(reading, width, look),
        _changes_since_mark(reading.since_marked, width, look),
        full_text_hit_lines(
            reading.query_match, width, look.glyphs, is_page=look.is_page, key=look.link_keys.get("places", "")
        ),
        summary,
        abstract,
        _links(paper, width, look),
        fill([Piece(_UNKNOWN_ID, "muted")], width) if paper.id.startswith(PAGE_PREFIX) else [],
        repository_lines(paper, kept, width, look) if kept else [],
        [
            *_topics(paper, width, look),
            *(version_lines(paper.versions, look.today, width, look.glyphs) if kept else []),
            *_categories(paper, width, look),
            *_keywords(paper, width, look, searched),
        ],
        [*fill([Piece("Authors", "label")], width), *all_people] if all_people else [],
        comment_lines(kept, width, look) if kept else [],
        fill([Piece(reading.fetching, "muted")], width),
    )
    lines: list[Line] = []
    for part in parts:
        if part:
            lines.extend([_EMPTY, *part] if lines else part)
    return lines


def _people(paper: Paper, width: int, look: Presentation, searched: Marker | None) -> tuple[list[Line], list[Line]]:
    """The first authors, and all authors if the page can't have them above the abstract."""
    names = [_without_breaks(mark(name, "people", searched)) for name in paper.authors]
    count = max(paper.author_count or 0, len(names))
    if not names:
        return fill([Piece(amount(count, "author"), "people")], width) if count else [], []

    def line_up(items: Sequence[Sequence[Piece]], more: Sequence[Piece]) -> list[Line]:
        pieces = [piece for item in items for piece in (Piece(", ", "people"), *item)][1:]
        return fill([*pieces, Piece(" "), *more] if more else pieces, width)

    first = _fold(names, count, PAGE_PEOPLE_LINES if look.is_page else PEOPLE_LINES, line_up)
    unnamed = [Piece(without_breaks(f"and {count - len(names):,} more"), "people")] if count > len(names) else []
    everybody = line_up(names, unnamed) if look.is_page else []
    return first, everybody if len(everybody) > len(first) else []


def _without_breaks(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece._replace(text=without_breaks(piece.text)) for piece in pieces]


def _fold(
    items: Sequence[Sequence[Piece]],
    count: int,
    max_lines: int,
    line_up: Callable[[Sequence[Sequence[Piece]], Sequence[Piece]], list[Line]],
) -> list[Line]:
    """As many items as fit in `max_lines`, at least one, then the number of the other items.

    `count` is the number of all items. `line_up` lays out items in lines, followed by more pieces.
    """
    # More items than this never fit.
    possible = min(len(items), max_lines * TEXT_CELLS // 2)
    fitting = bisect_right(
        range(1, possible + 1), max_lines, key=lambda n: len(line_up(items[:n], _rest(items[n:], count - n)))
    )
    shown = max(fitting, 1)
    return line_up(items[:shown], _rest(items[shown:], count - shown))


def _rest(hidden: Sequence[Sequence[Piece]], count: int) -> list[Piece]:
    """The number of hidden items, marked if a searched word is among them."""
    is_hit = any(piece.hit for item in hidden for piece in item)
    return [Piece(f"+{count:,}", "more", hit=is_hit)] if count else []


def _facts(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The facts side by side; the weekday and then the word "comments" are dropped if that saves a line."""
    count = reading.paper.comments or 0
    word, sign = amount(count, "comment"), f"{count:,} {look.glyphs.comments}"
    forms = ((True, word), (False, word), (False, sign))
    items = (_fact_items(reading, look, comments, weekday=weekday) for weekday, comments in forms)
    lines = min((join_items(form, _separator(look.glyphs), width) for form in items), key=len)
    return _with_position(lines, width, reading.position)


def _fact_items(reading: ShownPaper, look: Presentation, comments: str, *, weekday: bool) -> list[list[Piece]]:
    paper, glyphs = reading.paper, look.glyphs
    has_day = bool(paper.day) and not look.is_preview
    pieces = [Piece(short_day(paper.day or "", look.today, weekday), "facts")] if has_day else []
    if paper.published:
        source = "arXiv" if is_arxiv_id(paper.id) else "published"
        pieces.append(Piece(f"{source} {short_day(paper.published, look.today, weekday=False)}", "facts"))
    if paper.version and paper.version > 1:
        revised = f" {short_day(paper.revised, look.today, weekday=False)}" if paper.revised else ""
        pieces.append(Piece(f"v{paper.version}{revised}", "facts"))
    if paper.venue:
        pieces.append(Piece(literal(paper.venue), "facts"))
    if says_withdrawn(paper.remark):
        pieces.append(Piece("withdrawn", "changed"))
    if paper.upvotes is not None and not look.is_preview:
        pieces.append(Piece(f"{glyphs.upvotes} {paper.upvotes:,}", "facts"))
    if paper.comments:
        pieces.append(Piece(comments, "facts"))
    if paper.submitter and look.is_page:
        action = ("link", profile_url(paper.submitter) or "")
        pieces.append(Piece(f"submitted by {literal(paper.submitter)}", "facts", action=action))
    first, *others = pieces or [Piece("no date", "facts")]
    return [[*_marks(paper, glyphs), first], *([piece] for piece in others)]


def _marks(paper: Paper, glyphs: Glyphs) -> list[Piece]:
    signs = (
        (paper.starred, glyphs.starred, "star"),
        (paper.queued, glyphs.queued, "key"),
        (paper.hidden, glyphs.hidden, "facts"),
    )
    return [Piece(f"{sign} ", role) for is_set, sign, role in signs if is_set]


def _with_position(lines: list[Line], width: int, position: str) -> list[Line]:
    """Right-align the paper's place in the list on the last line, or below if it does not fit."""
    if not position or len(position) > width:
        return lines
    right = (Piece(position, "position"),)
    fits = measure(lines[-1]) + 2 + len(position) <= width
    return [*lines[:-1], spread(lines[-1], right, width)] if fits else [*lines, spread((), right, width)]


def _separator(glyphs: Glyphs) -> Piece:
    return Piece(f" {glyphs.dot} ", "between")


def _changes_since_mark(since: ChangesSinceMark | None, width: int, look: Presentation) -> list[Line]:
    """The changes of the paper since the user marked it."""
    if since is None:
        return []
    label = Piece(f"Since you marked it on {short_day(since.day, look.today, weekday=False)}  ", "label")
    return fill([label, Piece(literal(f" {look.glyphs.dot} ".join(since.events)), "changed")], width)


def _summary(paper: Paper, width: int, look: Presentation, searched: Marker | None) -> list[Line]:
    if not paper.summary:
        return []
    bar = Piece(f"{look.glyphs.quote} ", "quote")
    label = [] if look.is_preview else fill([Piece("AI summary", "label")], width - 2)
    return [(bar, *line) for line in (*label, *fill(mark(paper.summary, "summary", searched), width - 2))]


def _abstract(paper: Paper, width: int, searched: Marker | None) -> list[Line]:
    heading = fill([Piece("Abstract", "label")], width)
    paragraphs = [fill(_with_links(text, "text", searched), width) for text in paper.abstract.split("\n\n")]
    paragraphs = [lines for lines in paragraphs if lines]
    if not paragraphs:
        return [*heading, *fill([Piece("None in the cache yet.", "muted")], width)]
    lines = [*heading, *paragraphs[0]]
    for paragraph in paragraphs[1:]:
        lines.extend([_EMPTY, *paragraph])
    return lines


def _with_links(text: str, role: str, searched: Marker | None) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for address in addresses_in(text):
        pieces += mark(text[done : address.start], role, searched)
        shown = mark(text[address.start : address.end], "link", searched)
        pieces += [piece._replace(action=("link", address.url)) for piece in shown]
        done = address.end
    return [*pieces, *mark(text[done:], role, searched)]


def _links(paper: Paper, width: int, look: Presentation) -> list[Line]:
    links = places(paper)
    if look.is_page:
        return [_link_line(link, width, look, paper.code_stars) for link in links]
    in_order = sorted(links, key=lambda link: link.name != CODE_LINK)
    items = [_link_item(link, width, look, paper.code_stars) for link in in_order]
    if paper.models or paper.datasets or paper.spaces:
        items += [[Piece(without_breaks(count), "muted")] for count in linked_counts(paper)]
    return join_items(items, _separator(look.glyphs), width)


def _link_item(link: Link, width: int, look: Presentation, stars: int | None) -> list[Piece]:
    if link.name != CODE_LINK:
        return [Piece(cut(link.name, width), "link", action=("link", link.url))]
    end = [] if link.in_text else _code_stars(stars)
    shown = cut(_address(link), max(width - measure(end), 8), look.glyphs.ellipsis)
    return [Piece(cut(shown, width), "link", action=("link", link.url)), *end]


def _link_line(link: Link, width: int, look: Presentation, stars: int | None) -> Line:
    action = ("link", link.url)
    key = look.link_keys.get(link.letter, "")
    name = link.name.capitalize() if link.name.islower() else link.name
    if link.in_text and link.letter.isdigit():
        name = "Link"  # The address on the same line names the host.
    begin = [Piece(f"{key:<3}", "key", action=action), Piece(f"{name:<9}", "muted", action=action)]
    end = _code_stars(stars) if link.name == CODE_LINK and not link.in_text else []
    if link.in_text:
        end.append(Piece("  in the text", "muted"))
    room = width - measure(begin) - measure(end)
    if room < 8:
        return (Piece(cut(f"{key:<3}{name}", width), "link", action=action),)
    return (*begin, Piece(cut(_address(link), room, look.glyphs.ellipsis), "link", action=action), *end)


def _address(link: Link) -> str:
    return literal(link.url).partition("://")[2].removeprefix("www.").rstrip("/")


def _code_stars(stars: int | None) -> list[Piece]:
    return [Piece(f" {amount(stars, 'star')}", "muted")] if stars else []


def _topics(paper: Paper, width: int, look: Presentation) -> list[Line]:
    items = []
    for slug in paper.topics:
        name = literal(look.topic_names.get(slug) or slug.replace("-", " ").capitalize())
        items.append([Piece(cut(name, width, look.glyphs.ellipsis), "topic", action=("topic", slug))])
    return join_items(items, _separator(look.glyphs), width)


def _categories(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The arXiv categories, with the name of the primary one, and other facts about the paper."""
    items = []
    if paper.categories:
        from reader.feeds.arxiv_categories import categories

        first, *others = paper.categories
        known = categories().get(first)
        items = [f"{known.name} {first}" if known else first, *others]
    items += facts(paper)
    return join_items([[Piece(literal(item), "facts")] for item in items], _separator(look.glyphs), width)


def _keywords(paper: Paper, width: int, look: Presentation, searched: Marker | None) -> list[Line]:
    from reader.core.keywords import collapse

    words = [mark(word, "keywords", searched) for word in collapse(paper.keywords)]

    def line_up(items: Sequence[Sequence[Piece]], more: Sequence[Piece]) -> list[Line]:
        if not more:
            return join_items(items, _separator(look.glyphs), width)
        # The number of hidden keywords stays with the last keyword.
        return join_items(
            [*items[:-1], [*items[-1], Piece(without_breaks(" ")), *more]], _separator(look.glyphs), width
        )

    if look.is_page or not words:
        return line_up(words, ())
    return _fold(words, len(words), KEYWORD_LINES, line_up)
