"""Compose a paper as lines of text, for the detail pane and the paper's page."""

from __future__ import annotations

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
from reader.core.text import amount
from reader.core.words import Marker
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.lines import mark, pattern, short_day
from reader.ui.why.lines import suits_lines

if TYPE_CHECKING:
    from reader.cache.community import PageData
    from reader.cache.history import ChangesSinceMark
    from reader.core.document.model import Block
    from reader.core.follows import FollowReason
    from reader.keys.keymap import Keymap

TEXT_CELLS = 78
"""Maximum cells of a text line; longer lines are hard to read."""

MAX_PEOPLE_LINES, MAX_KEYWORD_LINES, MAX_NOTE_LINES = 1, 2, 12
"""Maximum lines of authors, of keywords and of the note in the detail pane."""

MAX_PAGE_PEOPLE_LINES = 3
"""Maximum lines of authors above the abstract of a page; the end of the page lists all authors of such a paper."""

MAX_HIGHLIGHTS, MAX_QUOTE_LINES = 5, 3
"""Maximum highlights in the detail pane, and lines of each."""

MAX_COMMENTS = 300


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


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwdemts123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), "places": keymap.key("text.places"), **behind}


Section = Callable[[ShownPaper, int, Presentation], list[Line]]
"""Draws a part of a paper as lines of at most some cells; empty if the paper has no such part."""


def compose(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The paper as lines of at most `width` cells, with an empty line between its sections."""
    lines: list[Line] = []
    for section in _PREVIEW if look.is_preview else _PAPER:
        if part := section(reading, width, look):
            lines += [(), *part] if lines else part
    return lines


# The head of a page


def _title(reading: ShownPaper, width: int, _look: Presentation) -> list[Line]:
    return fill(mark(reading.paper.title, "title", pattern(reading.words)), width)


def _about(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The first authors, the organization and the facts, with the paper's place in the list."""
    organization = mark(reading.paper.organization or "", "people", pattern(reading.words))
    about = [*_first_authors(reading, width, look), *fill(organization, width), *_facts(reading.paper, width, look)]
    return _with_position(about, width, reading.position)


def _first_authors(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    names, count = _names(reading), _author_count(reading.paper)
    if not names:
        return fill([Piece(amount(count, "author"), "people")], width) if count else []
    most = MAX_PAGE_PEOPLE_LINES if look.is_page else MAX_PEOPLE_LINES
    return _fold(names, count, most, partial(_side_by_side, width=width))


def _all_authors(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """All authors on a page that can't have them above the abstract."""
    names, count = _names(reading), _author_count(reading.paper)
    unnamed = [[Piece(without_breaks(f"and {count - len(names):,} more"), "people")]] if count > len(names) else []
    everybody = _side_by_side([*names, *unnamed], width) if look.is_page and names else []
    if len(everybody) <= MAX_PAGE_PEOPLE_LINES:
        return []
    return [*fill([Piece("Authors", "label")], width), *everybody]


def _author_count(paper: Paper) -> int:
    return max(paper.author_count or 0, len(paper.authors))


def _names(reading: ShownPaper) -> list[list[Piece]]:
    """The known authors; a name stays on one line."""
    searched = pattern(reading.words)
    names = (mark(name, "people", searched) for name in reading.paper.authors)
    return [[piece._replace(text=without_breaks(piece.text)) for piece in name] for name in names]


def _side_by_side(items: Sequence[Sequence[Piece]], width: int) -> list[Line]:
    return fill([piece for item in items for piece in (Piece(", ", "people"), *item)][1:], width)


def _fold(
    items: Sequence[Sequence[Piece]],
    count: int,
    max_lines: int,
    line_up: Callable[[Sequence[Sequence[Piece]]], list[Line]],
) -> list[Line]:
    """As many items as fit in `max_lines`, at least one, then the number of the other items.

    `count` is the number of all items. The number is marked if a searched word is among the hidden items.
    """

    def lines_with(shown: int) -> list[Line]:
        is_hit = any(piece.hit for item in items[shown:] for piece in item)
        more = [[Piece(f"+{count - shown:,}", "more", hit=is_hit)]] if count > shown else []
        return line_up([*items[:shown], *more])

    # More items than this never fit.
    possible = min(len(items), max_lines * TEXT_CELLS // 2)
    fitting = bisect_right(range(1, possible + 1), max_lines, key=lambda shown: len(lines_with(shown)))
    return lines_with(max(fitting, 1))


def _facts(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The facts side by side, after the signs of the user's marks."""
    glyphs = look.glyphs
    texts = [short_day(paper.day, look.today)] if paper.day and not look.is_preview else []
    if paper.published:
        source = "arXiv" if is_arxiv_id(paper.id) else "published"
        texts.append(f"{source} {short_day(paper.published, look.today, weekday=False)}")
    if paper.version and paper.version > 1:
        revised = f" {short_day(paper.revised, look.today, weekday=False)}" if paper.revised else ""
        texts.append(f"v{paper.version}{revised}")
    texts += [paper.venue] if paper.venue else []
    items = [Piece(literal(text), "facts") for text in texts]
    if says_withdrawn(paper.remark):
        items.append(Piece("withdrawn", "changed"))
    if paper.upvotes is not None and not look.is_preview:
        items.append(Piece(f"{glyphs.upvotes} {paper.upvotes:,}", "facts"))
    if paper.comments:
        items.append(Piece(amount(paper.comments, "comment"), "facts"))
    if paper.submitter and look.is_page:
        action = ("link", profile_url(paper.submitter) or "")
        items.append(Piece(f"submitted by {literal(paper.submitter)}", "facts", action=action))
    first, *others = items or [Piece("no date", "facts")]
    return join_items([[*_marks(paper, glyphs), first], *([item] for item in others)], _separator(look), width)


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


def _separator(look: Presentation) -> Piece:
    return Piece(f" {look.glyphs.dot} ", "between")


def _preview_head(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The summary, else the abstract without its heading, and the facts that the list does not show."""
    text = _summary(reading, width, look) or _abstract(reading, width, look)[1:]
    return [*text, *_about(reading, width, look)]


def _preview_abstract(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    return _abstract(reading, width, look) if reading.paper.summary else []


# Why the paper is listed, and what the user added to it


def _suits(reading: ShownPaper, width: int, _look: Presentation) -> list[Line]:
    return suits_lines(reading.suits, width)


def own_lines(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The paper's follows, tags, note and highlights; the page has a long note and many highlights in full."""
    paper, glyphs = reading.paper, look.glyphs
    views = ((reason.in_words(look.topic_names), ("view", reason.follow.view)) for reason in reading.follows)
    return [
        *_clickable(f"{glyphs.followed} Followed", views, width, look),
        *_clickable("Tags", ((tag, ("tag", tag)) for tag in paper.tags), width, look),
        *_note(paper.note or "", width, look),
        *_highlights(paper, width, look),
    ]


def _clickable(label: str, items: Iterable[tuple[str, tuple[str, str]]], width: int, look: Presentation) -> list[Line]:
    """Clickable names in a row after a label; empty without names."""
    pieces: list[Piece] = []
    for name, action in items:
        pieces.append(_separator(look) if pieces else Piece(f"{label} ", "label"))
        pieces.append(Piece(without_breaks(literal(name)), "tag", action=action))
    return fill(pieces, width)


def _note(note: str, width: int, look: Presentation) -> list[Line]:
    """The note as it was typed, after its sign; addresses are links. The pane shows its beginning."""
    shown = note if look.is_page else note[: width * MAX_NOTE_LINES]
    lines: list[Line] = []
    for text in shown.split("\n") if note else ():
        # Indented lines, such as those of lists and code, stay indented.
        words = text.lstrip(" ")
        indent = without_breaks(" " * min(len(text) - len(words), width // 2))
        lines += fill([Piece(indent), *_with_links(words, "text", None)], width - 2) or [()]
    if not look.is_page and (len(lines) > MAX_NOTE_LINES or len(shown) < len(note)):
        lines = [*lines[: MAX_NOTE_LINES - 1], _more_line("+ more lines", width - 2)]
    first = Piece(f"{look.glyphs.note} ", "label")
    return [(Piece("  ") if place else first, *line) for place, line in enumerate(lines)]


def _highlights(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The highlighted passages with their sections and notes; a click opens the text there."""
    if not paper.highlights:
        return []
    key = look.link_keys.get("places", "")
    way = [Piece("  "), Piece(key, "key"), Piece(" reads there", "muted")] if key else []
    lines = fill([Piece("Highlights", "label"), Piece(f"  {len(paper.highlights)}", "muted"), *way], width)
    for place, text in enumerate(paper.highlights if look.is_page else paper.highlights[:MAX_HIGHLIGHTS]):
        lines += _highlight(text, ("passage", str(place)), width, look)
    more = len(paper.highlights) - MAX_HIGHLIGHTS
    return lines if look.is_page or more <= 0 else [*lines, _more_line(f"+{more:,} more", width)]


def _highlight(text: str, action: tuple[str, str], width: int, look: Presentation) -> list[Line]:
    _, found = split_note(text)
    quote, section, note = (found[0].quote, found[0].section, found[0].note) if found else (text, "", "")
    if not look.is_page:
        quote = quote[: width * MAX_QUOTE_LINES]
    quoted = fill([Piece(literal(" ".join(quote.split())), "text", action=action)], width - 2)
    below = fill([Piece(literal(section), "facts", action=action)], width - 2)
    if note:
        below += fill([Piece(f"{look.glyphs.note} ", "label"), *mark(" ".join(note.split()), "text")], width - 2)
    bar = Piece(f"{look.glyphs.quote} ", "quote")
    shown = quoted if look.is_page else quoted[:MAX_QUOTE_LINES]
    return [*((bar, *line) for line in shown), *((Piece("  "), *line) for line in below)]


def _more_line(text: str, width: int) -> Line:
    return (Piece(cut(text, width), "more"),)


def _changes_since_mark(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The changes of the paper since the user marked it."""
    since = reading.since_marked
    if since is None:
        return []
    label = Piece(f"Since you marked it on {short_day(since.day, look.today, weekday=False)}  ", "label")
    return fill([label, Piece(literal(f" {look.glyphs.dot} ".join(since.events)), "changed")], width)


# What the paper says


def _summary(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    if not reading.paper.summary:
        return []
    label = [] if look.is_preview else fill([Piece("AI summary", "label")], width - 2)
    text = fill(mark(reading.paper.summary, "summary", pattern(reading.words)), width - 2)
    return [(Piece(f"{look.glyphs.quote} ", "quote"), *line) for line in (*label, *text)]


def _abstract(reading: ShownPaper, width: int, _look: Presentation) -> list[Line]:
    searched = pattern(reading.words)
    lines: list[Line] = []
    for text in reading.paper.abstract.split("\n\n"):
        if paragraph := fill(_with_links(text, "text", searched), width):
            lines += [(), *paragraph] if lines else paragraph
    heading = fill([Piece("Abstract", "label")], width)
    return [*heading, *(lines or fill([Piece("None in the cache yet.", "muted")], width))]


def _with_links(text: str, role: str, searched: Marker | None) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for address in addresses_in(text):
        pieces += mark(text[done : address.start], role, searched)
        shown = mark(text[address.start : address.end], "link", searched)
        pieces += [piece._replace(action=("link", address.url)) for piece in shown]
        done = address.end
    return [*pieces, *mark(text[done:], role, searched)]


# Links


def _links(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    paper = reading.paper
    links = places(paper)
    if look.is_page:
        return [_link_line(link, width, look, paper.code_stars) for link in links]
    in_order = sorted(links, key=lambda link: link.name != CODE_LINK)
    items = [
        [Piece(cut(link.name, width), "link", action=("link", link.url)), *_code_stars(link, paper.code_stars)]
        for link in in_order
    ]
    counts = ([Piece(without_breaks(count), "muted")] for count in linked_counts(paper))
    return join_items([*items, *counts], _separator(look), width)


def _link_line(link: Link, width: int, look: Presentation, stars: int | None) -> Line:
    action = ("link", link.url)
    key = look.link_keys.get(link.letter, "")
    name = link.name.capitalize() if link.name.islower() else link.name
    if link.in_text and link.letter.isdigit():
        name = "Link"  # The address on the same line names the host.
    begin = [Piece(f"{key:<3}", "key", action=action), Piece(f"{name:<9}", "muted", action=action)]
    end = [Piece("  in the text", "muted")] if link.in_text else _code_stars(link, stars)
    room = width - measure(begin) - measure(end)
    if room < 8:
        return (Piece(cut(f"{key:<3}{name}", width), "link", action=action),)
    address = literal(link.url).partition("://")[2].removeprefix("www.").rstrip("/")
    return (*begin, Piece(cut(address, room, look.glyphs.ellipsis), "link", action=action), *end)


def _code_stars(link: Link, stars: int | None) -> list[Piece]:
    """The stars of the code that the feed names."""
    is_code = link.name == CODE_LINK and not link.in_text
    return [Piece(f" {amount(stars, 'star')}", "muted")] if stars and is_code else []


def _unknown_id(reading: ShownPaper, width: int, _look: Presentation) -> list[Line]:
    if not reading.paper.id.startswith(PAGE_PREFIX):
        return []
    return fill([Piece("Its arXiv id is not known yet: refreshes look up its title.", "muted")], width)


KIND_NAMES: Mapping[Kind, tuple[str, str]] = {
    "model": ("model", "models"),
    "dataset": ("dataset", "datasets"),
    "space": ("Space", "Spaces"),
}


def linked_counts(paper: Paper) -> list[str]:
    """The number of repositories of each kind that name the paper, such as `2 models`, without zeros."""
    counts = zip(KINDS, (paper.models, paper.datasets, paper.spaces), strict=True)
    return [f"{count:,} {KIND_NAMES[kind][count != 1]}" for kind, count in counts if count]


def repository_lines(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """How many repositories name the paper, and the known ones of each kind."""
    counts = linked_counts(reading.paper)
    if not counts or reading.kept is None:
        return []
    lines = fill([Piece("Linked ", "label"), Piece(f" {look.glyphs.dot} ".join(counts), "facts")], width)
    for kind in KINDS:
        repositories = [each for each in reading.kept.community.repositories if each.kind == kind]
        key = look.link_keys.get(LINKED[kind][0], "")
        for number, repository in enumerate(repositories, 1):
            digit = number if key and len(repositories) > 1 else ""
            lines.append(_repository_line(repository, f"{key}{digit}", width, look))
    return lines


def _repository_line(repository: Repository, key: str, width: int, look: Presentation) -> Line:
    action = ("link", repository.url)
    facts = [
        literal(repository.about),
        f"{compact(repository.likes)} {'like' if repository.likes == 1 else 'likes'}" if repository.likes else "",
        f"{compact(repository.downloads)} downloads" if repository.downloads else "",
        repository.state,
    ]
    line = (
        Piece(f"{key:<5}", "key", action=action),
        Piece(literal(repository.id), "link", action=action),
        Piece(f"  {f' {look.glyphs.dot} '.join(filter(None, facts))}".rstrip(), "muted"),
    )
    return cut_line(line, width, look.glyphs.ellipsis)


def compact(count: int) -> str:
    """A number in at most four characters: `842`, `8.8k`, `20k`, `1.2M`."""
    for size, sign in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{sign}".replace(".0", "") if count < 10 * size else f"{count // size}{sign}"
    return str(count)


# Its subjects


def _subjects(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    paper = reading.paper
    return [*_topics(paper, width, look), *_categories(paper, width, look), *_keywords(reading, width, look)]


def _topics(paper: Paper, width: int, look: Presentation) -> list[Line]:
    items = []
    for slug in paper.topics:
        name = literal(look.topic_names.get(slug) or slug.replace("-", " ").capitalize())
        items.append([Piece(cut(name, width, look.glyphs.ellipsis), "topic", action=("topic", slug))])
    return join_items(items, _separator(look), width)


def _categories(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The arXiv categories, with the name of the primary one, and other facts about the paper."""
    items = list(paper.categories)
    if items:
        from reader.feeds.arxiv_categories import categories

        known = categories().get(items[0])
        items[0] = f"{known.name} {items[0]}" if known else items[0]
    items += facts(paper)
    return join_items([[Piece(literal(item), "facts")] for item in items], _separator(look), width)


def _keywords(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    from reader.core.keywords import collapse

    searched = pattern(reading.words)
    words = [mark(word, "keywords", searched) for word in collapse(reading.paper.keywords)]
    line_up = partial(join_items, between=_separator(look), width=width)
    return line_up(words) if look.is_page or not words else _fold(words, len(words), MAX_KEYWORD_LINES, line_up)


# Comments


def comment_lines(reading: ShownPaper, width: int, look: Presentation) -> list[Line]:
    """The comments in threads; an automated comment is a single line."""
    placed = threads(reading.kept.community.comments) if reading.kept else []
    visible_count = sum(not item.comment.is_hidden for item in placed)
    if not visible_count:
        return []
    lines = fill([Piece(amount(visible_count, "comment"), "label")], width)
    before = 0
    for item in placed[:MAX_COMMENTS]:
        bars = _bars(item.depth, width, look)
        lines.append(bars[: len(_bars(before, width, look))])
        lines += [(*bars, *line) for line in _comment(item, width - measure(bars), look)]
        before = item.depth
    if len(placed) > MAX_COMMENTS:
        lines += [(), _more_line(f"+{len(placed) - MAX_COMMENTS:,} more", width)]
    return lines


def _bars(depth: int, width: int, look: Presentation) -> Line:
    return (Piece(f"{look.glyphs.rule} ", "quote"),) * min(depth, width // 12 - 1)


def _comment(placed: ThreadedComment, width: int, look: Presentation) -> list[Line]:
    comment = placed.comment
    if comment.is_hidden:
        return fill([Piece("a comment that is hidden", "muted")], width)
    lost = ", to a deleted comment" if placed.lost_parent else ""
    heading = fill([*_comment_heading(comment, look), Piece(lost, "muted")], width)
    if comment.is_automated:
        return [*heading, *fill([Piece("an automated list of similar papers", "muted")], width)]
    return [*heading, *_text(comment.blocks, width, look.glyphs)]


def _comment_heading(comment: Comment, look: Presentation) -> list[Piece]:
    details = [short_day(comment.at[:10], look.today, weekday=False)] if comment.at else []
    details += ["edited"] if comment.is_edited else []
    details += ["  ".join(without_breaks(f"{literal(emoji)} {count:,}") for emoji, count in comment.reactions)]
    facts = "".join(f" {look.glyphs.dot} {detail}" for detail in details if detail)
    return [Piece(without_breaks(literal(comment.author)), "people"), Piece(facts, "muted")]


_ROLES = {
    **{"heading": "label", "strong": "label", "code": "keywords", "rule": "quote"},
    **dict.fromkeys(("mark", "label", "caption", "muted"), "muted"),
}
"""The styles of a document's roles; others are plain text."""


def _text(blocks: Sequence[Block], width: int, glyphs: Glyphs) -> list[Line]:
    writer = BlockWriter(width)
    lines: list[Line] = []
    for number, block in enumerate(blocks):
        for line in writer.lines(block, blocks[number - 1] if number else None):
            # Code and tables are cut, not wrapped.
            lines.append(cut_line(tuple(_draw_pieces(line, glyphs)), width, glyphs.ellipsis))
    return lines


def _draw_pieces(line: DocumentLine, glyphs: Glyphs) -> Iterator[Piece]:
    for piece in line.pieces:
        target = piece.action[1] if piece.action else ""
        is_web = target.startswith(("https://", "http://"))
        text = literal((in_ascii(piece) if glyphs is ASCII else piece).text)
        role = "link" if is_web else _ROLES.get(piece.role, "text")
        yield Piece(text, role, action=("link", target) if is_web else None)


def _status(reading: ShownPaper, width: int, _look: Presentation) -> list[Line]:
    return fill([Piece(reading.fetching, "muted")], width)


_AFTER_HEAD: tuple[Section, ...] = (_suits, own_lines, _changes_since_mark)
_AFTER_ABSTRACT: tuple[Section, ...] = (
    *(_links, _unknown_id, repository_lines, _subjects, _all_authors, comment_lines, _status),
)
_PAPER: tuple[Section, ...] = (_title, _about, *_AFTER_HEAD, _summary, _abstract, *_AFTER_ABSTRACT)
_PREVIEW: tuple[Section, ...] = (_preview_head, *_AFTER_HEAD, _preview_abstract, *_AFTER_ABSTRACT)
