"""The tables of papers as models, with which papers are written; `schema.sql` creates these and all other tables.

`Paper` has only the columns that orders, filters and states need, so that a scan, a vote or a mark reads few bytes;
long texts are in `PaperText`. Lists of strings are joined by newlines, which cleaned text never contains.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import create_model
from sqlmodel import Field, SQLModel

from reader.core.paper import COLUMNS, Table
from reader.core.paper import Field as PaperField


def _columns(table: Table) -> dict[str, Any]:
    """The columns of a paper's fields in a table, in the form for `create_model`."""
    return {field.name: (_column_type(field), field.blank) for field in COLUMNS if field.rules.table == table}


def _column_type(field: PaperField) -> Any:
    kind = int if field.type is int else str
    return kind | None if field.is_nullable else kind


class _PaperColumns(SQLModel):
    """The columns of `paper` that are declared by hand."""

    pk: int | None = Field(default=None, primary_key=True)
    id: str
    title_hash: int
    sort_day: str = ""
    """ISO date that the list orders by: `day`, else `published`, else empty."""
    day: str | None = None
    first_day: str | None = None
    """Newest and oldest ISO day that listed it."""
    author_count: int = 0
    source: str = "hf"
    added: str
    """ISO time, UTC, when the cache first saw it."""
    has_code: int = 0
    has_project: int = 0
    has_media: int = 0
    read: int = 0
    starred: int = 0
    hidden: int = 0
    has_note: int = 0
    venue: str | None = None
    """Derived from `PaperText.journal` and `PaperText.remark`."""


class _PaperTextColumns(SQLModel):
    """The columns of `paper_text` that no source fills."""

    __tablename__ = "paper_text"

    pk: int = Field(primary_key=True)
    addresses: str | None = None
    """Derived from `abstract` and `remark`."""
    arxiv_asked: str | None = None
    """ISO day on which arXiv was last asked for it."""


_TABLE: Any = {"table": True}

Paper = create_model("Paper", __base__=_PaperColumns, __cls_kwargs__=_TABLE, **_columns("paper"))
"""A paper's facts and, derived from the events, its state."""

PaperText = create_model("PaperText", __base__=_PaperTextColumns, __cls_kwargs__=_TABLE, **_columns("paper_text"))
"""A paper's text and links, one row for each `Paper`."""


PAPER, TEXT = SQLModel.metadata.tables["paper"], SQLModel.metadata.tables["paper_text"]

BLANK: Mapping[str, Any] = {
    "title_hash": None,
    **{
        name: field.default
        for model in (Paper, PaperText)
        for name, field in model.model_fields.items()
        if name != "pk" and not field.is_required()
    },
}
"""The values of both tables' columns before any source provides one."""
