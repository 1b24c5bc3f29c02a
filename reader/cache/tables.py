"""The tables that are written through models, with their columns; `schema.sql` makes these and all others.

`Paper` has only the columns that orders, filters and states need, so a scan, a vote or a mark reads few bytes; the
long text is in `PaperText`. Lists of strings are joined by newlines, which cleaned text never has.
"""

from __future__ import annotations

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


class PaperAlias(SQLModel, table=True):
    """Another id of a paper: one that it had before its arXiv id was known, or by which a feed or an event names it."""

    __tablename__ = "paper_alias"

    id: str = Field(primary_key=True)
    pk: int


class Listing(SQLModel, table=True):
    """A paper listed on a day."""

    day: str = Field(primary_key=True)
    pk: int = Field(primary_key=True)


class Day(SQLModel, table=True):
    """A day that was requested from the feed; a day without papers is known to be empty."""

    day: str = Field(primary_key=True)
    fetched: str
    """ISO time, UTC, of the last answer that changed the day or was the first after it settled."""
    papers: int = 0


class Trending(SQLModel, table=True):
    """A paper's place in the feed's own ranking; `meta` holds its time under `trending`."""

    pk: int = Field(primary_key=True)
    rank: int
    """From 0."""


class Topic(SQLModel, table=True):
    """A canonical topic, as the rules in use name it."""

    pk: int | None = Field(default=None, primary_key=True)
    slug: str
    name: str
    family: str


class PaperTopic(SQLModel, table=True):
    """A topic of a paper; `rank` 0 is its strongest."""

    __tablename__ = "paper_topic"

    topic: int = Field(primary_key=True)
    pk: int = Field(primary_key=True)
    rank: int = 0


class PaperCategory(SQLModel, table=True):
    """An arXiv category of a paper; follows from `PaperText.categories`."""

    __tablename__ = "paper_category"

    category: str = Field(primary_key=True)
    pk: int = Field(primary_key=True)


class PaperSource(SQLModel, table=True):
    """A source of a paper.

    Nearly all papers are daily papers (`hf`); these have a row only if another source had the paper first.
    """

    __tablename__ = "paper_source"

    source: str = Field(primary_key=True)
    pk: int = Field(primary_key=True)


class PaperChange(SQLModel, table=True):
    """A paper's moving facts since the refresh that changed them, until the next row's time.

    The first change of a paper writes two rows: the facts when the cache first saw it, and the facts now. A paper that
    never changes has no row.
    """

    __tablename__ = "paper_change"

    pk: int = Field(primary_key=True)
    at: int = Field(primary_key=True)
    """Seconds since 1970."""
    upvotes: int
    comments: int
    stars: int | None = None
    keywords: int
    links: int
    """1 for code, plus 2 for a project page, plus 4 for media."""
    models: int | None = None
    """Models that name the paper; None before the feed was asked."""


TABLES = SQLModel.metadata.tables

PAPER, TEXT, ALIAS = TABLES["paper"], TABLES["paper_text"], TABLES["paper_alias"]
LISTING, DAY, TRENDING = TABLES["listing"], TABLES["day"], TABLES["trending"]
PAPER_CATEGORY, PAPER_SOURCE = TABLES["paper_category"], TABLES["paper_source"]
TOPIC, PAPER_TOPIC, PAPER_CHANGE = TABLES["topic"], TABLES["paper_topic"], TABLES["paper_change"]
