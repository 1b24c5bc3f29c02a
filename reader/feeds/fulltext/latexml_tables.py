"""LaTeXML's tables: those of data, and those that only place formulas and their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reader.core.document.model import Cell, Formula, Paragraph, Span, Spans, Table
from reader.core.text import clean
from reader.feeds.fulltext.bounds import SPAN, TABLE_CELLS
from reader.feeds.fulltext.latexml_looks import class_names
from reader.feeds.fulltext.mathml import tex_of
from reader.feeds.fulltext.spans import clean_tex

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_GROUPS = ("tbody", "thead", "tfoot")


def read_table(node: LexborNode, read: Callable[[LexborNode], Spans]) -> Table | None:
    """A table of data; None if it has no text. `read` makes the spans of a cell."""
    rows: list[tuple[Cell, ...]] = []
    ruled: list[bool] = []
    left = TABLE_CELLS
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
            rows.append(tuple(cells))
            ruled.append(2 * lines >= len(cells))
    if not any(cell.spans for row in rows for cell in row):
        return None
    while rows and not any(cell.spans for cell in rows[0]):
        del rows[0], ruled[0]
    while not any(cell.spans for cell in rows[-1]):
        del rows[-1], ruled[-1]
    # A grid has a line above each row, which would only be in the way.
    rules = tuple(index for index, has_rule in enumerate(ruled) if index and has_rule)
    rules = rules if 2 * len(rules) <= len(rows) else ()
    return Table(tuple(rows), rules, clean(node.attributes.get("id") or "", 200))


def _rows(node: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """The rows of a table, not those of tables in its cells; and whether each is in its head."""
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
    align = next((name for name in ("right", "center") if f"ltx_align_{name}" in classes), "left")
    is_head = in_head or "ltx_th_column" in classes
    across, down = (_count(node.attributes.get(name)) for name in ("colspan", "rowspan"))
    return Cell(read(node), across, down, align, is_head)


def _count(text: str | None) -> int:
    value = (text or "").strip()
    return min(max(int(value), 1), SPAN) if value.isascii() and value.isdecimal() and len(value) < 6 else 1


def read_formulas(node: LexborNode, text_of: Callable[[LexborNode], str]) -> Iterator[Formula | Paragraph]:
    """The formulas of a table that places them; text between them is a paragraph.

    A row with a number ends a formula, unless the number is that of several rows.
    """
    rows: list[str] = []
    number = anchor = ""
    shared = 0
    """Rows after this one that have its number too."""

    def formula() -> Iterator[Formula]:
        if rows:
            yield Formula(tuple(rows), number, anchor)

    outer = clean(node.attributes.get("id") or "", 200)
    for row, _ in _rows(node):
        tex = clean_tex(_aligned(row))
        tagged = row.css_first(".ltx_tag_equation, .ltx_eqn_eqno > .ltx_tag_equationgroup")
        own = clean(text_of(tagged), 40) if tagged is not None else ""
        around = row.parent
        inner = clean((around.attributes.get("id") if around is not None else "") or "", 200)
        if not tex and not own:
            if text := clean(text_of(row), 2_000):
                yield from formula()
                rows, number, anchor = [], "", ""
                yield Paragraph((Span(text),))
            continue
        if number and not shared:
            yield from formula()
            rows, number, anchor = [], "", ""
        if own and tagged is not None and tagged.parent is not None:
            number, shared = own, _count(tagged.parent.attributes.get("rowspan"))
        shared = max(0, shared - 1)
        if tex:
            rows.append(tex)
        anchor = anchor or inner or clean(row.attributes.get("id") or "", 200) or outer
    yield from formula()


def _aligned(row: LexborNode) -> str:
    """The TeX of a row, its cells separated by `&` as in an `aligned` environment."""
    cells = []
    for cell in row.iter():
        if "ltx_eqn_eqno" not in class_names(cell):
            told = (math for math in cell.css("math") if not _is_in_tag(math, row))
            cells.append(" ".join(math.attributes.get("alttext") or tex_of(math) for math in told))
    while cells and not cells[-1]:
        cells.pop()
    padded = row.css_first(".ltx_eqn_center_padleft") is not None
    cells = cells[1:] if padded and cells and not cells[0] else cells
    return " & ".join(cells)


def _is_in_tag(node: LexborNode, row: LexborNode) -> bool:
    """Whether a node of a row is part of its number."""
    around = node.parent
    while around is not None and around != row:
        if "ltx_tag" in class_names(around):
            return True
        around = around.parent
    return False
