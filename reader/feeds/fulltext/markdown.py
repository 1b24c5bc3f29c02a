"""Documents from Markdown: markdown-it converts it to HTML, which is read like any other page.

Markdown would misread TeX, so TeX is found first and becomes `math` elements as in arXiv's pages. The feed writes TeX
without dollars, so each word with a command or a script is a formula. Parts that the feed's converter separates are
joined afterwards: captions, numbers of equations and statements, references. Private characters replace text that
Markdown must not read, and are removed from all other text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from reader.core.document import model, symbols
from reader.core.document.model import Block, Document, Span, Spans, plain
from reader.core.errors import NoFullText
from reader.core.text import clean
from reader.feeds.fulltext.html import PageReader, check_html
from reader.feeds.fulltext.spans import LETTERS, MAX_MARKDOWN_LETTERS, SpanWriter, restyle

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


MIN_LETTERS = 2_500
"""Minimum letters of a page to count as a paper's text."""

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Enclose the number of a piece of HTML."""
_PIECE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_LESS, _BRACKET = "\ue002", "\ue003"
"""Replace a `<` that begins no tag, and a `[` without an end."""
_PRIVATE_CHARACTERS = re.compile("[\ue000-\ue003]|&#(?:x0*e00[0-3]|0*5734[4-7]);", re.IGNORECASE)

MAX_OPEN_BRACKETS = 8
"""Maximum brackets without an end in a paragraph with links; the parser reads the text again for each of them."""

_HEAD = re.compile(
    r"(?:Title: (?P<title>[^\n]*)\n+)?(?:URL Source: (?P<source>\S*)\s*\n+)?(?:[A-Z][\w ]{2,30}: [^\n]*\n+)*?"
    r"Markdown Content:[^\S\n]*\n"
)
_ARXIV = re.compile(r"https?://(?:[\w-]+\.)*arxiv\.org/html/\S+?(?:v(?P<version>[0-9]{1,3}))?/?$")
_ON_PAGE = re.compile(r"href=\"https?://(?:[\w-]+\.)*arxiv\.org/html/[^#\s\"]+(?=#[\w.:-]+\")")

_TAGS = (
    "a|b|blockquote|br|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p"
    "|pre|s|small|span|strong|su[bp]|summary|svg|tt|u|ul"
)
_TABLE_TAGS = "caption|t(?:able|body|[dhr]|foot|head)"
_NO_TAG, _NO_TABLE_TAG = (
    re.compile(rf"<(?!/?(?:{names})(?:\s[^<>]{{0,2000}})?/?>)", re.IGNORECASE)
    for names in (_TAGS, f"{_TAGS}|{_TABLE_TAGS}")
)
"""A `<` that does not begin one of these tags, as in `<EOS>`, is part of the text."""
_TABLE = re.compile(
    r"(<table\b(?=(?:(?!</?table\b).)*?<t[dh]\b)(?:(?!</?table\b).)*+</table>)", re.DOTALL | re.IGNORECASE
)
_PICTURE = re.compile(r"<img\b[^<>]*?\bsrc=\"([^\"<>\s]{0,2000})\"[^<>]*>", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]")
_FENCE = re.compile(r"^([ >]*(?:```|~~~))", re.MULTILINE)
_DISPLAYED = re.compile(r"(?<!\\)(?:\$\$([^$]{1,3000}?)\$\$|\\\[((?:[^\\]|\\[^\[\]]){1,3000}?)\\\])")
_GROUP = r"\{(?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.)*+\})*+\})*+\}"
"""A group of TeX in braces, with at most two levels of groups within it."""
_COMMAND = r"\\[A-Za-z]{2,}(?:[ ](?=\\|[0-9]|[b-z](?![A-Za-z])|(?![AI]\s)[A-Z](?![a-z])))?"
"""A command, with the space before another command, a number or a single letter."""
_TEX = re.compile(
    rf"""
    \]\([^)\]\n]*\) | `[^`]+` | <[^<>]{{0,2000}}>    # Targets of links, code and tags are not TeX.
    | (?<![\\$\w]) \$ (?=[^\s$]) (?P<dollars>(?:[^$\\\n]|\\.){{1,2000}}?) (?<=[^\s\\]) \$ (?![\w$])
    | \\\( (?P<brackets>(?:[^\\]|\\[^()]){{1,2000}}?) \\\)
    | \$\$ (?P<displayed>[^$]{{1,3000}}?) \$\$
    | (?<![^\s|`*_>(\[])
      (?:[A-Za-z]{{3,}}-(?=\\))?                     # A word that a hyphen joins to a formula is not part of it.
      (?P<word>
        (?:[^\s|`*\\{{}}<_^%] | \{{[^\\{{}}]{{1,200}}\}}){{0,200}}+
        (?:{_COMMAND} | \\[{{}},;!] | [_^]{_GROUP} | (?=\{{[\\{{}}]){_GROUP})
        (?:{_COMMAND} | \\. | [_^]?{_GROUP} | -(?![A-Za-z]{{4}}) | [^\s|`*\\{{}}<_%-])*+
      )
    """,
    re.VERBOSE,
)
"""Formulas between dollars or in brackets, and words with a command, a script or a group."""
_DOUBLED_SYMBOL = re.compile(r"([^\x00-\x7f])\\([A-Za-z]+)")
_SYMBOLS = {**symbols.ORDINARY, **symbols.RELATIONS, **symbols.BINARY}
_TAIL = re.compile(r"(?<!\\)[.,;:?!]+$")

# Oddities of the feed's converter

_LONG_MARKER = re.compile(r"^( *)([0-9]{1,2}\.) {2,}(?=\S)", re.MULTILINE)
"""The converter indents the text of all items by four columns, wherever their first line begins."""
_DOUBLED_NUMBER = re.compile(r"^( *)([0-9]{1,2}\.) {1,4}\2[^\S\n]*(?=\S)", re.MULTILINE)
_LONE_MARKER = re.compile(
    r"^( *)(?:\*|[0-9]{1,2}\.) +(?:([0-9]{1,2}\.)|[•–∗]|(\(?\w{1,4}[.)]))[^\S\n]*\n\n +(?=\S)", re.MULTILINE
)
"""The converter makes the marker of an item a paragraph of its own, below the item's number or star."""
_ITEM = re.compile(r" *(?:[-*]|[0-9]{1,2}\.) ")
_EMPTY_ITEM = re.compile(r"^ *[0-9]{1,2}\. +\\tightlist\n+", re.MULTILINE)
_LOST_LABEL = re.compile(r"\bLABEL:[\w:.-]*\w")
_MACRO = re.compile(r"\\(?:lx@[A-Za-z@]+|tightlist\b|makecell)[^\S\n]*")
"""Macros of the converter and of pandoc without a meaning."""
_BROKEN_TEX = re.compile(r"(?<!\\)%\n(?=\S)")
_SIGN = re.compile(r"\\[A-Za-z]{2,}|\\[{},;!]|[_^]\{")
_COMMAND_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|mbox|begin|end)\*?\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"[^\W\d_]{3,}|^\s*[#|>]|\]\(|`")
_DEVIATION = re.compile(r"(?<=[0-9])_(±[0-9.]+)_")
_STEP = re.compile(r"\s*[0-9]{1,3}: ")
_NOTE = re.compile(r"(?<=[^\s\d])([0-9]{1,2}) \1\1(?!\d)")
"""The mark of a footnote, written three times before the note's text in the middle of a sentence."""


def read_markdown(text: str) -> Document:
    """The text of a paper in the feed's Markdown; raises NoFullText for another page, or if it is too large."""
    if len(text) > LETTERS:
        raise NoFullText(f"the page is larger than {LETTERS // 1_000_000} million letters")
    text = _with_line_breaks(text)
    head = _HEAD.match(text)
    source = _ARXIV.match(head["source"] or "") if head else None
    if head is None or source is None or len(text) < MIN_LETTERS:
        raise NoFullText("the feed has its page in place of the text")
    version = int(source["version"]) if source["version"] else None
    return parse_markdown(text[head.end() :], title=head["title"] or "", version=version)


def parse_markdown(text: str, *, title: str = "", version: int | None = None) -> Document:
    """The document of any Markdown; raises NoFullText if it is too large."""
    from selectolax.lexbor import LexborHTMLParser

    text = _with_line_breaks(text)
    is_long = len(text) > MAX_MARKDOWN_LETTERS
    if is_long:
        text = text[: MAX_MARKDOWN_LETTERS + 1].rpartition("\n\n")[0]
    page = _html_of(_PRIVATE_CHARACTERS.sub("", text))
    check_html(page)
    reader = PageReader()
    article = LexborHTMLParser(f"<article>{page}</article>").css_first("article")
    if article is None:
        raise NoFullText("it has no text")
    if (heading := next(iter(article.iter()), None)) is not None and heading.tag == "h1":
        title = clean(title) or reader.line(heading)
        heading.decompose()
    blocks = tuple(_with_parts(reader.read(article)))
    names = (_title(block) if isinstance(block, model.Heading) else "" for block in blocks[:60])
    # Before the abstract are only names and remains of macros.
    start = next((place for place, name in enumerate(names) if name == "abstract"), 0)
    return Document(clean(title), blocks[start:], version, is_cut=is_long or reader.is_cut)


def _with_line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


# Markdown to HTML


@cache
def _parser() -> MarkdownIt:
    # Late: only a full text needs it (54 ms).
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"])
    # Not indented code, because other text is indented too, and not link definitions, which take quadratic time.
    return parser.disable(["code", "reference"])


def _html_of(text: str) -> str:
    """The HTML of Markdown, with its TeX as `math` elements, and its pictures as figures."""
    pieces: list[str] = []

    def keep(html: str) -> str:
        pieces.append(with_pieces(html))
        return f"{_OPEN}{len(pieces) - 1}{_CLOSE}"

    def with_pieces(html: str) -> str:
        return _PIECE.sub(lambda found: pieces[int(found[1])], html)

    text = _without_other_tags(_without_comments(text))
    text = _outside_code(text, _mend)
    text = _outside_code(text, lambda part: _protect(part, keep))
    html = with_pieces(_parser().render(text)).replace(_LESS, "&lt;").replace(_BRACKET, "[")
    return _ON_PAGE.sub('href="', _PICTURE.sub(r'<figure><img src="\1"></figure>', html))


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    parts = (other.partition("-->") for other in others)
    return first + "".join(after if end else f"<!--{inner}" for inner, end, after in parts)


def _without_other_tags(text: str) -> str:
    """Keep only known tags, and tags of tables only within tables; any other `<` becomes text."""
    parts = _TABLE.split(text)
    return "".join((_NO_TABLE_TAG if at % 2 else _NO_TAG).sub(_LESS, part) for at, part in enumerate(parts))


def _without_many_brackets(text: str) -> str:
    """Make the brackets of a paragraph literal if too many of them are open."""
    depth = deepest = 0
    for sign in _BRACKETS.findall(text):
        depth = max(0, depth + (1 if sign == "[" else -1))
        deepest = max(deepest, depth)
    return text.replace("[", _BRACKET) if deepest > MAX_OPEN_BRACKETS else text


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to a text except its code."""
    parts = _FENCE.split(text)
    # Every fourth part is text; the others are fences and the code between them.
    for index in range(0, len(parts), 4):
        parts[index] = change(parts[index])
    return "".join(parts)


def _mend(text: str) -> str:
    """Remove oddities of the feed's converter, and make displayed formulas paragraphs."""
    text = _LOST_LABEL.sub("?", _MACRO.sub("", _EMPTY_ITEM.sub("", _BROKEN_TEX.sub("", text))))
    text = _LONE_MARKER.sub(lambda found: f"{found[1]}{found[2] or '-':4}{found[3] or ''} ", text)
    text = _LONG_MARKER.sub(lambda found: f"{found[1]}{found[2]:4}", _DOUBLED_NUMBER.sub(r"\1\2 ", text))
    text = _DEVIATION.sub(r"\1", _NOTE.sub(r'<sup class="ltx_mark">\1</sup> ', text))
    return _DISPLAYED.sub(lambda found: f"\n\n$${(found[1] or found[2]).strip()}$$\n\n", text)


def _protect(text: str, keep: Callable[[str], str]) -> str:
    """Replace the formulas in a text; a formula never continues in another paragraph."""
    return "\n\n".join(_without_many_brackets(_protect_paragraph(part, keep)) for part in text.split("\n\n"))


def _protect_paragraph(text: str, keep: Callable[[str], str]) -> str:
    bare = text.strip()
    is_displayed = bare.startswith("$$") and bare.endswith("$$") and len(bare) > 4
    if is_displayed or (_is_formula(text) and not _ITEM.match(text)):
        indent = text[: len(text) - len(text.lstrip())]
        return indent + keep(_math(bare.removeprefix("$$").removesuffix("$$").strip(), "block"))
    lines = text.strip("\n").split("\n")
    if len(lines) > 2 and sum(map(bool, map(_STEP.match, lines))) > 1:
        inner = (_parser().renderInline(_protect_formulas(line.strip(), keep)) for line in lines)
        listing = "".join(f'<div class="ltx_listingline">{line}</div>' for line in inner)
        return keep(f'<div class="ltx_listing">{listing}</div>')
    return _protect_formulas(text, keep)


def _is_formula(text: str) -> bool:
    """Whether a whole paragraph is TeX, with commands and no prose."""
    return _SIGN.search(text) is not None and _PROSE.search(_COMMAND_WORDS.sub(" ", text)) is None


def _protect_formulas(text: str, keep: Callable[[str], str]) -> str:
    def protect(found: re.Match[str]) -> str:
        if (word := found["word"]) is None:
            tex = found["dollars"] or found["brackets"] or found["displayed"]
            return keep(_math(tex.strip())) if tex else found[0]
        if "://" in word:
            return found[0]
        tex = _TAIL.sub("", word)
        html = _math(_DOUBLED_SYMBOL.sub(_write_once, tex))
        return f"{found[0].removesuffix(word)}{keep(html)}{word[len(tex) :]}"

    return _TEX.sub(protect, text)


def _write_once(found: re.Match[str]) -> str:
    """The converter writes some symbols twice, as Unicode and as TeX."""
    return f"\\{found[2]}" if _SYMBOLS.get(found[2]) == found[1] else found[0]


def _math(tex: str, display: str = "inline") -> str:
    return f'<math alttext="{escape(tex.replace(_LESS, "<").replace(_BRACKET, "["))}" display="{display}"></math>'


# Blocks that Markdown cannot express

_SECTION = re.compile(r"(Appendix [A-Z]|[0-9]{1,2}|[A-Z](?=\.))((?:\.[0-9]{1,3})*)\.? +(?=\S)")
_STATEMENT = re.compile(
    r"(?:Theorem|Lemma|Definition|Corollary|Proposition|Remark|Example|Proof|Assumption|Claim|Conjecture)\b"
)
_STARS = re.compile(r"\*\*|(?<!\w)_|_(?!\w)")
_TAGGED = re.compile(r"\\tag\*?\{\(?([^{}()]{1,20})\)?\}")
_NUMBER = re.compile(r"\(([0-9A-Z][0-9.]{0,6}[a-z]?)\)")
_CAPTION = re.compile(r"((?:Figure|Fig\.|Table|Algorithm|Listing) ?[A-Z]?[0-9]{1,3})[:.]+ ")
_ENDS_WITH_RELATION = re.compile(r"(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim))\s*$")
_NOTE_TEXT = re.compile(r"([0-9]{1,2}) \1footnotetext: ")


def _with_parts(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks in which numbers of sections and equations, captions, statements, notes and references are parts."""
    in_references = False
    held: Block | None = None
    for original in blocks:
        block = _part(original)
        if isinstance(block, model.Heading):
            in_references = _title(block) in ("references", "bibliography")
        match held, block:
            case model.Formula(rows, ""), model.Paragraph((Span(text, "", ""),)) if _NUMBER.fullmatch(text):
                block, held = model.Formula(rows, text), None
            case model.Formula((*rows, last), ""), model.Formula((first, *more), number):
                # The converter makes each cell of aligned rows a paragraph.
                joined = [f"{last} {first}"] if _ENDS_WITH_RELATION.search(last) else [last, first]
                block, held = model.Formula((*rows, *joined, *more), number), None
            case model.Theorem(title, ()), model.Paragraph() | model.Formula():
                block, held = model.Theorem(title, (block,)), None
            case model.Figure("", (), (), pictures), model.Figure(label, caption, (), ()) if label:
                block, held = model.Figure(label, caption, (), pictures), None
            case model.Table() as table, model.Figure(label, caption, (), ()) if label.startswith("Table"):
                block, held = model.Figure(label, caption, (table,)), None
        if held is not None:
            yield held
            held = None
        match block:
            case (
                model.Formula(number="") | model.Theorem(blocks=()) | model.Figure(label="", blocks=()) | model.Table()
            ):
                held = block
            case model.Items(items) if in_references:
                yield from (_reference(number, item) for number, item in enumerate(items, 1))
            case _:
                yield block
    if held is not None:
        yield held


def _part(block: Block) -> Block:
    """A block, or the statement, equation, caption or footnote that it is by its text."""
    match block:
        case model.Heading():
            return _heading(block)
        case model.Formula((tex,)) if tag := _TAGGED.search(tex):
            return model.Formula((_TAGGED.sub("", tex).strip(),), f"({tag[1]})")
        case model.Paragraph(spans) if note := _NOTE_TEXT.match(spans[0].text):
            return model.Note(note[1], _shorten(spans, note[0]))
        case model.Paragraph((Span(text, style), *_) as spans):
            caption = _CAPTION.match(f"{text}: " if style == "strong" else f"{''.join(plain(spans[:2]))} ")
            if caption and len(text) >= len(caption[1]):
                return model.Figure(caption[1], _shorten(spans, text if style == "strong" else caption[0]), ())
    return block


def _heading(block: model.Heading) -> model.Heading | model.Theorem:
    """A heading with its number; the converter writes the abstract and statements as headings of the lowest level."""
    bare = (span if span.style == "formula" else span._replace(text=_STARS.sub("", span.text)) for span in block.spans)
    spans = restyle(tuple(bare))
    if block.level == 5:
        is_statement = _STATEMENT.match("".join(plain(spans)))
        return model.Theorem(spans, ()) if is_statement else model.Heading(1, "", spans)
    if spans and spans[0].style != "formula" and (number := _SECTION.match(spans[0].text)):
        return model.Heading(block.level, number[1] + number[2], _shorten(spans, number[0]))
    return replace(block, spans=spans)


def _title(heading: model.Heading) -> str:
    return "".join(plain(heading.spans)).lower()


def _reference(number: int, item: model.Item) -> model.Reference:
    """An entry of the bibliography, whose first paragraph is its label if there are several."""
    paragraphs = [block.spans for block in item.blocks if isinstance(block, model.Paragraph)]
    label = clean("".join(plain(paragraphs.pop(0)))) if len(paragraphs) > 1 else ""
    writer = SpanWriter()
    for spans in paragraphs:
        writer.space()
        writer.copy(spans)
    return model.Reference(label, writer.take(), f"bib.bib{number}")


def _shorten(spans: Spans, start: str) -> Spans:
    """Spans without the text that they start with."""
    letters = len(start)
    rest: list[Span] = []
    for span in spans:
        left, letters = span.text[letters:] if letters > 0 else span.text, letters - len(span.text)
        left = left if rest or span.style == "formula" else left.lstrip(" ")
        if left:
            rest.append(span._replace(text=left))
    return tuple(rest)
