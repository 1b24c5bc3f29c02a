"""Tables as lines: columns aligned, cells over several columns and rows, rules as in the paper.

A table keeps its own width, which may be more than the screen's. Without a width, each row is one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.core.cells import cell_len
from reader.core.document.lines import Piece, broken, pieces_of, text_of
from reader.core.document.model import Cell, Spans, Table

GAP = 2
"""Columns between two cells."""

NARROWED = 36
"""Columns that a cell's text keeps at least; a table that is wider even so is scrolled sideways."""

MOST_COLUMNS = 400


class _Placed(NamedTuple):
    """A cell with its place in the grid."""

    cell: Cell
    column: int
    pieces: tuple[Piece, ...]


def grid_texts(table: Table) -> Iterator[list[Spans]]:
    """The spans of each row by column; a cell over several columns or rows leaves the others empty."""
    for row in _grid(table):
        texts: list[Spans] = [()] * max((one.column + one.cell.across for one in row), default=0)
        for one in row:
            texts[one.column] = one.cell.spans
        yield texts


def table_rows(table: Table) -> Iterator[str]:
    """Each row as one line, its cells separated by tabs."""
    for row in grid_texts(table):
        yield "\t".join(text_of(pieces_of(spans)) for spans in row).rstrip("\t")


def table_lines(table: Table, width: int) -> Iterator[tuple[Piece, ...]]:
    """The lines of a table."""
    grid = _grid(table)
    widths = _fitted_widths(grid, width)
    total = sum(widths) + GAP * (len(widths) - 1)
    rules = table.rules or _rules_below_head(table)
    rule = (Piece("─" * total, "rule"),)
    yield rule
    for index, row in enumerate(grid):
        if index in rules:
            yield rule
        yield from _row_lines(row, widths)
    yield rule


def _fitted_widths(grid: Sequence[Sequence[_Placed]], width: int) -> list[int]:
    """The widths of the columns, of which only long text is narrowed so that the table fits."""
    widths = _widths(grid, None)
    for widest in (*range(min(max(widths), width), NARROWED, -4), NARROWED):
        if sum(widths) + GAP * (len(widths) - 1) <= width:
            break
        widths = _widths(grid, widest)
    return widths


def _rules_below_head(table: Table) -> tuple[int, ...]:
    """A line below the head, if the table has no other."""
    heads = [any(cell.is_head for cell in row) for row in table.rows]
    end = heads.index(False) if False in heads else 0
    return (end,) if end else ()


def _grid(table: Table) -> list[list[_Placed]]:
    """The cells with their columns: a cell takes the first ones that no cell of a row above reaches into."""
    taken: dict[int, int] = {}
    grid: list[list[_Placed]] = []
    for row in table.rows:
        placed: list[_Placed] = []
        column = 0
        following: dict[int, int] = {}
        for cell in row:
            while taken.get(column, 0) > 0:
                column += 1
            if column + cell.across > MOST_COLUMNS:
                break
            placed.append(_Placed(cell, column, tuple(pieces_of(cell.spans))))
            for place in range(column, column + cell.across):
                following[place] = cell.down
            column += cell.across
        taken = {place: left - 1 for place, left in taken.items() if left > 1}
        taken |= {place: down - 1 for place, down in following.items() if down > 1}
        grid.append(placed)
    return grid


def _widths(grid: Sequence[Sequence[_Placed]], widest: int | None) -> list[int]:
    """The width of each column; text of cells over several columns may widen the last of them."""
    columns = max((one.column + one.cell.across for row in grid for one in row), default=1)
    widths = [0] * columns
    cells = sorted((one for row in grid for one in row), key=lambda one: one.cell.across)
    for one in cells:
        needed = cell_len(text_of(one.pieces))
        needed = min(needed, widest * one.cell.across) if widest else needed
        end = one.column + one.cell.across
        has = sum(widths[one.column : end]) + GAP * (one.cell.across - 1)
        if needed > has:
            widths[end - 1] += needed - has
    return widths


def _row_lines(row: Sequence[_Placed], widths: Sequence[int]) -> Iterator[tuple[Piece, ...]]:
    columns = []
    for one in row:
        room = sum(widths[one.column : one.column + one.cell.across]) + GAP * (one.cell.across - 1)
        columns.append((one, room, [line for _, line in broken(one.pieces, max(room, 2))]))
    height = max((len(lines) for _, _, lines in columns), default=1)
    for index in range(max(height, 1)):
        pieces: list[Piece] = []
        used = 0
        for one, room, lines in columns:
            line = lines[index] if index < len(lines) else ()
            size = sum(cell_len(piece.text) for piece in line)
            start = sum(widths[: one.column]) + GAP * one.column
            # Text of several lines is read from the left.
            align = one.cell.align if len(lines) == 1 else "left"
            left = {"left": 0, "right": room - size, "center": (room - size) // 2}[align]
            if line:
                pad = start + max(left, 0) - used
                pieces += [Piece(" " * pad)] if pad else []
                pieces += [
                    piece._replace(role="strong") if one.cell.is_head and piece.role == "text" else piece
                    for piece in line
                ]
                used = start + max(left, 0) + size
        yield tuple(pieces)
