"""Markdown's tokens as blocks of a document; the feed's links and captions give them the anchors of arXiv's HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reader.core.document.model import (
    NESTING,
    Block,
    Cell,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Spans,
    Table,
    Theorem,
    Verbatim,
)
from reader.core.foreign import web_url
from reader.core.text import clean, clean_note
from reader.feeds.fulltext.bounds import TEXT_LETTERS
from reader.feeds.fulltext.spans import TEXT_LIMIT, SpanWriter

if TYPE_CHECKING:
    from markdown_it.token import Token


_NUMBER = re.compile(r"\(([0-9A-Z][0-9.]{0,6}[a-z]?)\)")
_CAPTION = re.compile(r"((?:Figure|Fig\.|Table|Algorithm|Listing) ?([A-Z]?[0-9]{1,3}))[:.] ")
_PANEL = re.compile(r"\(([a-z])\) ")
_KINDS = {"Figure": "F", "Fig.": "F", "Table": "T", "Algorithm": "alg", "Listing": "LST"}
_ENDS_WITH_RELATION = re.compile(r"(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim))\s*$")
_BEGINS_WITH_RELATION = re.compile(r"(?:\\displaystyle\s*)?(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim)\b)")


def joined_blocks(blocks: Sequence[Block], targets: Mapping[str, str]) -> Iterator[Block]:
    """Blocks with numbers, captions, statements and references put together again."""
    in_references = False
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            title = "".join(span.text for span in block.spans).lower()
            in_references = title in ("references", "bibliography")
        if in_references and isinstance(block, Items):
            yield from _last(held)
            yield from _references(block)
            continue
        joined = _joined(held.pop() if held else None, block, targets)
        yield from joined[:-1]
        held.append(joined[-1])
    yield from held


def with_pictures(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in which a picture that no caption follows belongs to the caption before it."""
    found: list[Block] = []
    for block in blocks:
        match found[-1:], block:
            case [Figure(label, caption, (), ()) as before], Figure("", (), (), pictures) if label[:3] == "Fig":
                found[-1] = replace(before, caption=caption, pictures=pictures)
            case _:
                found.append(block)
    return found


def _joined(before: Block | None, block: Block, targets: Mapping[str, str]) -> list[Block]:
    """A block joined with the one before it, if it belongs to it."""
    match before, block:
        case Formula(rows, ""), Paragraph((Span(text, "", ""),)) if number := _NUMBER.fullmatch(text):
            return [Formula(rows, number[0], targets.get(f"E{number[1]}", ""))]
        case Formula(number=first) as formula, Paragraph((Span(text, "", ""),)) if first and _NUMBER.fullmatch(text):
            return [replace(formula, number=f"{first.partition('–')[0]}–{text}")]
        case Formula((*rows, last), ""), Formula((first, *more), ""):
            if _ENDS_WITH_RELATION.search(last):
                # The cells of an aligned row are paragraphs of their own.
                return [Formula((*rows, f"{last} & {first}", *more))]
            if _BEGINS_WITH_RELATION.match(first) and "=" not in last:
                return [Formula((*rows, f"{last} {first}", *more))]
            return [Formula((*rows, last, first, *more))]
        case Theorem(title, ()), Paragraph() | Formula():
            return [Theorem(title, (block,))]
        case Figure("", (), inner, pictures), Paragraph() if caption := _caption(block, targets):
            return [replace(caption, blocks=inner, pictures=pictures)]
        case Figure("", (), inner, pictures), Paragraph(spans) if _PANEL.match(spans[0].text):
            return [Figure(spans[0].text[:3], shortened(spans, 4), inner, pictures)]
        case Table(), Paragraph() if (caption := _caption(block, targets)) and caption.label.startswith("Table"):
            return [replace(caption, blocks=(before,))]
        case Figure(label, _, (), ()), Table() | Verbatim() if label:
            return [replace(before, blocks=(block,))]
    kept = [before] if before is not None else []
    if isinstance(block, Paragraph) and (figure := _caption(block, targets)):
        return [*kept, figure]
    return [*kept, block]


def _caption(block: Block, targets: Mapping[str, str]) -> Figure | None:
    if not isinstance(block, Paragraph):
        return None
    text = "".join(span.text for span in block.spans[:2])
    is_label = block.spans[0].style == "strong"
    found = _CAPTION.match(f"{block.spans[0].text}: " if is_label else f"{text} ")
    if found is None or len(block.spans[0].text) < len(found[1]):
        return None
    kind = _KINDS[found[1].split(found[2])[0].strip()]
    spans = shortened(block.spans, len(found[1]) + 2 * (not is_label))
    return Figure(found[1], spans, (), (), targets.get(f"{kind}{found[2]}", ""))


def _last(held: list[Block]) -> list[Block]:
    taken = held[:]
    held.clear()
    return taken


def _references(block: Items) -> Iterator[Reference]:
    for number, item in enumerate(block.items, 1):
        label, writer = "", SpanWriter()
        for place, part in enumerate(item.blocks):
            if not isinstance(part, Paragraph):
                continue
            if place == 0 and len(item.blocks) > 1:
                label = clean("".join(span.text for span in part.spans), 200)
                continue
            writer.space()
            for span in part.spans:
                if span.style == "formula":
                    writer.formula(span.text, span.target)
                else:
                    writer.write(span.text, span.style, span.target)
        yield Reference(label, writer.take(), f"bib.bib{number}")


def shortened(spans: Spans, letters: int) -> Spans:
    """Spans without their first letters."""
    rest: list[Span] = []
    for span in spans:
        left = span.text[letters:] if span.style != "formula" or letters <= 0 else ""
        letters = max(0, letters - len(span.text))
        if not rest:
            left = left.lstrip(" ") if span.style != "formula" else left
        if left:
            rest.append(span._replace(text=left))
    return tuple(rest)


_FORMULA = re.compile("\ue000([0-9]+)\ue001")
_SECTION = re.compile(r"(Appendix [A-Z]|[0-9]{1,2}|[A-Z](?=\.))((?:\.[0-9]{1,3})*)\.? +(?=\S)")
_ON_PAGE = re.compile(r"https?://(?:[\w-]+\.)*arxiv\.org/html/[^#\s]+#([\w.:-]+)")
_STATEMENT = re.compile(
    r"(?:Theorem|Lemma|Definition|Corollary|Proposition|Remark|Example|Proof|Assumption|Claim|Conjecture)\b"
)
_ESCAPED = re.compile(r"\\([_*\[\]<>#`()~|.!+-])")
_STEP = re.compile(r"\s*[0-9]{1,3}: ")
_NOTE = re.compile(r"(?<=[^\s\d])([0-9]{1,2}) \1\1(?!\d)")
_NOTE_TEXT = re.compile(r"([0-9]{1,2}) \1footnotetext: ")
_DEVIATION = re.compile(r"(?<=[0-9])_(±[0-9.]+)_")


class Builder:
    """Builds the blocks of one document."""

    def __init__(self, formulas: Sequence[str]) -> None:
        self.title = ""
        self.is_cut = False
        self._formulas = formulas
        self._letters = TEXT_LETTERS
        self._targets: dict[str, str] = {}
        """Anchors that links lead to, by their last part: `F4` of `S3.F4`."""

    def build(self, tokens: Sequence[Token]) -> tuple[Block, ...]:
        """The blocks of a document."""
        blocks = self._blocks(iter(tokens), "", 0)
        first = next((place for place, block in enumerate(blocks[:60]) if _is_abstract(block)), 0)
        # What stands before the abstract are names, and what is left of macros.
        return tuple(with_pictures(joined_blocks(blocks[first:], self._targets)))

    # Tokens to blocks

    def _blocks(self, tokens: Iterator[Token], end: str, nesting: int) -> list[Block]:
        blocks: list[Block] = []
        for token in tokens:
            if self._letters < 0:
                self.is_cut = True
                break
            match token.type:
                case kind if kind == end:
                    break
                case "heading_open":
                    self._heading(int(token.tag[1:]), next(tokens), blocks)
                case "inline":
                    blocks += self._paragraph(token)
                case "bullet_list_open" | "ordered_list_open":
                    self._list(tokens, token, nesting, blocks)
                case "blockquote_open":
                    inner = self._blocks(tokens, "blockquote_close", nesting + 1)
                    blocks += [Quote(tuple(inner))] if inner and nesting < NESTING else inner
                case "fence" | "code_block":
                    self._code(token.content, blocks)
                case "table_open":
                    if rows := self._rows(tokens):
                        blocks.append(Table(rows))
        return blocks

    def _heading(self, level: int, token: Token, blocks: list[Block]) -> None:
        spans = _without_style(self._spans(token)[0])
        text = "".join(span.text for span in spans)
        if level == 1 and not blocks and not self.title:
            self.title = clean(text)
        elif level == 6 and _STATEMENT.match(text):
            blocks.append(Theorem(spans, ()))
        elif level == 6:
            blocks.append(Heading(1, "", spans))
        elif spans:
            number, spans = _numbered(spans)
            blocks.append(Heading(max(1, min(5, level - 1)), number, spans, _section_anchor(number)))

    def _paragraph(self, token: Token) -> list[Block]:
        spans, pictures = self._spans(token)
        if not spans:
            return [Figure("", (), (), pictures)] if pictures else []
        if note := _NOTE_TEXT.match(spans[0].text):
            return [Note(note[1], shortened(spans, note.end()))]
        if len(steps := list(_lines(token))) > 2 and sum(map(bool, map(_STEP.match, token.content.split("\n")))) > 1:
            return [Verbatim(tuple(self._spans_of(line)[0] for line in steps))]
        if all(span.style == "formula" or not span.text.strip(" .,;") for span in spans):
            return [Formula(tuple(span.text for span in spans if span.style == "formula"))]
        return [Paragraph(spans)]

    def _list(self, tokens: Iterator[Token], token: Token, nesting: int, blocks: list[Block]) -> None:
        end = token.type.replace("open", "close")
        start = int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else 0
        items: list[Item] = []
        for inner in tokens:
            if inner.type == end:
                break
            if inner.type == "list_item_open":
                parts = _with_markers(self._blocks(tokens, "list_item_close", nesting + 1))
                items.append(_item(f"{start + len(items)}." if start else "•", parts))
        if nesting < NESTING:
            blocks.append(Items(tuple(items)))
        else:
            blocks += [block for item in items for block in item.blocks]

    def _code(self, code: str, blocks: list[Block]) -> None:
        self._letters -= len(code)
        text = clean_note(self._restored(code).expandtabs(4), TEXT_LIMIT).strip("\n")
        if text.strip():
            lines = text.split("\n")
            blocks.append(Verbatim(tuple((Span(line.rstrip(), "code"),) if line.strip() else () for line in lines)))

    def _rows(self, tokens: Iterator[Token]) -> tuple[tuple[Cell, ...], ...]:
        rows: list[tuple[Cell, ...]] = []
        cells: list[Cell] = []
        align, is_head = "left", False
        for token in tokens:
            match token.type:
                case "table_close":
                    break
                case "th_open" | "td_open":
                    is_head = token.type == "th_open"
                    style = str(token.attrGet("style") or "")
                    align = next((name for name in ("right", "center") if name in style), "left")
                case "inline":
                    cells.append(Cell(self._spans(token)[0], align=align, is_head=is_head))
                case "tr_close":
                    if any(cell.spans for cell in cells):
                        rows.append(tuple(cells))
                    cells = []
        return tuple(rows)

    # Words

    def _restored(self, text: str) -> str:
        return _FORMULA.sub(lambda found: self._formula(found[1]), text)

    def _formula(self, number: str) -> str:
        place = int(number) if len(number) < 8 else len(self._formulas)
        return self._formulas[place] if place < len(self._formulas) else ""

    def _spans(self, token: Token) -> tuple[Spans, tuple[str, ...]]:
        """The spans of a paragraph, and the addresses of its pictures."""
        return self._spans_of(token.children or ())

    def _spans_of(self, tokens: Sequence[Token]) -> tuple[Spans, tuple[str, ...]]:
        writer = SpanWriter()
        pictures: list[str] = []
        styles: list[str] = []
        target = ""
        for child in tokens:
            match child.type:
                case "text":
                    self._write(writer, child.content, styles[-1] if styles else "", target)
                case "code_inline":
                    self._letters -= len(child.content)
                    writer.write(self._restored(child.content), "code", target)
                case "softbreak" | "hardbreak":
                    writer.space()
                case "strong_open" | "em_open":
                    styles.append("strong" if child.type == "strong_open" else styles[-1] if styles else "emphasis")
                case "strong_close" | "em_close":
                    del styles[-1:]
                case "link_open":
                    target = self._target(str(child.attrGet("href") or ""))
                case "link_close":
                    target = ""
                case "image":
                    pictures.append(clean(str(child.attrGet("src") or "")))
        return writer.take(), tuple(filter(None, pictures))

    def _write(self, writer: SpanWriter, text: str, style: str, target: str) -> None:
        self._letters -= len(text)
        for number, part in enumerate(_FORMULA.split(text)):
            if number % 2:
                writer.formula(self._formula(part), target)
            else:
                plain = _DEVIATION.sub(r"\1", _ESCAPED.sub(r"\1", part))
                for place, piece in enumerate(_NOTE.split(plain)):
                    if place % 2:
                        # The converter writes a footnote's text after its mark, which it writes three times.
                        writer.mark(piece, "")
                        writer.space()
                    else:
                        writer.write(piece, style, target)

    def _target(self, href: str) -> str:
        found = _ON_PAGE.fullmatch(href)
        anchor = found[1] if found else href[1:] if href.startswith("#") else ""
        if anchor:
            self._targets.setdefault(anchor.rpartition(".")[2], anchor)
            return f"#{clean(anchor, 200)}"
        return web_url(href) or ""


def _is_abstract(block: Block) -> bool:
    return isinstance(block, Heading) and "".join(span.text for span in block.spans).lower() == "abstract"


def _lines(token: Token) -> Iterator[list[Token]]:
    """The tokens of each line of a paragraph."""
    line: list[Token] = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(child)
    yield line


def _with_markers(parts: list[Block]) -> list[Block]:
    """Blocks in which a list of nothing but a marker has the paragraph after it as its item."""
    found: list[Block] = []
    for block in parts:
        match found[-1:], block:
            case [Items((*items, Item(_, (Paragraph((Span(marker, "", ""),)),)))) as before], Paragraph() if (
                re.fullmatch(r"\(?\w{1,4}[.)]", marker)
            ):
                found[-1] = replace(before, items=(*items, Item(marker, (block,))))
            case [Items(items) as before], Items(more):
                found[-1] = replace(before, items=(*items, *more))
            case _:
                found.append(block)
    return found


def _item(marker: str, parts: list[Block]) -> Item:
    """An item, with the marker that the feed's Markdown writes as its first paragraph."""
    match parts:
        case [Paragraph((Span(("•" | "–" | "∗") as found, "", ""),)), *rest] if rest:
            return Item(found, tuple(rest))
        case [Items((Item(found, ()),)), *rest] if rest:
            return Item(found, tuple(rest))
        case [Paragraph((Span(found, "", ""),)), *rest] if rest and re.fullmatch(r"\(?\w{1,4}[.)]", found):
            return Item(found, tuple(rest))
    return Item(marker, tuple(parts))


def _numbered(spans: Spans) -> tuple[str, Spans]:
    """The number of a heading and the rest of it."""
    found = _SECTION.match(spans[0].text) if spans else None
    if found is None or spans[0].style == "formula":
        return "", spans
    return found[1] + found[2], shortened(spans, found.end())


def _section_anchor(number: str) -> str:
    """The anchor that arXiv's HTML gives to a section: `S2.SS1` to 2.1, `A1` to Appendix A."""
    if not number:
        return ""
    first, *rest = number.removeprefix("Appendix ").split(".")
    head = f"S{int(first)}" if first.isdecimal() else f"A{ord(first) - 64}"
    return ".".join([head, *(f"{'S' * (level + 2)}{int(part)}" for level, part in enumerate(rest))])


def _without_style(spans: Spans) -> Spans:
    """The spans of a title as plain text, without stars that Markdown did not read."""
    writer = SpanWriter()
    for span in spans:
        if span.style == "formula":
            writer.formula(span.text, span.target)
        else:
            writer.write(re.sub(r"\*\*|(?<!\w)_|_(?!\w)", "", span.text), "", span.target)
    return writer.take()
