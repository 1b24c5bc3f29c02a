"""The daily feed's Markdown of a paper: is it the text of a paper, and then its model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document import symbols
from reader.core.document.model import Document
from reader.core.errors import NoFullText
from reader.core.text import clean
from reader.feeds.fulltext.bounds import LETTERS, PARTS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


_DOLLARS = re.compile(
    r"(?<![\\$\w])\$(?=[^\s$])((?:[^$\\\n]|\\.){1,2000}?)(?<=[^\s\\])\$(?![\w$])"
    r"|\\\((.{1,2000}?)\\\)"
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
_TAIL = re.compile(r"[.,;:?!_*]+$")
_COMMAND = re.compile(r"\\(?:text|mathrm|operatorname|mbox|begin|end)\*?\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"[^\W\d_]{3,}|^\s*[#|>]|\]\(|`")
_NAMED = {**symbols.ORDINARY, **symbols.RELATIONS, **symbols.BINARY}
_OPEN_COMMANDS = frozenset((*symbols.RELATIONS, *symbols.BINARY, *symbols.LARGE, *symbols.FUNCTIONS))
_TWICE = re.compile(r"([^\x00-\x7f])\\([A-Za-z]+)")

LONGEST = 3_000
"""Maximum letters of a run."""


def find_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """The runs of TeX in a text: where each begins and ends, and its TeX."""
    end = 0
    for found in _DOLLARS.finditer(text):
        yield from _bare_runs(text, end, found.start())
        yield found.start(), found.end(), found[1] or found[2]
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
        tail = _TAIL.search(text[begin:end])
        if tail and len(tail[0]) < end - begin and not text[begin:end].endswith(("\\,", "\\;", "\\!", "\\:")):
            end -= len(tail[0])
        if (word := _COMPOUND.search(text[begin:end])) and "://" not in text[begin:end]:
            end = begin + word.start()
        if word := _COMPOUND_BEFORE.match(text[begin:end]):
            begin += word.end()
        if text[begin] + text[end - 1] in ("()", "[]") and _balance(text[begin : end - 1]) == 1:
            begin, end = begin + 1, end - 1
        while text[begin] in "([" and _balance(text[begin:end]) > 0:
            begin += 1
        while end > begin and text[end - 1] in ")]" and _balance(text[begin:end]) < 0:
            end -= 1
        tex = text[begin:end]
        if tex.startswith(("http:", "https:")) or begin >= end:
            place = max(end, sign.end())
            continue
        yield begin, end, _TWICE.sub(_once, tex)
        place = max(end, sign.end())


def _end_of_run(text: str, begin: int, stop: int) -> int:
    end = begin
    for word in _WORD.finditer(text, begin, stop):
        if word.end() - begin > LONGEST or (end > begin and "\n\n" in text[end : word.start()]):
            break
        if end > begin and not _goes_on(text[begin:end], word[0], is_new_line="\n" in text[end : word.start()]):
            break
        end = word.end()
    return end


def _goes_on(run: str, word: str, *, is_new_line: bool) -> bool:
    """Whether the word after a run belongs to it."""
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
        # A letter such as lambda stands alone; a relation wants its other side, which no word of prose is.
        return _BEGINS_OPEN.match(word) is not None or (command[1] in _OPEN_COMMANDS and not _PLAIN.match(word))
    return _ENDS_OPEN.search(run) is not None or _BEGINS_OPEN.match(word) is not None


def _balance(text: str) -> int:
    return text.count("(") + text.count("[") - text.count(")") - text.count("]")


def _once(found: re.Match[str]) -> str:
    """The converter writes some symbols twice, as Unicode and as TeX."""
    return f"\\{found[2]}" if _NAMED.get(found[2]) == found[1] else found[0]


MIN_LETTERS = 2_500
"""Letters of the shortest body that counts as the text of a paper."""

SPECIAL = 4_000
"""Maximum brackets, stars and the like in a paragraph: the parser's time grows with their square."""

OPEN_MARK, CLOSE_MARK = "\ue000", "\ue001"
"""Around the number of a formula, which Markdown must not read; cleaning removes them from all other text."""

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
_NO_TEX = re.compile(r"\]\([^)\n]*\)|`[^`\n]+`")
"""Targets of links, and code."""


class _Source(NamedTuple):
    """The parts of an answer of the feed."""

    title: str
    address: str
    body: str


def read_markdown(text: str) -> Document:
    """The text of a paper in the feed's form; raises NoFullText if it is that of another page, or too large."""
    if len(text) > LETTERS:
        raise NoFullText(f"the page is larger than {LETTERS // 1_000_000} million letters")
    source = _split(text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    found = _ARXIV.match(source.address)
    if found is None or len(source.body) < MIN_LETTERS:
        raise NoFullText("the feed has its page in place of the text")
    version = int(found["version"]) if found["version"] else None
    return parse_markdown(source.body, title=source.title, version=version)


def parse_markdown(text: str, *, title: str = "", version: int | None = None) -> Document:
    """A document of any Markdown; raises NoFullText if it is too large."""
    # Late: only a full text needs it (54 ms).
    from reader.feeds.fulltext.markdown_blocks import Builder

    paragraphs, is_cut = _bounded(text.split("\n\n"))
    text = "\n\n".join(paragraphs)
    for paragraph in paragraphs:
        if len(paragraph) > SPECIAL and any(paragraph.count(sign) > SPECIAL for sign in "[]*_<!`&"):
            raise NoFullText("one of its paragraphs is too large")
    text = text.replace(OPEN_MARK, "").replace(CLOSE_MARK, "")
    # The converter indents the text of all items by four columns, wherever their first line begins.
    text = _LONG_MARKER.sub(lambda found: f"{found[1]}{found[2]:4}", _LOST_LABEL.sub("?", _MACRO.sub("", text)))
    protected, formulas = _protected(text)
    builder = Builder(formulas)
    blocks = builder.build(_parser().parse(protected))
    return Document(clean(title) or builder.title, blocks, version, is_cut=is_cut or builder.is_cut)


def _bounded(paragraphs: list[str]) -> tuple[list[str], bool]:
    """The first paragraphs, as many as are parsed in seconds, and whether others are left out."""
    parts = 0
    for place, paragraph in enumerate(paragraphs):
        parts += 1 + paragraph.count("](")
        if parts > PARTS:
            return paragraphs[:place], True
    return paragraphs, False


def _split(text: str) -> _Source:
    head = _HEAD.match(text)
    if head is None:
        return _Source("", "", text)
    return _Source(head["title"] or "", head["source"] or "", text[head.end() :])


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Bare TeX is full of backslashes, which would count as escapes. Code has fences; other text is indented too.
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table").disable(["escape", "code"])


def _protected(text: str) -> tuple[str, list[str]]:
    """The text with a mark in place of each formula outside code, and the formulas."""
    formulas: list[str] = []
    parts = _FENCE.split(_BROKEN_TEX.sub("", text))
    # Text and fences take turns; what is between two fences is code.
    for index in range(0, len(parts), 4):
        parts[index] = _protect(parts[index], formulas)
    return "".join(parts), formulas


def _protect(text: str, formulas: list[str]) -> str:
    """A text outside code with its formulas replaced; a formula never goes on in another paragraph or cell."""
    pieces = []
    for part in text.split("\n\n"):
        if is_formula(part):
            start = len(part) - len(part.lstrip())
            pieces.append(part[:start] + _mark(part.strip(), formulas))
        elif part.lstrip().startswith("|"):
            cells = _CELL.split(part)
            pieces.append("".join(_protect_runs(cell, formulas) for cell in cells))
        else:
            pieces.append(_protect_runs(part, formulas))
    return "\n\n".join(pieces)


def _protect_runs(text: str, formulas: list[str]) -> str:
    pieces, end = [], 0
    others = [found.span() for found in _NO_TEX.finditer(text)]
    for start, stop, tex in find_runs(text):
        if start < end or any(start < there and here < stop for here, there in others):
            continue
        pieces += [_PERCENT.sub("%", text[end:start]), _mark(tex, formulas)]
        end = stop
    return "".join(pieces) + _PERCENT.sub("%", text[end:])


def _mark(tex: str, formulas: list[str]) -> str:
    formulas.append(tex)
    return f"{OPEN_MARK}{len(formulas) - 1}{CLOSE_MARK}"
