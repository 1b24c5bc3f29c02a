"""The paper's related data as lines for its page: versions, linked repositories, and comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from reader.actions.links import LINKED
from reader.core.community import KINDS, Comment, Kind, Placed, Repository, threads
from reader.core.document.block_lines import IN_ASCII, BlockWriter, DocumentLine
from reader.core.document.model import Items
from reader.core.lines import UNBROKEN, Line, Piece, cut, cut_line, fill, literal, measure, unbroken
from reader.core.text import amount
from reader.core.topics.trends import spark
from reader.ui.kit.day_names import short_day
from reader.ui.kit.glyphs import ASCII, Glyphs
from reader.ui.page.presentation import Presentation

if TYPE_CHECKING:
    from reader.cache.community import PageData
    from reader.core.document.model import Block
    from reader.core.paper import Paper

WORDS: Mapping[Kind, tuple[str, str]] = {
    "model": ("model", "models"),
    "dataset": ("dataset", "datasets"),
    "space": ("Space", "Spaces"),
}

SPARKED = 12
"""Number of latest changes in the sparkline of the models."""

FEW_REPOSITORIES = 3
"""Maximum repositories of one kind while folded."""

FEW_COMMENTS, MANY_COMMENTS = 40, 300
"""Maximum comments while folded, and in all."""

_LOST = ", to a deleted comment"
_UNFOLD = ("unfold", "")
_EMPTY: Line = ()
_STYLED = {"heading": "label", "strong": "label", "code": "keywords", "rule": "quote", "text": "text"}
"""Styled roles of a document's text; others are plain text."""
_MUTED = ("mark", "label", "caption", "muted")


def linked_counts(paper: Paper) -> list[str]:
    """The number of repositories of each kind that name the paper, such as `2 models`, without zeros."""
    counts = zip(KINDS, (paper.models, paper.datasets, paper.spaces), strict=True)
    return [f"{count:,} {WORDS[kind][count != 1]}" for kind, count in counts if count]


def version_lines(versions: Sequence[str], today: date, width: int, glyphs: Glyphs) -> list[Line]:
    """The dates of a paper's versions on arXiv, if there are several."""
    if len(versions) < 2:
        return []
    parts = []
    for version in versions:
        name, _, day = literal(version).partition(" ")
        parts.append(unbroken(f"{name} {short_day(day, today, weekday=False)}"))
    return fill([Piece("Versions ", "label"), Piece(f" {glyphs.dot} ".join(parts), "facts")], width)


# Repositories


def repository_lines(paper: Paper, kept: PageData, width: int, look: Presentation) -> list[Line]:
    """How many repositories name the paper, with its models' growth, and the first ones of each kind."""
    counts = linked_counts(paper)
    if not counts:
        return []
    if len(kept.models) > 1 and paper.models:
        counts[0] += f"{UNBROKEN}{spark(kept.models[-SPARKED:], look.glyphs.spark)}"
    lines = fill([Piece("Linked ", "label"), Piece(f" {look.glyphs.dot} ".join(counts), "facts")], width)
    for kind in KINDS:
        found = [one for one in kept.community.repositories if one.kind == kind]
        shown = found if look.is_unfolded else found[:FEW_REPOSITORIES]
        for number, repository in enumerate(shown, 1):
            key = look.link_keys.get(LINKED[kind][0], "")
            lines.append(_repository_line(repository, f"{key}{number if key and len(found) > 1 else ''}", width, look))
        if more := len(found) - len(shown):
            lines.append((Piece(" " * 5), Piece(f"+{more:,}", "more", action=_UNFOLD)))
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


# Comments


def comment_lines(kept: PageData, width: int, look: Presentation) -> list[Line]:
    """The comments in threads; automated ones are a single line until unfolded."""
    placed = threads(kept.community.comments)
    said = sum(not one.comment.is_hidden for one in placed)
    if not said:
        return []
    lines = fill([Piece(amount(said, "comment"), "label")], width)
    shown = placed[: MANY_COMMENTS if look.is_unfolded else FEW_COMMENTS]
    before = 0
    for one in shown:
        lines.append(tuple(_bars(min(before, one.depth), width, look.glyphs)))
        bars = _bars(one.depth, width, look.glyphs)
        lines += [(*bars, *line) for line in _comment(one, width - measure(bars), look)]
        before = one.depth
    if more := len(placed) - len(shown):
        action = None if look.is_unfolded else _UNFOLD
        lines += [_EMPTY, (Piece(f"+{more:,} more", "more", action=action),)]
    return lines


def _bars(depth: int, width: int, glyphs: Glyphs) -> list[Piece]:
    return [Piece(f"{glyphs.rule} ", "quote")] * min(depth, width // 12 - 1)


def _comment(placed: Placed, width: int, look: Presentation) -> Iterator[Line]:
    comment = placed.comment
    if comment.is_hidden:
        yield from fill([Piece("a comment that is hidden", "muted")], width)
        return
    yield from fill([*_head(comment, look), *([Piece(_LOST, "muted")] if placed.lost_parent else [])], width)
    if comment.is_automated and not look.is_unfolded:
        papers = sum(len(block.items) for block in comment.blocks if isinstance(block, Items))
        what, more = ("automated, similar papers ", f"+{papers}") if papers else ("automated ", "+")
        yield from fill([Piece(what, "muted"), Piece(more, "more", action=_UNFOLD)], width)
    else:
        yield from text_lines(comment.blocks, width, look.glyphs)


def _head(comment: Comment, look: Presentation) -> list[Piece]:
    dot = look.glyphs.dot
    told = [short_day(comment.at[:10], look.today, weekday=False)] if comment.at else []
    told += ["edited"] if comment.is_edited else []
    told += ["  ".join(unbroken(f"{literal(emoji)} {count:,}") for emoji, count in comment.reactions)]
    facts = "".join(f" {dot} {one}" for one in told if one)
    return [Piece(unbroken(literal(comment.author)), "people"), Piece(facts, "muted")]


def text_lines(blocks: Sequence[Block], width: int, glyphs: Glyphs) -> list[Line]:
    writer = BlockWriter(width)
    lines: list[Line] = []
    for number, block in enumerate(blocks):
        for line in writer.lines(block, blocks[number - 1] if number else None):
            # Code and tables are cut, not wrapped.
            lines.append(cut_line(tuple(_drawn(line, glyphs)), width, glyphs.ellipsis))
    return lines


def _drawn(line: DocumentLine, glyphs: Glyphs) -> Iterator[Piece]:
    for piece in line.pieces:
        role = "muted" if piece.role in _MUTED else _STYLED.get(piece.role, "text")
        target = piece.action[1] if piece.action else ""
        is_web = target.startswith(("https://", "http://"))
        is_sign = glyphs is ASCII and piece.role in ("rule", "label")
        text = piece.text.translate(IN_ASCII) if is_sign else piece.text
        yield Piece(literal(text), "link" if is_web else role, action=("link", target) if is_web else None)
