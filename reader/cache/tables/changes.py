"""The cache's tables of how papers change: their numbers and texts over time, and which changes the user has to see."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel


class PaperChange(SQLModel, table=True):
    """A paper's moving facts since the refresh that changed them, until the next row's time.

    The first change of a paper writes two rows: the facts when the cache first saw it, and the facts now. A paper that
    never changes has no row.
    """

    __tablename__ = "paper_change"
    __table_args__ = (Index("paper_change_by_time", "at", "pk"), {"sqlite_with_rowid": False})

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    at: int = Field(primary_key=True)
    """Seconds since 1970."""
    upvotes: int
    comments: int
    stars: int | None = None
    """Stars of its code."""
    keywords: int
    """Number of keywords."""
    links: int
    """1 for code, plus 2 for a project page, plus 4 for media."""
    models: int | None = None
    """Models that name the paper; None before the feed was asked."""


class PaperEdit(SQLModel, table=True):
    """What a text or fact of a paper was before a refresh changed it; kept of papers that the user has marked."""

    __tablename__ = "paper_edit"
    __table_args__ = ({"sqlite_with_rowid": False},)

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    at: int = Field(primary_key=True)
    """Seconds since 1970."""
    field: str = Field(primary_key=True)
    """`title`, `abstract`, `version` or `venue`."""
    before: str
    """Empty if it was not known."""


class SecondLook(SQLModel, table=True):
    """Derived: a paper that has changed since the user marked it, see `reader.cache.second_look`."""

    __tablename__ = "second_look"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    at: int = Field(index=True)
    """When it changed last before the user looked at it again, in seconds since 1970."""
    since: int
    """When the user had marked it before, in seconds since 1970."""


class EarlierText(SQLModel, table=True):
    """The full text of an earlier version of a paper, which a later one has replaced."""

    __tablename__ = "earlier_text"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    version: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """As `FullText.body`."""


PAPER_CHANGE = SQLModel.metadata.tables["paper_change"]
