"""References in a full text and their targets: by anchor, else by their words, such as `Table 4`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.core.document.block_lines import DocumentLine
from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import Formula
from reader.core.ids import in_arxiv_address, is_arxiv_id

LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"
"""The keys that choose a reference, in order."""

_WORDS = (
    "Sections?|Secs?\\.|§|Appendix|Appendices|App\\.|Figures?|Figs?\\.|Tables?|Tabs?\\.|Algorithms?|Alg\\.|Theorem|Lemma|"
    "Proposition|Corollary|Definition|Remark|Equations?|Eqs?\\.|Eqn\\."
)
_WRITTEN = re.compile(rf"(?:\b|(?=§))(?P<word>{_WORDS})\s*\(?(?P<number>[A-Z](?:\.\d+)+|\d+(?:\.\d+)*|[A-Z]\b)")
_CITED = re.compile(r"\[(\d{1,3})(?=[,\];–-])|(?<=[,;] )(\d{1,3})(?=[,\];])")
_ANCHOR_PARTS = re.compile(r"(?:^|\.)(S|SS|SSS|A|F|T|E|alg)(\d+)")


class TextLink(NamedTuple):
    """A reference in view."""

    place: TextPlace
    start: int
    text: str
    goal: TextPlace | str


def links_in(lines: Sequence[tuple[TextPlace, DocumentLine]], layout: Layout) -> list[TextLink]:
    """The references and formulas in some lines, one for each goal, limited by the number of letters."""
    found: dict[TextPlace | str, TextLink] = {}
    formulas: list[TextLink] = []
    drawn: Formula | None = None
    for place, line in lines:
        if line.formula is not None and line.formula is not drawn:
            # Its TeX is shown in the box.
            formulas.append(TextLink(place, 0, "formula", place))
        drawn = line.formula
        for start, text, target in sorted(_written(line)):
            goal = goal_of(layout, target, text)
            # A heading does not link to itself.
            if goal is not None and not (isinstance(goal, TextPlace) and goal.block == place.block):
                found.setdefault(goal, TextLink(place, start, text, goal))
    return sorted((*found.values(), *formulas), key=lambda link: (link.place, link.start))[: len(LETTERS)]


def _written(line: DocumentLine) -> Iterator[tuple[int, str, str]]:
    """The start, text and target of each reference of a line; plain words have no target."""
    start, linked = 0, set[int]()
    for piece in line.pieces:
        end = start + len(piece.text)
        if piece.action:
            linked.update(range(start, end))
            yield start, _with_word(line.text[:start], piece.text), piece.action[1]
        start = end
    text = line.text
    for match in (*_WRITTEN.finditer(text), *_CITED.finditer(text)):
        if linked.isdisjoint(range(*match.span())):
            number = match[1] or match[2] if match.re is _CITED else ""
            yield match.start(), f"[{number}]" if number else match.group(), ""


def _with_word(before: str, text: str) -> str:
    """A bare number together with the word before it."""
    match = re.search(rf"({_WORDS})\s*\(?$", before)
    return f"{match[1]} {text}" if match and text[:1].isalnum() and len(text) <= 8 else text


def goal_of(layout: Layout, target: str, text: str) -> TextPlace | str | None:
    """A reference's goal by its target and words; None if it leads nowhere."""
    if target and not target.startswith("#"):
        return target
    if target and (place := layout.place_of(target)) is not None:
        return place
    document = layout.document
    named = [*_names_of_anchor(target.removeprefix("#"))]
    if match := _WRITTEN.match(text):
        named.append(f"{match['word']} {match['number']}")
    landmark = next(filter(None, map(document.find_landmark, named)), None)
    # A bare number may be that of an entry of the bibliography.
    bare = " ".join(text.split()).strip("[]()").lower()
    block = landmark.block if landmark else document.references.get(f"[{bare}]", document.references.get(bare))
    return None if block is None else layout.place_at(block, 0)


def _names_of_anchor(anchor: str) -> Iterator[str]:
    """The meaning of a LaTeXML anchor: `S3.SS2` is `section 3.2`, and `S4.T2` is `table 2`."""
    parts = _ANCHOR_PARTS.findall(anchor)
    if not parts:
        return
    kind, number = parts[-1]
    named = {"F": "figure", "T": "table", "E": "equation", "alg": "algorithm"}.get(kind)
    if named:
        yield f"{named} {number}"
        return
    (outer, first), *inner = parts
    if outer == "A":
        first = chr(ord("a") + (int(first) - 1) % 26)
    yield f"section {'.'.join([first, *(number for _, number in inner)])}"


def web_address(target: str, source: str, id: str) -> str:
    """The web address of a picture, whose path may be relative to the paper's page."""
    if target.startswith(("https://", "http://")) or not is_arxiv_id(id):
        return target
    host = "arxiv.org" if source in ("feed", "pdf", "") else source
    return f"https://{host}/html/{in_arxiv_address(id)}/{target.removeprefix('./').removeprefix(f'{id}/')}"
