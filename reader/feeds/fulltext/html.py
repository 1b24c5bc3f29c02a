"""Read the HTML of papers that LaTeXML writes for arXiv and ar5iv, and check that it is the text of a paper.

One walk reads everything: a `_Flow` collects the current paragraph and ends it where a block begins. A formula without
TeX is read from its MathML.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from reader.core.document import model
from reader.core.document.formula import SUBSCRIPTS, SUPERSCRIPTS, small_letters
from reader.core.document.formula_tree import MAX_NESTING, is_known
from reader.core.document.model import Block, Cell, Document, Span, Spans, plain, shown_text
from reader.core.document.symbols import FUNCTIONS
from reader.core.errors import NoFullText
from reader.core.foreign import web_url
from reader.core.text import clean
from reader.feeds.fulltext.spans import (
    DEPTH,
    MAX_CELL_SPAN,
    MAX_ELEMENTS,
    MAX_HTML_LETTERS,
    MAX_OPEN_ELEMENTS,
    MAX_TABLE_CELLS,
    TEXT_LETTERS,
    WORDS,
    SpanWriter,
    clean_tex,
    code_lines,
    restyle,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborHTMLParser, LexborNode


_FONTS = {
    "bold": "mathbf", "bold-italic": "mathbf", "script": "mathcal", "bold-script": "mathcal", "fraktur": "mathfrak",
    "bold-fraktur": "mathfrak", "double-struck": "mathbb", "sans-serif": "mathsf", "monospace": "mathtt",
}  # fmt: skip
_ACCENTS = {
    "~": "tilde", "˜": "tilde", "^": "hat", "ˆ": "hat", "¯": "bar", "‾": "overline", "→": "vec", "˙": "dot",
    "¨": "ddot",
    "ˇ": "check", "˘": "breve", "_": "underline", "\u0332": "underline", "⏞": "overbrace", "⏟": "underbrace",
}  # fmt: skip
_STRUCTURES: Mapping[str, tuple[str, *tuple[int, ...]]] = {
    "mfrac": (r"\frac%s%s", 0, 1), "mfrac without a line": (r"\genfrac{}{}{0pt}{}%s%s", 0, 1),
    "mroot": (r"\sqrt[%s]%s", 1, 0), "msub": ("%s_%s", 0, 1), "msup": ("%s^%s", 0, 1), "msubsup": ("%s_%s^%s", 0, 1, 2),
    "munder": (r"\underset%s%s", 1, 0), "mover": (r"\overset%s%s", 1, 0),
    "munderover": (r"\underoverset%s%s%s", 1, 2, 0),
}  # fmt: skip
"""TeX of elements with a fixed number of children, and the index of the child in each place."""

_WRAPPERS = {"msqrt": r"\sqrt{%s}", "menclose": r"\boxed{%s}", "mtable": r"\begin{matrix}%s\end{matrix}"}
_SPECIAL = re.compile(r"[\\{}_^&%$#~]")
_ITALIC_LETTERS = re.compile("[\U0001d434-\U0001d467ℎ\U0001d6e2-\U0001d71b]")
_THIN_WIDTH = re.compile(r"0?\.(?:1[5-9]|[234])")
"""Widths of thin and medium spaces in em."""
_INVISIBLE = re.compile("[\u2061-\u2064\u200b\\s]+")
_DROPPED_MATH = frozenset(
    ("annotation", "annotation-xml", "mphantom", "none", "mprescripts", "maligngroup", "malignmark")
)


def tex_of(node: LexborNode) -> str:
    """The TeX of a `math` element; non-ASCII characters stay."""
    return _tex(node, 0)


def _tex(node: LexborNode, depth: int) -> str:
    tag = node.tag or ""
    if depth > MAX_NESTING or tag in _DROPPED_MATH:
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        return _token(node, tag)
    if tag == "merror":
        # LaTeXML writes an unknown macro here.
        return clean(node.text(), 200) + " "
    if tag == "mspace":
        width = node.attributes.get("width") or ""
        return r"\ " if width.startswith(("1", "2", ".5", "0.5")) else r"\," if _THIN_WIDTH.match(width) else ""
    parts = [_tex(child, depth + 1) for child in node.iter()]
    if tag == "semantics":
        return parts[0] if parts else ""
    return _structure(node, tag, parts)


def _structure(node: LexborNode, tag: str, parts: Sequence[str]) -> str:
    if tag == "mfrac" and (node.attributes.get("linethickness") or "").startswith("0"):
        tag = "mfrac without a line"
    elif tag in ("mover", "munder") and (name := _ACCENTS.get(parts[-1].removeprefix("\\") if parts else "")):
        return rf"\{'underline' if (name, tag) == ('bar', 'munder') else name}{{{parts[0]}}}"
    if tag in _STRUCTURES:
        tex, *places = _STRUCTURES[tag]
        return tex % tuple(f"{{{parts[place] if place < len(parts) else ''}}}" for place in places)
    if tag == "mmultiscripts":
        return _with_scripts(node, parts)
    if tag == "mrow":
        parts = _with_tall_brackets(node, parts)
    between = {"mtr": " & ", "mtable": r" \\ "}.get(tag, "")
    return _WRAPPERS.get(tag, "%s") % between.join(parts)


def _with_tall_brackets(row: LexborNode, parts: Sequence[str]) -> Sequence[str]:
    """The parts of a row in which the brackets of a matrix grow with it."""
    found = list(parts)
    for at, child in enumerate(row.iter()):
        sides = "".join(parts[at - 1 : at + 2 : 2]) if at else ""
        if child.tag == "mtable" and sides in ("()", "[]", "||", "‖‖", r"\{\}"):
            found[at - 1], found[at + 1] = rf"\left{parts[at - 1]}", rf"\right{parts[at + 1]}"
    return found


def _with_scripts(node: LexborNode, parts: Sequence[str]) -> str:
    """A base with pairs of lower and upper scripts on both sides; left scripts come after `mprescripts`."""
    tags = [child.tag or "" for child in node.iter()]
    left = tags.index("mprescripts") if "mprescripts" in tags else len(parts)

    def scripts_tex(scripts: Sequence[str]) -> str:
        pairs = zip(scripts[::2], scripts[1::2], strict=False)
        return "{}".join(
            "".join(f"{sign}{{{script}}}" for sign, script in zip("_^", pair, strict=True) if script) for pair in pairs
        )

    before = scripts_tex(parts[left + 1 :])
    return f"{'{}' if before else ''}{before}{{{parts[0] if parts else ''}}}{scripts_tex(parts[1:left])}"


DIAGRAM = r"\text{[diagram]}"
"""The TeX of a picture in a formula."""


def words_tex(text: str) -> str:
    """The TeX of words in a formula; spaces at both ends stay."""
    return rf"\text{{{_escape(f'|{text}|')[1:-1]}}}" if text else ""


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\backslash " if found[0] == "\\" else f"\\{found[0]}", clean(text))


def _token(node: LexborNode, tag: str) -> str:
    if tag == "mtext":
        if node.css_first("svg") is not None:
            return DIAGRAM
        # siunitx separates numbers by ` , `.
        return words_tex(re.sub(r"^\s+(?=[,;])", "", node.text()))
    text = _escape(node.text())
    text = _ITALIC_LETTERS.sub(lambda found: normalize("NFKC", found[0]), _INVISIBLE.sub("", text))
    if FUNCTIONS.get(text) == text:
        return rf"\{text} "
    if tag == "mo" and text.isalpha():
        # A word such as `Re` is an operator; a differential is apart from the factor before it.
        return rf"\,{text}" if text == "d" else rf"\operatorname{{{text}}}" if len(text) > 1 else text
    if font := _FONTS.get(node.attributes.get("mathvariant") or ""):
        return rf"\{font}{{{text}}}"
    is_upright = tag == "mi" and (len(text) > 1 or (node.attributes.get("mathvariant") == "normal" and text.isalpha()))
    return rf"\mathrm{{{text}}}" if is_upright else text


MIN_LETTERS = 400
"""Minimum letters of a paper's text."""

_VERSION = re.compile(r"arXiv:\S{1,40}?v([0-9]{1,3})\b")
_MATH_TAG = re.compile(r"<math(?![\w-])(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>")
_ALTTEXT = re.compile(r"\balttext=\"([^\"]+)")
_MTEXT = re.compile(r"<mtext\b[^<>]*>([^<]*)")
_WORD_OR_SIGN = re.compile(r"\\[A-Za-z]+|[^\W_]+|[,;–—-]")
_AUTHOR_SEPARATOR = re.compile(r"\s+&(?=[^\W\d_])")
"""Separates authors where a page keeps LaTeX's `&`."""

_FATAL_ERROR = "Conversion to HTML had a Fatal error"
_OTHER_PAGES = (
    ("no html", "arXiv has no HTML of it"),
    ("no content available", "ar5iv has not converted it"),
    ("no such document", "ar5iv does not have it"),
    ("sign in", "the network asks to sign in first"),
)
"""Titles or headings of pages that are not papers, and the reasons to report."""


def without_mathml(html: str) -> str:
    """Remove MathML that only repeats the formulas' TeX, which is most of many pages.

    MathML stays if the TeX has an unknown command or lacks words. The search stops at the first formula without an end,
    so that each part of a page is searched only once.
    """
    parts, done, at = [], 0, 0
    while (at := html.find("<math", at)) >= 0:
        tag = _MATH_TAG.match(html, at)
        end = html.find("</math>", tag.end()) if tag is not None else -1
        if tag is None or end < 0:
            break
        if (tex := _ALTTEXT.search(tag[0])) and is_complete_tex(unescape(tex[1]), html[tag.end() : end]):
            parts.append(html[done : tag.end()])
            done = end
        at = end
    return "".join((*parts, html[done:]))


def is_complete_tex(tex: str, mathml: str) -> bool:
    """Whether TeX has everything that its MathML shows: only known commands, and all words.

    An incomplete example is siunitx: for `10 to 20`, LaTeXML writes the TeX `1020`.
    """
    if not is_known(tex):
        return False
    words = unescape(" ".join(_MTEXT.findall(mathml.partition("<annotation")[0])))
    return not words or not Counter(_WORD_OR_SIGN.findall(words)) - Counter(
        _WORD_OR_SIGN.findall(tex.replace("---", "—").replace("--", "–"))
    )


def read_html(html: str) -> Document:
    """The text of a page; raises NoFullText if it is not a paper or exceeds the limits.

    A page that breaks off gives a partial text. Formulas only need their TeX; see `without_mathml`.
    """
    check_html(html)
    # Imported here because only full texts need it (35 ms).
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(html)
    article = page.css_first("article.ltx_document")
    heading = clean(" ".join(node.text() for node in page.css("title, h1"))).lower()
    for words, meaning in _OTHER_PAGES:
        if words in heading and (article is None or len(article.text()) < 2_000):
            raise NoFullText(meaning)
    if article is None:
        raise NoFullText("the page is not a paper")
    breaks_off = _FATAL_ERROR in html or "ar5iv-severity-fatal" in html or "</article" not in html
    reader = PageReader()
    blocks = reader.read(article)
    title = page.css_first("h1.ltx_title_document")
    found = _VERSION.search(_first_text(page, "#watermark-tr"))
    document = Document(
        reader.line(title) if title is not None else clean(_first_text(page, "title")),
        blocks,
        int(found[1]) if found else None,
        clean(_first_text(page, "#license-tr"), 200).removeprefix("License: "),
        reader.is_cut or breaks_off,
    )
    if sum(document.sizes) < MIN_LETTERS:
        raise NoFullText("its conversion to HTML was cut short" if breaks_off else "the page has no text")
    return document


def _first_text(page: LexborHTMLParser | LexborNode, selector: str, *, otherwise: str = "") -> str:
    node = page.css_first(selector)
    return node.text() if node is not None else otherwise


_CHARACTERS_PER_PART = 1 << 14


def check_html(html: str) -> None:
    """Raise NoFullText for a page that would take too long to parse."""
    if len(html) > MAX_HTML_LETTERS:
        raise NoFullText(f"the page is larger than {MAX_HTML_LETTERS // 1_000_000} million letters")
    opened = 0
    for start in range(0, len(html), _CHARACTERS_PER_PART):
        part = html[start : start + _CHARACTERS_PER_PART]
        # Elements without end tags also count as open; a long paper has thousands of them.
        opened += part.count("<") - 2 * part.count("</") - part.count("/>") - part.count("<!")
        if opened > MAX_OPEN_ELEMENTS:
            raise NoFullText("its elements are nested too deep")
    if any(len(part) > WORDS and len(part.split()) > WORDS for part in html.split(">")):
        raise NoFullText("one of its elements is too large")


# Text styles, targets, and the content of single elements


class TextLook(NamedTuple):
    """The style and link target of text."""

    style: str = ""
    target: str = ""


def class_names(node: LexborNode) -> frozenset[str]:
    """The classes of an element; empty for text."""
    if node.tag == "-text":
        return frozenset()
    return frozenset((node.attributes.get("class") or "").split())


def anchor_of(node: LexborNode | None) -> str:
    """The id of an element, which links lead to; empty without an id."""
    return clean((node.attributes.get("id") if node is not None else "") or "", 200)


def look_in(node: LexborNode, tag: str, names: frozenset[str], around: TextLook) -> TextLook:
    """The look of text in an inline element."""
    style, target = around
    if tag == "a":
        href = clean(node.attributes.get("href") or "")
        target = href if href.startswith("#") and href != "#" else (web_url(href) or "")
    if tag in ("code", "tt", "kbd", "samp") or "ltx_font_typewriter" in names:
        style = "code"
    elif tag in ("b", "strong") or "ltx_font_bold" in names:
        style = "strong"
    elif tag in ("em", "i") or names & {"ltx_font_italic", "ltx_framed_underline"}:
        style = style or "emphasis"
    elif names & {"ltx_font_upright", "ltx_font_medium"}:
        style = ""
    return TextLook(style, target)


def upright(spans: Spans) -> Spans:
    """Make a paragraph upright that is entirely in italics, such as in a theorem."""
    if any(span.style == "" and span.text.strip(" .,;:()[]") and not span.target for span in spans):
        return spans
    return tuple(span._replace(style="") if span.style == "emphasis" else span for span in spans)


_SEPARATORS = re.compile(r"(\s*[,;*∗†‡§¶∥#]+\s*)")
"""Separators between marks of affiliations, and marks that are raised characters already."""
_RAISED_TEX = re.compile(r"\{\}\^\{([\w\s,*]{1,40})\}")


_MAX_SCRIPT_LETTERS = 20
"""Maximum letters of a script in running text; a longer text is not meant as a script."""


def script(text: str, tag: str) -> str:
    """A script of running text: small letters if Unicode has all of them, or else with `^` or `_`."""
    if len(text) > _MAX_SCRIPT_LETTERS:
        return text
    table, sign = (SUPERSCRIPTS, "^") if tag == "sup" else (SUBSCRIPTS, "_")
    parts = _SEPARATORS.split(text)
    small = [part if place % 2 else small_letters(part, table) for place, part in enumerate(parts)]
    if all(part or not given for part, given in zip(small, parts, strict=True)):
        return "".join(small)
    if text.isalnum():
        return f"{sign}{text}"
    # A text that begins with a sign, such as `±0.3`, needs no `^` or `_`.
    return f"{sign}({text})" if text[:1].isalnum() and " " not in text else text


def figure_of(node: LexborNode) -> int | None:
    """The memory id of the innermost figure around a picture."""
    around = node.parent
    for _ in range(DEPTH):
        if around is None or around.tag == "figure":
            break
        around = around.parent
    return around.mem_id if around is not None else None


def decode_data_url(address: str) -> str:
    """The text in a `data:` address; empty if the address has no text."""
    kind, _, data = address.partition(";base64,")
    if kind.startswith("data:text/plain"):
        with suppress(ValueError):
            return base64.b64decode(data).decode()
    return ""


# Tables and formulas

_GROUPS = ("tbody", "thead", "tfoot")


def read_table(node: LexborNode, read: Callable[[LexborNode], Spans]) -> model.Table | None:
    """A table of data; None if it has no text. `read` reads the spans of a cell."""
    rows: list[tuple[tuple[Cell, ...], bool]] = []
    left = MAX_TABLE_CELLS
    for row, in_head in _rows(node):
        cells = []
        lines = 0
        for cell in row.iter():
            classes = class_names(cell)
            if not (cell.tag in ("td", "th") or "ltx_td" in classes) or left <= 0:
                continue
            left -= 1
            lines += bool(classes & {"ltx_border_t", "ltx_border_tt", "ltx_border_T"})
            cells.append(_cell(cell, classes, read, in_head))
        if cells:
            rows.append((tuple(cells), 2 * lines >= len(cells)))
    for end in (0, -1):
        while rows and not any(cell.spans for cell in rows[end][0]):
            del rows[end]
    if not rows:
        return None
    # Lines above most rows are left out, because they would only clutter the table.
    rules = tuple(index for index, (_, has_rule) in enumerate(rows) if index and has_rule)
    rules = rules if 2 * len(rules) <= len(rows) else ()
    return model.Table(tuple(cells for cells, _ in rows), rules, anchor_of(node))


def _rows(node: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """The rows of a table, without nested tables, and whether each is in the head."""
    for child in node.iter():
        classes = class_names(child)
        if child.tag == "tr" or "ltx_tr" in classes:
            yield child, False
        elif child.tag in _GROUPS or classes & {"ltx_tbody", "ltx_thead", "ltx_tfoot"}:
            is_head = child.tag == "thead" or "ltx_thead" in classes
            for row in child.iter():
                if row.tag == "tr" or "ltx_tr" in class_names(row):
                    yield row, is_head


def _cell(node: LexborNode, classes: frozenset[str], read: Callable[[LexborNode], Spans], in_head: bool) -> Cell:
    style = node.attributes.get("style") or ""
    align = next(
        (name for name in ("right", "center") if f"ltx_align_{name}" in classes or f"text-align:{name}" in style),
        "left",
    )
    is_head = in_head or "ltx_th_column" in classes
    across, down = (cell_span(node.attributes.get(name)) for name in ("colspan", "rowspan"))
    return Cell(read(node), across, down, align, is_head)


def cell_span(text: str | None) -> int:
    """The number of columns or rows of a cell, by an attribute."""
    value = (text or "").strip()
    return min(max(int(value), 1), MAX_CELL_SPAN) if value.isascii() and value.isdecimal() and len(value) < 6 else 1


def read_formulas(
    node: LexborNode, text_of: Callable[[LexborNode], str], read: Callable[[LexborNode], Spans]
) -> Iterator[model.Formula | model.Paragraph]:
    """The formulas of a layout table; a row of words and formulas is a paragraph.

    A row with a number ends a formula, unless several rows share the number.
    """
    rows: list[str] = []
    number = anchor = ""
    shared = 0
    """Number of following rows that share the number."""

    def formula() -> Iterator[model.Formula]:
        if rows:
            yield model.Formula(tuple(rows), number, anchor)

    for row, _ in _rows(node):
        tex = clean_tex(_aligned_row(row))
        tagged = row.css_first(".ltx_tag_equation, .ltx_eqn_eqno > .ltx_tag_equationgroup")
        own = clean(text_of(tagged)) if tagged is not None else ""
        if not own and (not tex or _has_words(row)):
            if spans := read(row):
                yield from formula()
                rows, number, anchor = [], "", ""
                yield model.Paragraph(spans)
            continue
        if number and not shared:
            yield from formula()
            rows, number, anchor = [], "", ""
        if own and tagged is not None and tagged.parent is not None:
            number, shared = own, cell_span(tagged.parent.attributes.get("rowspan"))
        shared = max(0, shared - 1)
        if tex:
            rows.append(tex)
        anchor = anchor or anchor_of(row.parent) or anchor_of(row) or anchor_of(node)
    yield from formula()


_WORDS = re.compile(r"[^\W\d_]{2,}")


def _has_words(row: LexborNode) -> bool:
    """Whether a row has words outside of formulas, like an `intertext`."""
    nodes = list(row.iter(include_text=True))
    while nodes:
        node = nodes.pop()
        if node.tag == "-text":
            if _WORDS.search(node.text_content or ""):
                return True
        elif node.tag != "math" and not class_names(node) & {"ltx_markedasmath", "ltx_eqn_eqno", "ltx_ERROR"}:
            nodes += node.iter(include_text=True)
    return False


def _aligned_row(row: LexborNode) -> str:
    """The TeX of a row, with `&` between cells as in an `aligned` environment."""
    cells = []
    for cell in row.iter():
        if "ltx_eqn_eqno" not in class_names(cell):
            formulas = (
                math
                for math in cell.css("math, svg:not(.ltx_markedasmath), .ltx_markedasmath")
                if not _is_part_of_other(math, row)
            )
            cells.append(" ".join(map(_tex_of, formulas)))
    while cells and not cells[-1]:
        cells.pop()
    padded = row.css_first(".ltx_eqn_center_padleft") is not None
    cells = cells[1:] if padded and cells and not cells[0] else cells
    return " & ".join(cells)


def _tex_of(math: LexborNode) -> str:
    """The TeX of a formula, diagram or words in a formula; MathML is read if the page's TeX is incomplete."""
    if math.tag == "svg":
        return DIAGRAM
    if math.tag != "math":
        parts = math.iter(include_text=True)
        words = (_tex_of(part) if part.tag in ("math", "span", "svg") else words_tex(part.text()) for part in parts)
        return f"~{''.join(words)}~"
    tex = math.attributes.get("alttext") or ""
    return tex if tex and is_complete_tex(tex, math.html or "") else tex_of(math) or tex


def _is_part_of_other(node: LexborNode, row: LexborNode) -> bool:
    """Whether a node of a row is part of the row's number, or of an outer formula, diagram or text."""
    around = node.parent
    # Nodes themselves are compared by all their HTML.
    while around is not None and around.mem_id != row.mem_id:
        if around.tag in ("math", "svg") or class_names(around) & {"ltx_tag", "ltx_markedasmath"}:
            return True
        around = around.parent
    return False


# Blocks

_DROPPED_TAGS = frozenset((
    "-comment", "annotation", "annotation-xml", "button", "dialog", "footer", "form", "head", "header", "iframe",
    "input", "link", "meta", "nav", "noscript", "object", "script", "select", "style", "template", "textarea", "title",
))  # fmt: skip
_DROPPED_CLASSES = frozenset((
    "ltx_ERROR", "ltx_TOC", "ltx_authors", "ltx_bib_cited", "ltx_dates", "ltx_listing_data", "ltx_page_footer",
    "ltx_pagination", "ltx_note_mark", "ltx_note_type", "ltx_rdf", "ltx_tag_note", "ltx_title_document",
))  # fmt: skip
_BLOCK_TAGS = frozenset((
    "address", "article", "aside", "center", "details", "div", "dd", "dt", "figcaption", "hr", "li", "main", "p",
    "section", "summary", "tbody", "td", "tfoot", "th", "thead", "tr", "h1", "h2", "h3", "h4", "h5", "h6",
))  # fmt: skip
_TRANSPARENT = ("\\ce", "\\cee", "\\num")
"""Macros unknown to LaTeXML whose argument is readable without them, such as `H2O`."""
_LEVELS = {
    "part": 1, "chapter": 1, "section": 1, "appendix": 1, "bibliography": 1, "index": 1, "abstract": 1,
    "acknowledgements": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4, "subparagraph": 5,
}  # fmt: skip
_TITLE = re.compile(r"\bltx_title_(\w+)")
_EMPTY_ALT_TEXTS = ("Refer to caption", "[Uncaptioned image]", "")


class _Element(NamedTuple):
    node: LexborNode
    tag: str
    classes: frozenset[str]
    look: TextLook
    depth: int


class _Flow:
    """Blocks that are being built, and the current paragraph; an inline flow reads blocks as words."""

    def __init__(self, nesting: int = 0, *, is_inline: bool = False, keeps_spaces: bool = False) -> None:
        self.blocks: list[Block] = []
        self.writer = SpanWriter(keeps_spaces=keeps_spaces)
        self.nesting = nesting
        self.is_inline = is_inline
        self.anchor = ""

    def end_paragraph(self) -> None:
        if (spans := self.writer.take()) and any(span.style != "mark" for span in spans):
            # Only marks remain where notes on the whole paper, such as its licence, were.
            self.blocks.append(model.Paragraph(upright(spans), self.anchor))
        self.anchor = ""

    def add(self, block: Block) -> None:
        self.end_paragraph()
        self.blocks.append(block)


class PageReader:
    """Reads one article within the limits."""

    def __init__(self) -> None:
        self.is_cut = False
        """Whether a limit was reached, so that the rest is missing."""
        self._nodes = MAX_ELEMENTS
        self._letters = TEXT_LETTERS
        self._notes: list[model.Note] = []
        self._missing: Counter[str] = Counter()
        """Content that can't be shown, by kind."""

    def read(self, article: LexborNode) -> tuple[Block, ...]:
        """The blocks of an article; footnotes come after the block with their mark."""
        flow = _Flow()
        parts = list(article.iter(include_text=True))
        abstract = next((n for n, part in enumerate(parts) if "ltx_abstract" in class_names(part)), 0)
        for number, part in enumerate(parts):
            # Text before the abstract only comes from macros that LaTeXML does not know.
            if number < abstract and "ltx_para" in class_names(part):
                continue
            self._visit(part, flow, TextLook(), 0)
        flow.end_paragraph()
        self._add_notes(flow)
        return (*flow.blocks, *self._authors(article), *self._missing_content())

    def _authors(self, article: LexborNode) -> Iterator[Block]:
        """The authors with their affiliations, as the last section."""
        block = article.css_first(".ltx_authors")
        people = block.css(".ltx_creator") if block is not None else []
        authors = [spans for node in people or ([] if block is None else [block]) if (spans := self._inline(node))]
        if authors:
            yield model.Heading(1, "", (Span("Authors"),), "authors")
            for spans in authors:
                yield model.Paragraph(
                    tuple(span._replace(text=_AUTHOR_SEPARATOR.sub("; ", span.text)) for span in spans)
                )

    def _missing_content(self) -> Iterator[Block]:
        if missing := +self._missing:
            kinds = (
                f"{count} {kind}{'s' if count > 1 else ''}{' (▯)' if kind == 'macro' else ''}"
                for kind, count in sorted(missing.items())
            )
            yield model.Paragraph((Span(f"Not shown here: {', '.join(kinds)}.", "emphasis"),))

    def _miss(self, kind: str, flow: _Flow, look: TextLook) -> None:
        """Write a placeholder for content that can't be shown; a macro may be within a word."""
        self._missing[kind] += 1
        self._write("▯" if kind == "macro" else f" [{kind}] ", flow, look)

    def line(self, node: LexborNode) -> str:
        """The text of a title, without its notes."""
        spans = self._inline(node, skipped=frozenset({"ltx_note"}))
        return clean("".join(plain(spans)))

    # The walk

    def _children(self, node: LexborNode) -> Iterator[LexborNode]:
        for child in node.iter(include_text=True):
            self._nodes -= 1
            if self._nodes < 0 or self._letters < 0:
                self.is_cut = True
                return
            yield child

    def _walk(
        self, node: LexborNode, flow: _Flow, look: TextLook, depth: int, *, skipped: frozenset[str] = frozenset()
    ) -> None:
        for child in self._children(node):
            if not (skipped and skipped & class_names(child)):
                self._visit(child, flow, look, depth + 1)

    def _visit(self, node: LexborNode, flow: _Flow, look: TextLook, depth: int) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._write(node.text_content or "", flow, look)
            return
        if tag in _DROPPED_TAGS:
            return
        classes = class_names(node)
        if "ltx_ERROR" in classes and node.text().strip() in _TRANSPARENT:
            return
        if tag == "svg" or {"ltx_ERROR", "undefined"} <= classes:
            self._miss("diagram" if tag == "svg" else "macro", flow, look)
            return
        if classes & _DROPPED_CLASSES:
            return
        element = _Element(node, tag, classes, look, depth)
        if depth > DEPTH:
            self._write_flat(element, flow)
        elif tag == "math":
            self._formula(element, flow)
        elif "ltx_note" in classes:
            self._note(node, flow, depth)
        elif flow.is_inline:
            self._inline_element(element, flow)
        else:
            self._element(element, flow)

    def _write(self, text: str, flow: _Flow, look: TextLook) -> None:
        self._letters -= len(text)
        flow.writer.write(text, look.style, look.target)

    def _write_flat(self, element: _Element, flow: _Flow) -> None:
        """Write only the text of an element that is nested too deep."""
        for node in element.node.css(", ".join({*_DROPPED_TAGS, "math"} - {"-comment"})):
            node.decompose()
        flow.writer.space()
        self._write(element.node.text(separator=" "), flow, element.look)
        flow.writer.space()

    def _element(self, element: _Element, flow: _Flow) -> None:
        node, tag, classes, look, depth = element
        if tag == "table" or "ltx_tabular" in classes:
            self._table(node, classes, flow)
        elif tag == "figure" or "ltx_float" in classes:
            self._figure(element, flow)
        elif "ltx_theorem" in classes or "ltx_proof" in classes:
            self._theorem(element, flow)
        elif "ltx_biblist" in classes:
            self._references(node, flow)
        elif tag in ("ul", "ol", "dl"):
            self._items(element, flow)
        elif tag == "blockquote":
            inner = self._inside(node, flow, depth)
            if inner is not flow:
                flow.add(model.Quote(tuple(inner.blocks), anchor_of(node)))
        elif tag == "pre" or "ltx_listing" in classes:
            if lines := self._listing(node):
                flow.add(model.Verbatim(lines, anchor_of(node)))
        elif tag[:1] == "h" and tag[1:].isdecimal():
            self._heading(element, flow)
        elif tag in _BLOCK_TAGS:
            flow.end_paragraph()
            flow.anchor = anchor_of(node)
            self._walk(node, flow, TextLook("strong") if tag == "summary" else look, depth)
            flow.end_paragraph()
        else:
            self._inline_element(element, flow)
            return
        self._add_notes(flow)

    def _inline_element(self, element: _Element, flow: _Flow) -> None:
        node, tag, classes, look, depth = element
        if tag == "br" or tag in _BLOCK_TAGS or "ltx_p" in classes or "ltx_td" in classes:
            flow.writer.space()
            self._walk(node, flow, look, depth)
            flow.writer.space()
        elif tag == "img":
            text = node.attributes.get("alt") or ""
            if text not in _EMPTY_ALT_TEXTS:
                self._write(text, flow, look)
            elif flow.is_inline or figure_of(node) is None:
                self._miss("picture", flow, look)
        elif tag in ("sup", "sub"):
            self._write(script(self._text(node, depth), tag), flow, look)
        elif "ltx_bib_external" in classes and (address := look_in(node, tag, classes, look).target):
            # The text of these links is only "Link" or "Document".
            flow.writer.write(address, look.style, address)
        elif "ltx_missing_label" in classes:
            self._write("?", flow, look)
        elif classes & {"ltx_author_notes", "ltx_contact"}:
            if "ltx_contact" in classes or node.css_first(".ltx_contact") is None:
                self._write("; ", flow, look)
            self._walk(node, flow, look, depth)
        else:
            self._walk(node, flow, look_in(node, tag, classes, look), depth)

    def _inside(self, node: LexborNode, flow: _Flow, depth: int, skipped: str = "") -> _Flow:
        """Read a container into a flow of its own, or into the current flow if containers are nested too deep."""
        inner = _Flow(flow.nesting + 1) if flow.nesting < model.NESTING else flow
        flow.end_paragraph()
        self._walk(node, inner, TextLook(), depth, skipped=frozenset({skipped}) if skipped else frozenset())
        inner.end_paragraph()
        return inner

    def _inline(self, node: LexborNode, depth: int = DEPTH // 2, *, skipped: frozenset[str] = frozenset()) -> Spans:
        """The content of an element as one paragraph."""
        flow = _Flow(is_inline=True)
        self._walk(node, flow, TextLook(), depth, skipped=skipped)
        return flow.writer.take()

    def _text(self, node: LexborNode, depth: int = DEPTH // 2) -> str:
        """The content of an element as plain text, with formulas as Unicode."""
        return shown_text(self._inline(node, depth))

    def _tag_text(self, node: LexborNode, selector: str = ".ltx_tag") -> str:
        """The number or mark in an element."""
        tagged = node.css_first(selector)
        return self._text(tagged) if tagged is not None else ""

    def _add_notes(self, flow: _Flow) -> None:
        if flow.nesting == 0:
            flow.blocks += self._notes
            self._notes = []

    # Elements

    def _heading(self, element: _Element, flow: _Flow) -> None:
        node, tag, classes = element[:3]
        found = _TITLE.search(" ".join(classes - {"ltx_title"}))
        name = found[1] if found else ""
        spans = self._inline(node, skipped=frozenset({"ltx_tag"}))
        if name in ("keywords", "classification"):
            flow.add(model.Paragraph(restyle(spans, "strong")))
            return
        number = self._tag_text(node).rstrip(" .:")
        level = _LEVELS.get(name) or max(1, min(5, int(tag[1:]) - 1))
        if spans or number:
            flow.add(model.Heading(level, number, spans, anchor_of(node.parent)))

    def _formula(self, element: _Element, flow: _Flow) -> None:
        node = element.node
        tex = _tex_of(node)
        self._letters -= len(tex)
        self._missing["diagram"] += tex.count(DIAGRAM)
        if not tex.strip():
            self._miss("formula", flow, element.look)
        elif not flow.is_inline and node.attributes.get("display") == "block":
            if tex := clean_tex(tex):
                flow.add(model.Formula((tex,), "", anchor_of(node)))
        elif raised := _RAISED_TEX.fullmatch(tex):
            self._write(script(raised[1], "sup"), flow, element.look)
        else:
            flow.writer.formula(tex, element.look.target)

    def _note(self, node: LexborNode, flow: _Flow, depth: int) -> None:
        content = node.css_first(".ltx_note_content")
        spans = self._inline(content if content is not None else node, depth)
        if not spans:
            return
        text, anchor = clean(_first_text(node, ".ltx_note_mark", otherwise="*")), anchor_of(node)
        if "ltx_role_footnotetext" not in class_names(node):
            flow.writer.mark(text, f"#{anchor}" if anchor else "")
        self._notes.append(model.Note(text, spans, anchor))

    def _theorem(self, element: _Element, flow: _Flow) -> None:
        node, depth = element.node, element.depth
        title = next((child for child in node.iter() if "ltx_title" in class_names(child)), None)
        spans = self._inline(title) if title is not None else ()
        inner = self._inside(node, flow, depth, "ltx_title")
        if inner is not flow:
            # The title is drawn in a style of its own.
            flow.add(model.Theorem(restyle(spans), tuple(inner.blocks), anchor_of(node)))

    def _items(self, element: _Element, flow: _Flow) -> None:
        node, depth = element.node, element.depth
        items: list[model.Item] = []
        term, number = "", cell_span(node.attributes.get("start")) - 1
        for child in self._children(node):
            if child.tag == "dt":
                term = self._text(child)
            elif child.tag in ("li", "dd"):
                number += 1
                tagged = next((inner for inner in child.iter() if "ltx_tag" in class_names(inner)), None)
                default = f"{number}." if node.tag == "ol" else "•"
                marker = self._text(tagged) if tagged is not None else default if child.tag == "li" else term
                content = self._inside(child, flow, depth, "ltx_tag")
                if content is not flow:
                    items.append(model.Item(clean(marker), tuple(content.blocks), anchor_of(child)))
        if items:
            flow.add(model.Items(tuple(items), anchor_of(node)))

    def _references(self, node: LexborNode, flow: _Flow) -> None:
        for child in self._children(node):
            if child.tag == "-text":
                continue
            label, spans = (
                self._tag_text(child, ".ltx_tag_bibitem"),
                self._inline(child, skipped=frozenset({"ltx_tag"})),
            )
            if spans or label:
                flow.add(model.Reference(clean(label), spans, anchor_of(child)))

    def _figure(self, element: _Element, flow: _Flow) -> None:
        node, depth = element.node, element.depth
        caption = next((child for child in node.iter() if "ltx_caption" in class_names(child)), None)
        label, spans = "", Spans()
        if caption is not None:
            label = clean(self._tag_text(caption).strip().rstrip(":."))
            spans = self._inline(caption, skipped=frozenset({"ltx_tag"}))
        inner = self._inside(node, flow, depth, "ltx_caption")
        images = [image for image in node.css("img") if figure_of(image) == node.mem_id]
        pictures = tuple(filter(None, (clean(image.attributes.get("src") or "") for image in images)))
        if inner is not flow and (label or spans or inner.blocks or pictures):
            flow.add(model.Figure(label, spans, tuple(inner.blocks), pictures, anchor_of(node)))

    def _table(self, node: LexborNode, classes: frozenset[str], flow: _Flow) -> None:
        if classes & {"ltx_equation", "ltx_equationgroup", "ltx_eqn_table"}:
            for formula in read_formulas(node, self._text, self._inline):
                if isinstance(formula, model.Formula):
                    self._missing["diagram"] += "".join(formula.rows).count(DIAGRAM)
                flow.add(formula)
        elif (table := read_table(node, self._inline)) is not None:
            flow.add(table)

    def _listing(self, node: LexborNode) -> tuple[Spans, ...]:
        data = node.css_first(".ltx_listing_data a")
        if data is not None and (code := decode_data_url(data.attributes.get("href") or "")):
            return code_lines(code)
        lines = node.css(".ltx_listingline")
        if not lines:
            code = node.text()
            self._letters -= len(code)
            return code_lines(code)
        numbers = [clean(self._tag_text(line)) for line in lines]
        width = max(map(len, numbers))
        listing = []
        for line, number in zip(lines, numbers, strict=True):
            flow = _Flow(is_inline=True, keeps_spaces=True)
            self._walk(line, flow, TextLook(), DEPTH // 2, skipped=frozenset({"ltx_tag"}))
            spans = flow.writer.take()
            # Some packages write no space after the number.
            gap = "" if not spans or (spans[0].style != "formula" and spans[0].text[0] == " ") else " "
            listing.append((Span(f"{number:>{width}}{gap}"), *spans) if width else spans)
        return tuple(listing)
