"""The daily feed's Markdown of a paper: checks that it is a paper's text, and makes its document.

TeX in it is found first, since the parser would read its signs; the feed's links and captions give the blocks the
anchors of arXiv's HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from reader.core.document import symbols
from reader.core.document.model import (
    NESTING,
    Block,
    Cell,
    Document,
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
    plain,
)
from reader.core.errors import NoFullText
from reader.core.foreign import web_url
from reader.core.text import clean
from reader.feeds.fulltext.html import cell_span, script
from reader.feeds.fulltext.spans import LETTERS, PARTS, TEXT_LETTERS, SpanWriter, code_lines, restyled

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


_DOLLARS = re.compile(
    r"(?<![\\$\w])\$(?=[^\s$])((?:[^$\\\n]|\\.){1,2000}?)(?<=[^\s\\])\$(?![\w$])"
    r"|\\\((.{1,2000}?)\\\)|\$\$([^$]{1,3000}?)\$\$"
)
_SIGN = re.compile(r"\\[A-Za-z]{2,}|\\[{},;!]|[_^]\{")
_WORD = re.compile(r"[^\s|`]+")
_ENDS_OPEN = re.compile(r"(?:[=<>≤≥∈+*/&^_]|\\\\|[∼≈→←×·∣|])$")
_BEGINS_OPEN = re.compile(
    r"(?:\\(?:in|leq?|geq?|sim|approx|to|times|cdot|subset|neq?|mid|cup|cap|pm|ll|gg|equiv)\b|[=≤≥∈→])"
)
_COMPOUND = re.compile(r"(?<=[\w})\]])-[A-Za-z]{4,}$")
_COMPOUND_BEFORE = re.compile(r"[A-Za-z]{3,}-(?=\\)")
"""Words that a hyphen joins to a formula, as in `ω-mediation` and `spin-½`."""
_LAST_COMMAND = re.compile(r"\\([A-Za-z]+)$")
_PLAIN = re.compile(r"[^\W\d_]{3,}[.,;:)]*$|(?:a|is|in|of|to|as|at|we|by|or|an|it|if)\b")
_TAIL = re.compile(r"(?<!\\)[.,;:?!_*]+$")
_COMMAND = re.compile(r"\\(?:text|mathrm|operatorname|mbox|begin|end)\*?\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"[^\W\d_]{3,}|^\s*[#|>]|\]\(|`")
_NAMED = {**symbols.ORDINARY, **symbols.RELATIONS, **symbols.BINARY}
_OPEN_COMMANDS = frozenset((*symbols.RELATIONS, *symbols.BINARY, *symbols.LARGE, *symbols.FUNCTIONS))
_TWICE = re.compile(r"([^\x00-\x7f])\\([A-Za-z]+)")

LONGEST = 3_000
"""Maximum letters of a run."""


def find_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """The runs of TeX in a text: start, end and TeX."""
    end = 0
    for found in _DOLLARS.finditer(text):
        yield from _bare_runs(text, end, found.start())
        yield found.start(), found.end(), found[1] or found[2] or found[3].strip()
        end = found.end()
    yield from _bare_runs(text, end, len(text))


def is_formula(text: str) -> bool:
    """Whether a whole paragraph is TeX: it has commands and no word of prose."""
    return _SIGN.search(text) is not None and _PROSE.search(_COMMAND.sub(" ", text)) is None


def _bare_runs(text: str, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    place = start
    while sign := _SIGN.search(text, place, stop):
        begin = text.rfind(" ", start, sign.start()) + 1 or start
        begin = max(begin, place, *(text.rfind(edge, start, sign.start()) + 1 for edge in "\n|`"))
        end = _end_of_run(text, begin, stop)
        if tail := _TAIL.search(text[begin:end]):
            end -= len(tail[0])
        while text[begin] == "*" or (text[begin] == "_" and text[begin + 1] != "{"):
            begin += 1
        if (word := _COMPOUND.search(text[begin:end])) and "://" not in text[begin:end]:
            end = begin + word.start()
        if word := _COMPOUND_BEFORE.match(text[begin:end]):
            begin += word.end()
        if text[begin] + text[end - 1] in ("()", "[]") and _balance(text[begin : end - 1]) == 1:
            begin, end = begin + 1, end - 1
        while text[begin] in "([" and _balance(text[begin:end]) > 0:
            begin += 1
        while text[end - 1] in ")]" and _balance(text[begin:end]) < 0:
            end -= 1
        tex = text[begin:end]
        if tex and not tex.startswith(("http:", "https:")):
            yield begin, end, _TWICE.sub(_once, tex)
        place = max(end, sign.end())


def _end_of_run(text: str, begin: int, stop: int) -> int:
    end = begin
    for word in _WORD.finditer(text, begin, stop):
        if word.end() - begin > LONGEST or "\n\n" in text[end : word.start()]:
            break
        if end > begin and not _goes_on(text[begin:end], word[0], is_new_line="\n" in text[end : word.start()]):
            break
        end = word.end()
    return end


def _goes_on(run: str, word: str, *, is_new_line: bool) -> bool:
    is_open = run.count("{") - run.count("}") > run.count("\\{") - run.count("\\}")
    if is_open or run.count("\\begin{") > run.count("\\end{") or run.endswith("\\\\"):
        return True
    if is_new_line:
        return False
    if _balance(run) > 0:
        return True
    if command := _LAST_COMMAND.search(run):
        if command[1] in symbols.OPENING:
            return True
        # A letter such as lambda can stand alone; a relation needs a right side, which prose is not.
        return _BEGINS_OPEN.match(word) is not None or (command[1] in _OPEN_COMMANDS and not _PLAIN.match(word))
    return _ENDS_OPEN.search(run) is not None or _BEGINS_OPEN.match(word) is not None


def _balance(text: str) -> int:
    return text.count("(") + text.count("[") - text.count(")") - text.count("]")


def _once(found: re.Match[str]) -> str:
    """The converter writes some symbols twice, as Unicode and as TeX."""
    return f"\\{found[2]}" if _NAMED.get(found[2]) == found[1] else found[0]


MIN_LETTERS = 2_500
"""Minimum letters of a page to count as a paper's text."""

SPECIAL = 4_000
"""Maximum brackets, stars and the like in a paragraph: the parser's time grows with the square."""

OPEN_MARK, CLOSE_MARK = "\ue000", "\ue001"
"""Put around a formula's number, which Markdown must not read; cleaning removes these characters elsewhere."""

_HEAD = re.compile(
    r"(?:Title: (?P<title>[^\n]*)\n+)?(?:URL Source: (?P<source>\S*)\s*\n+)?(?:[A-Z][\w ]{2,30}: [^\n]*\n+)*?"
    r"Markdown Content:[^\S\n]*\n"
)
_ARXIV = re.compile(r"https?://(?:[\w-]+\.)*arxiv\.org/html/\S+?(?:v(?P<version>[0-9]{1,3}))?/?$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_LONG_MARKER = re.compile(r"^( *)([0-9]{1,2}\.) {2,}(?=\S)", re.MULTILINE)
_LOST_LABEL = re.compile(r"\bLABEL:[\w:.-]*\w")
_MACRO = re.compile(r"\\(?:lx@[A-Za-z@]+|tightlist\b|makecell)[^\S\n]*")
"""Macros of the converter, and of pandoc, that stand for nothing."""
_PERCENT = re.compile(r"(?<=[0-9])\\%")
_BROKEN_TEX = re.compile(r"(?<!\\)%\n(?=\S)")
_CELL = re.compile(r"((?<!\\)\|)")
_TWICE_NUMBERED = re.compile(r"^( *)([0-9]{1,2}\.) {1,4}\2[^\S\n]*(?=\S)", re.MULTILINE)
_DISPLAYED = re.compile(r"(?<!\\)(?:\$\$([^$]{1,3000}?)\$\$|\\\[((?:[^\\]|\\[^\[\]]){1,3000}?)\\\])")
_HTML_TABLE = re.compile(r"<table\b(?:(?!</?table\b).){1,100000}?</table>", re.DOTALL | re.IGNORECASE)
_HTML_PICTURE = re.compile(
    r"<img\b(?=[^<>]{0,500}?\bsrc=\"(?P<src>[^\"<>\s]{1,500})\")(?:(?=[^<>]{0,500}?\balt=\"(?P<alt>[^\"<>\[\]]{0,200})\"))?"
    r"[^<>]{0,1000}>",
    re.IGNORECASE,
)
_DRAWING = re.compile(r"<svg\b(?:(?!</?svg\b).){0,100000}?</svg>", re.DOTALL | re.IGNORECASE)
_SUMMARY = re.compile(r"<summary\b[^<>]{0,100}>([^<>]{1,300})</summary>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(su[bp])>([^<>]{1,100})</\1>")
_STRONG = re.compile(r"<(?:b|strong)>([^<>\n]{1,300})</(?:b|strong)>", re.IGNORECASE)
_EMPHASIS = re.compile(r"<(?:i|em)>([^<>\n]{1,300})</(?:i|em)>", re.IGNORECASE)
_BLOCK_TAGS = ("details", "div", "p", "center", "figure", "figcaption", "hr")
_TAG = re.compile(
    rf"</?({'|'.join(_BLOCK_TAGS)}|summary|br|span|a|b|i|em|strong|u|small|sub|sup|font|kbd|tt|mark)(?:\s[^<>]{{0,300}})?/?>",
    re.IGNORECASE,
)
"""Tags of which only the text is kept; others, such as `<EOS>`, are part of it."""
MOST_ROWS, MOST_CELLS = 2_000, 60
"""Of a table."""
_NO_TEX = re.compile(r"\]\([^)\n]*\)|`[^`\n]+`")
"""Targets of links, and code."""


def read_markdown(text: str) -> Document:
    """The text of a paper in the feed's form; raises NoFullText if it is that of another page, or too large."""
    if len(text) > LETTERS:
        raise NoFullText(f"the page is larger than {LETTERS // 1_000_000} million letters")
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    head = _HEAD.match(text)
    source = _ARXIV.match(head["source"] or "") if head else None
    if head is None or source is None or len(text) < MIN_LETTERS:
        raise NoFullText("the feed has its page in place of the text")
    version = int(source["version"]) if source["version"] else None
    return parse_markdown(text[head.end() :], title=head["title"] or "", version=version)


def parse_markdown(text: str, *, title: str = "", version: int | None = None) -> Document:
    """A document of any Markdown; raises NoFullText if it is too large."""
    paragraphs, is_cut = _bounded(text.split("\n\n"))
    text = "\n\n".join(paragraphs)
    for paragraph in paragraphs:
        if any(paragraph.count(sign) > SPECIAL for sign in "[]*_<!`&"):
            raise NoFullText("one of its paragraphs is too large")
    text = text.replace(OPEN_MARK, "").replace(CLOSE_MARK, "")
    # The converter indents the text of all items by four columns, wherever their first line begins.
    text = _outside_code(text, _without_html)
    text = _TWICE_NUMBERED.sub(r"\1\2 ", text)
    text = _LONG_MARKER.sub(lambda found: f"{found[1]}{found[2]:4}", _LOST_LABEL.sub("?", _MACRO.sub("", text)))
    formulas: dict[str, str] = {}
    text = _outside_code(_BROKEN_TEX.sub("", text), lambda part: _protect(part, formulas))
    builder = _Builder(formulas)
    blocks = builder.build(_parser().parse(text))
    return Document(clean(title) or builder.title, blocks, version, is_cut=is_cut or builder.is_cut)


def _bounded(paragraphs: list[str]) -> tuple[list[str], bool]:
    """The first paragraphs that can be parsed within seconds, and whether others are left out."""
    parts = 0
    for place, paragraph in enumerate(paragraphs):
        parts += 1 + paragraph.count("](")
        if parts > PARTS:
            return paragraphs[:place], True
    return paragraphs, False


@cache
def _parser() -> MarkdownIt:
    # Late: only a full text needs it (54 ms).
    from markdown_it import MarkdownIt

    # Bare TeX is full of backslashes, which would count as escapes. Code has fences; other text is indented too.
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table").disable(["escape", "code"])


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """A text with all but its code changed."""
    parts = _FENCE.split(text)
    # Text and fences take turns; what is between two fences is code.
    for index in range(0, len(parts), 4):
        parts[index] = change(parts[index])
    return "".join(parts)


def _without_html(text: str) -> str:
    """A text with Markdown instead of HTML, and displayed formulas in paragraphs of their own."""
    if "<" in text:
        text = _HTML_TABLE.sub(lambda found: _pipe_table(found[0]), text)
        text = _HTML_PICTURE.sub(lambda found: f"![{found['alt'] or ''}]({found['src']})", text)
        text = _SUMMARY.sub(r"\n\n**\1**\n\n", _DRAWING.sub("[diagram]", text))
        text = _SCRIPT.sub(
            lambda found: script(found[2], found[1]), _STRONG.sub(r"**\1**", _EMPHASIS.sub(r"*\1*", text))
        )
        text = _TAG.sub(
            lambda found: "\n\n" if found[1].lower() in _BLOCK_TAGS else " " if found[1] == "br" else "", text
        )
    return _DISPLAYED.sub(lambda found: f"\n\n$${(found[1] or found[2]).strip()}$$\n\n", text)


def _pipe_table(html: str) -> str:
    """A table of HTML in Markdown; where cells span columns or rows, the others are empty."""
    from selectolax.lexbor import LexborHTMLParser

    rows: list[list[str]] = []
    free: dict[int, int] = {}
    for row in LexborHTMLParser(html).css("tr")[:MOST_ROWS]:
        cells: list[str] = []
        for cell in row.css("th, td")[:MOST_CELLS]:
            while free.get(len(cells), 0) > len(rows):
                cells.append("")
            across, down = (cell_span(cell.attributes.get(name)) for name in ("colspan", "rowspan"))
            free |= dict.fromkeys(range(len(cells), len(cells) + across), len(rows) + down)
            cells += [" ".join(cell.text().split()).replace("|", "\\|"), *[""] * (across - 1)]
        rows.append(cells[:MOST_CELLS])
    columns = max(map(len, rows), default=0)
    if not columns:
        return ""
    lines = [f"| {' | '.join([*row, *[''] * (columns - len(row))])} |" for row in rows]
    return "\n\n" + "\n".join((lines[0], f"|{' --- |' * columns}", *lines[1:])) + "\n\n"


def _protect(text: str, formulas: dict[str, str]) -> str:
    """A text outside code with its formulas replaced; a formula never continues in another paragraph or cell."""
    pieces = []
    for part in text.split("\n\n"):
        if is_formula(part):
            start = len(part) - len(part.lstrip())
            pieces.append(part[:start] + _mark(part.strip().removeprefix("$$").removesuffix("$$").strip(), formulas))
        elif part.lstrip().startswith("|"):
            cells = _CELL.split(part)
            pieces.append("".join(_protect_runs(cell, formulas) for cell in cells))
        else:
            pieces.append(_protect_runs(part, formulas))
    return "\n\n".join(pieces)


def _protect_runs(text: str, formulas: dict[str, str]) -> str:
    pieces, end = [], 0
    others = [found.span() for found in _NO_TEX.finditer(text)]
    for start, stop, tex in find_runs(text):
        if any(start < there and here < stop for here, there in others):
            continue
        pieces += [_PERCENT.sub("%", text[end:start]), _mark(tex, formulas)]
        end = stop
    return "".join(pieces) + _PERCENT.sub("%", text[end:])


def _mark(tex: str, formulas: dict[str, str]) -> str:
    number = str(len(formulas))
    formulas[number] = tex
    return f"{OPEN_MARK}{number}{CLOSE_MARK}"


# Blocks that belong together

_NUMBER = re.compile(r"\(([0-9A-Z][0-9.]{0,6}[a-z]?)\)")
_CAPTION = re.compile(r"((?:Figure|Fig\.|Table|Algorithm|Listing) ?([A-Z]?[0-9]{1,3}))[:.]+ ")
_PANEL = re.compile(r"\(([a-z])\) ")
_KINDS = {"Figure": "F", "Fig.": "F", "Table": "T", "Algorithm": "alg", "Listing": "LST"}
_ENDS_WITH_RELATION = re.compile(r"(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim))\s*$")
_BEGINS_WITH_RELATION = re.compile(r"(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim)\b)")


def joined_blocks(blocks: Sequence[Block], targets: Mapping[str, str]) -> Iterator[Block]:
    """Blocks with numbers, captions, statements and references put together again."""
    in_references = False
    held: Block | None = None
    for block in blocks:
        if isinstance(block, Heading):
            in_references = _title(block) in ("references", "bibliography")
        if in_references and isinstance(block, Items):
            yield from filter(None, (held,))
            yield from _references(block)
            held = None
            continue
        *done, held = _joined(held, block, targets)
        yield from done
    yield from filter(None, (held,))


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
    first = block.spans[0]
    is_label = first.style == "strong"
    found = _CAPTION.match(f"{first.text}: " if is_label else f"{''.join(plain(block.spans[:2]))} ")
    if found is None or len(first.text) < len(found[1]):
        return None
    kind = _KINDS[found[1].split(found[2])[0].strip()]
    spans = shortened(block.spans, min(found.end(), len(first.text)) if is_label else found.end())
    return Figure(found[1], spans, (), (), targets.get(f"{kind}{found[2]}", ""))


def _references(block: Items) -> Iterator[Reference]:
    for number, item in enumerate(block.items, 1):
        label, writer = "", SpanWriter()
        for place, part in enumerate(item.blocks):
            if not isinstance(part, Paragraph):
                continue
            if place == 0 and len(item.blocks) > 1:
                label = clean("".join(plain(part.spans)))
                continue
            writer.space()
            writer.copy(part.spans)
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


# Tokens to blocks

_FORMULA = re.compile("\ue000([0-9]+)\ue001")
_SECTION = re.compile(r"(Appendix [A-Z]|[0-9]{1,2}|[A-Z](?=\.))((?:\.[0-9]{1,3})*)\.? +(?=\S)")
_ON_PAGE = re.compile(r"https?://(?:[\w-]+\.)*arxiv\.org/html/[^#\s]+#([\w.:-]+)")
_STATEMENT = re.compile(
    r"(?:Theorem|Lemma|Definition|Corollary|Proposition|Remark|Example|Proof|Assumption|Claim|Conjecture)\b"
)
_ESCAPED = re.compile(r"\\([_*\[\]<>#`()~|.!+-])")
_STEP = re.compile(r"\s*[0-9]{1,3}: ")
_NOTE = re.compile(r"(?<=[^\s\d])([0-9]{1,2}) \1\1(?!\d)")
_TAGGED = re.compile(r"\\tag\*?\{\(?([^{}()]{1,20})\)?\}")
_NOTE_TEXT = re.compile(r"([0-9]{1,2}) \1footnotetext: ")
_DEVIATION = re.compile(r"(?<=[0-9])_(±[0-9.]+)_")


class _Builder:
    def __init__(self, formulas: Mapping[str, str]) -> None:
        self.title = ""
        self.is_cut = False
        self._formulas = formulas
        self._letters = TEXT_LETTERS
        self._targets: dict[str, str] = {}
        """Anchors that links lead to, by their last part: `F4` of `S3.F4`."""

    def build(self, tokens: Sequence[Token]) -> tuple[Block, ...]:
        """The blocks of a document."""
        blocks = self._blocks(iter(tokens), "", 0)
        titles = (_title(block) if isinstance(block, Heading) else "" for block in blocks[:60])
        first = next((place for place, title in enumerate(titles) if title == "abstract"), 0)
        # What stands before the abstract are names, and what is left of macros.
        return tuple(with_pictures(joined_blocks(blocks[first:], self._targets)))

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
                    self._letters -= len(token.content)
                    if lines := code_lines(self._restored(token.content)):
                        blocks.append(Verbatim(lines))
                case "table_open":
                    if rows := self._rows(tokens):
                        blocks.append(Table(rows))
        return blocks

    def _heading(self, level: int, token: Token, blocks: list[Block]) -> None:
        spans = _without_style(self._spans(token.children)[0])
        text = "".join(plain(spans))
        if level == 1 and not blocks and not self.title:
            self.title = clean(text)
        elif level == 6 and _STATEMENT.match(text):
            blocks.append(Theorem(spans, ()))
        elif level == 6:
            blocks.append(Heading(1, "", spans))
        elif spans:
            number, spans = _numbered(spans)
            blocks.append(Heading(max(1, level - 1), number, spans, _section_anchor(number)))

    def _paragraph(self, token: Token) -> list[Block]:
        spans, pictures = self._spans(token.children)
        if not spans:
            return [Figure("", (), (), pictures)] if pictures else []
        if note := _NOTE_TEXT.match(spans[0].text):
            return [Note(note[1], shortened(spans, note.end()))]
        if len(steps := list(_lines(token))) > 2 and sum(map(bool, map(_STEP.match, token.content.split("\n")))) > 1:
            return [Verbatim(tuple(self._spans(line)[0] for line in steps))]
        rows = tuple(span.text for span in spans if span.style == "formula")
        if rows and all(span.style == "formula" or not span.text.strip(" .,;$") for span in spans):
            tags = [found[1] for row in rows for found in _TAGGED.finditer(row)]
            return [Formula(tuple(_TAGGED.sub("", row).strip() for row in rows), f"({tags[0]})" if tags else "")]
        return [Paragraph(spans), *([Figure("", (), (), pictures)] if pictures else [])]

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
            # A macro that is lost can leave an empty one.
            blocks.append(Items(tuple(one for one in items if one.blocks) or tuple(items)))
        else:
            blocks += [block for item in items for block in item.blocks]

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
                    cells.append(Cell(self._spans(token.children)[0], align=align, is_head=is_head))
                case "tr_close":
                    if any(cell.spans for cell in cells):
                        rows.append(tuple(cells))
                    cells = []
        return tuple(rows)

    # Words

    def _restored(self, text: str) -> str:
        return _FORMULA.sub(lambda found: self._formulas.get(found[1], ""), text)

    def _spans(self, tokens: Sequence[Token] | None) -> tuple[Spans, tuple[str, ...]]:
        """The spans of a line or paragraph, and the addresses of its pictures."""
        writer = SpanWriter()
        pictures: list[str] = []
        styles: list[str] = []
        target = ""
        for child in tokens or ():
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
                writer.formula(self._formulas.get(part, ""), target)
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


def _title(heading: Heading) -> str:
    return "".join(plain(heading.spans)).lower()


def _lines(token: Token) -> Iterator[list[Token]]:
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
    stars = re.compile(r"\*\*|(?<!\w)_|_(?!\w)")
    return restyled(
        tuple(span if span.style == "formula" else span._replace(text=stars.sub("", span.text)) for span in spans)
    )
