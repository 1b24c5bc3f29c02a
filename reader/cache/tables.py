"""The cache's tables.

`Paper` has only the columns that orders, filters and states need, so a scan, a vote or a mark reads few bytes; the
long text is in `PaperText`. Lists of strings are joined by newlines, which cleaned text never has. A change here
needs a migration in `migrations.sql`.
"""

from __future__ import annotations

from typing import Any

from pydantic import create_model
from sqlalchemy import Column, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from reader.core.paper import COLUMNS, Table
from reader.core.paper import Field as PaperField


def _columns(table: Table) -> dict[str, Any]:
    """The columns of a paper's fields in a table, in the form for `create_model`."""
    return {field.name: (_column_type(field), field.blank) for field in COLUMNS if field.rules.table == table}


def _column_type(field: PaperField) -> Any:
    kind = int if field.type is int else str
    return kind | None if field.is_nullable else kind


LINKED = ("models", "datasets", "spaces")
"""The columns that count what names a paper."""


class _PaperColumns(SQLModel):
    """The columns of `paper` that are declared by hand."""

    __table_args__ = (
        # The list's own order with the columns that checks of days and hidden papers need: a walk stays in the index,
        # and the whole order of 200,000 papers takes 49 ms instead of 113.
        Index("paper_by_day", "sort_day", "upvotes", "pk", "hidden", "first_day", "day"),
        Index("paper_by_upvotes", "upvotes", "pk"),
        Index("paper_by_published", "published", "upvotes", "pk"),
        Index("paper_by_title", text("title COLLATE NOCASE"), "pk"),
        # The few papers on more than one day: without it `until:` and `day:` would read all papers.
        Index("paper_relisted", "first_day", "day", sqlite_where=text("first_day < day")),
        Index("paper_unread_by_day", "sort_day", "upvotes", "pk", "day", sqlite_where=text("read = 0 AND hidden = 0")),
        Index("paper_starred_by_day", "sort_day", "upvotes", "pk", sqlite_where=text("starred = 1")),
        # The others find the few papers with a state or a number: among 1,000,000 papers in 1 ms instead of 1 s.
        Index("paper_read_by_day", "sort_day", "upvotes", "pk", sqlite_where=text("read = 1")),
        Index("paper_hidden_by_day", "sort_day", "upvotes", "pk", sqlite_where=text("hidden = 1")),
        Index("paper_noted", "pk", sqlite_where=text("has_note = 1")),
        Index("paper_by_comments", "comments"),
        Index("paper_by_authors", "author_count"),
        Index("paper_by_stars", "code_stars", sqlite_where=text("code_stars IS NOT NULL")),
        Index("paper_by_venue", "venue", sqlite_where=text("venue IS NOT NULL")),
        Index("paper_by_submitter", text("submitter COLLATE NOCASE"), sqlite_where=text("submitter IS NOT NULL")),
        *(Index(f"paper_with_{name}", "pk", sqlite_where=text(f"{name} > 0")) for name in LINKED),
        # Matches a paper without an arXiv id to a later draft that has it.
        Index("paper_by_title_hash", "title_hash"),
        {"sqlite_autoincrement": True},
    )

    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(sa_column=Column(String, nullable=False, unique=True))
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

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
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
    pk: int = Field(foreign_key="paper.pk", index=True)


class Listing(SQLModel, table=True):
    """A paper listed on a day."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    day: str = Field(primary_key=True)
    pk: int = Field(primary_key=True, index=True, foreign_key="paper.pk")


class Day(SQLModel, table=True):
    """A day that was requested from the feed; a day without papers is known to be empty."""

    day: str = Field(primary_key=True)
    fetched: str
    """ISO time, UTC, of the last answer that changed the day or was the first after it settled."""
    papers: int = 0


class Trending(SQLModel, table=True):
    """A paper's place in the feed's own ranking; `meta` holds its time under `trending`."""

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    rank: int
    """From 0."""


class PagePaper(SQLModel, table=True):
    """A paper of a saved page: its place, and what a look-up of its title has found."""

    __tablename__ = "page_paper"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    place: int
    """In the order of its page; the pages that were imported last come first."""
    tries: int = 0
    """How often all sources were asked for its title, and none had the paper for certain."""
    asked: str | None = None
    """ISO day on which they were asked last."""
    choices: str = ""
    """The papers that it may be, as JSON; empty if there are none."""


class Topic(SQLModel, table=True):
    """A canonical topic, as the rules in use name it."""

    pk: int | None = Field(default=None, primary_key=True)
    slug: str = Field(sa_column=Column(String, nullable=False, unique=True))
    name: str
    family: str


class PaperTopic(SQLModel, table=True):
    """A topic of a paper; `rank` 0 is its strongest."""

    __tablename__ = "paper_topic"
    __table_args__ = ({"sqlite_with_rowid": False},)

    topic: int = Field(primary_key=True, foreign_key="topic.pk")
    pk: int = Field(primary_key=True, index=True, foreign_key="paper.pk")
    rank: int = 0


class PaperCategory(SQLModel, table=True):
    """An arXiv category of a paper; follows from `PaperText.categories`."""

    __tablename__ = "paper_category"
    __table_args__ = ({"sqlite_with_rowid": False},)

    category: str = Field(primary_key=True)
    pk: int = Field(primary_key=True, index=True, foreign_key="paper.pk")


class PaperSource(SQLModel, table=True):
    """A source of a paper.

    Nearly all papers are daily papers (`hf`); these have a row only if another source had the paper first.
    """

    __tablename__ = "paper_source"
    __table_args__ = ({"sqlite_with_rowid": False},)

    source: str = Field(primary_key=True)
    pk: int = Field(primary_key=True, index=True, foreign_key="paper.pk")


class Feed(SQLModel, table=True):
    """A source of a refresh: the daily papers, arXiv for categories, or a feed that the user follows."""

    pk: int | None = Field(default=None, primary_key=True)
    slug: str = Field(sa_column=Column(String, nullable=False, unique=True))
    """The source that its papers name."""
    kind: str
    """`rss`, `arxiv` for a category, or `own` for a source that the reader always asks."""
    url: str = Field(sa_column=Column(String, nullable=False, unique=True))
    """Its address, or the category."""
    title: str
    home: str | None = None
    folder: str = ""
    added: str
    """ISO time, UTC."""
    etag: str | None = None
    modified: str | None = None
    """ETag and Last-Modified of the last answer that was stored."""
    answered: str | None = None
    """ISO time, UTC, of that answer."""
    failing_since: str | None = None
    """ISO time, UTC, since which every request failed; None if the last one succeeded."""
    error: str | None = None
    """The last error, as a sentence."""


class FullText(SQLModel, table=True):
    """The full text of a paper, which can be fetched again."""

    __tablename__ = "full_text"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    source: str
    """What it came from: `feed`, or the host of a page, such as `arxiv.org`."""
    version: int | None = None
    """The version of the paper that it is of, if the page said so."""
    fetched: str
    """ISO time, UTC."""
    used: str
    """ISO day on which it was last read or fetched."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """A document, as `reader.core.document.codec` packs it."""


class Community(SQLModel, table=True):
    """What the feed's page of a paper has besides the paper, which can be fetched again."""

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    asked: str
    """ISO time, UTC, of the feed's last answer."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Comments and linked repositories, as `reader.core.community` packs them."""


class PaperWords(SQLModel, table=True):
    """Derived: the words of a paper as numbers; a paper without a row has one made when it is ranked."""

    __tablename__ = "paper_words"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """As `reader.core.choice.words` packs them."""


class Meta(SQLModel, table=True):
    """The cache's own facts, such as its machine id and the version of its topic rules."""

    key: str = Field(primary_key=True)
    value: str


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
    """Derived: a paper that has changed since the user marked it, see `reader.cache.changes`."""

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


class Event(SQLModel, table=True):
    """One thing the user did; events are only ever added, and all states derive from them.

    One event may name many papers: `papers` holds their ids, newline-joined and zlib-compressed, so that marking a
    million is one row.
    """

    __table_args__ = (
        Index("event_by_clock", "clock", "id"),
        # Finds the few events whose effects were still being written when a program ended.
        Index("event_unapplied", "seq", sqlite_where=text("applied = 0")),
        # Finds this machine's own newest event, and the undos of an event.
        Index("event_by_number", "machine", "number"),
        Index("event_by_target", "value", sqlite_where=text("kind IN ('undo', 'redo')")),
        # Finds whom the user has forgotten.
        Index("event_forgets", "kind", sqlite_where=text("kind GLOB 'forget:*'")),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    machine: str
    clock: int
    """Milliseconds since 1970, raised above every clock in the log; `(clock, id)` orders the events of all machines."""
    kind: str
    """`read`, `star`, `hide`, `queue`, `want`, `note`, `tag:NAME`, `follow:SLUG` of a feed, `watch:FIELD:SLUG` of what
    is followed; `open`, `finish`, `pass`, which reading leaves; `look`, at what changed; or `undo`, `redo` of the event
    whose id is the value."""
    value: str
    papers: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    count: int
    """Number of its papers."""
    undone: int = 0
    """Derived: 1 if undone and not redone; 2 more if the user has forgotten its machine."""
    applied: int = 0
    """Derived: all its effects are written."""
    number: int = Field(default=0, sa_column=Column(Integer, server_default=text("0"), nullable=False))
    """Counts the events of one machine in the order in which they happened."""


class EventOrigin(SQLModel, table=True):
    """What is to be known of some events of other machines; most have no row."""

    __tablename__ = "event_origin"
    __table_args__ = (Index("event_origin_via", "via", sqlite_where=text("via <> ''")),)

    event: int | None = Field(default=None, primary_key=True)
    """`Event.seq`."""
    via: str
    """The machine whose file brought it, if that is another one than the event's."""
    rest: str
    """What a newer program has written in its line, as JSON."""


class Effect(SQLModel, table=True):
    """Derived: a paper of an event. A paper's state is its newest effect of a kind that is not undone."""

    __table_args__ = (
        # Finds the papers that were opened, finished or passed: marks of a million papers have as many effects.
        Index("effect_of_traces", "kind", "pk", sqlite_where=text("kind IN ('open', 'finish', 'pass')")),
        {"sqlite_with_rowid": False},
    )

    pk: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    event: int = Field(primary_key=True, index=True)
    """`Event.seq`."""


class Orphan(SQLModel, table=True):
    """Derived: a paper of an event that is not (yet) in the cache."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    event: int = Field(primary_key=True, index=True)


class PaperTag(SQLModel, table=True):
    """Derived: a paper's tags."""

    __tablename__ = "paper_tag"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tag: str = Field(primary_key=True)
    pk: int = Field(primary_key=True, index=True)


class Note(SQLModel, table=True):
    """Derived: a paper's note."""

    pk: int = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))


class Queue(SQLModel, table=True):
    """Derived: a paper that the user wants to read later."""

    pk: int = Field(primary_key=True)
    place: str = Field(index=True)
    """Digits; the queue is in the order of these texts. See `reader.core.marks`."""


class KeptOutput(SQLModel, table=True):
    """What a program of the user's printed about a paper, which the user wanted kept: made by a machine."""

    __tablename__ = "kept_output"
    __table_args__ = (Index("kept_output_by_paper", "pk", "name", unique=True),)

    key: int | None = Field(default=None, primary_key=True)
    pk: int = Field(foreign_key="paper.pk")
    name: str
    """The command's name; a later output of the same command takes the place of an earlier one."""
    made: str
    """ISO time, UTC."""
    body: str = Field(sa_column=Column(Text, nullable=False))


class PaperFlags(SQLModel, table=True):
    """Derived: what the list shows of a paper by a sign; a paper without flags has no row."""

    __tablename__ = "paper_flags"

    pk: int = Field(primary_key=True, foreign_key="paper.pk")
    flags: int
    """Bits of `reader.core.paper_row.Flag`."""


class Follow(SQLModel, table=True):
    """Derived: an author, organization, venue, topic or word that the user follows."""

    __table_args__ = (UniqueConstraint("field", "slug"),)

    key: int | None = Field(default=None, primary_key=True)
    field: str
    """`author`, `org`, `venue`, `topic` or `word`."""
    slug: str
    """Names it in queries, and its events."""
    name: str
    """As it is shown, and looked for in papers."""
    notify: int = 0


class FollowPaper(SQLModel, table=True):
    """Derived: a paper that has something that the user follows."""

    __tablename__ = "follow_paper"
    __table_args__ = ({"sqlite_with_rowid": False},)

    follow: int = Field(primary_key=True, foreign_key="follow.key")
    pk: int = Field(primary_key=True, index=True, foreign_key="paper.pk")
    perhaps: int = 0
    """1 if it may be another person of a like name."""


class Member(SQLModel, table=True):
    """Derived from a group's folder: a person of the group, other than the user."""

    key: int | None = Field(default=None, primary_key=True)
    public: str = Field(sa_column=Column(String, nullable=False, unique=True))
    """The key that verifies what they sign, in hexadecimal digits."""
    name: str
    slug: str
    """Names them in queries."""
    shares: str
    """What they share, in words."""
    stamp: str
    """The file's size and time when it was read."""
    seen: str
    """When a change of it was last noticed (ISO)."""


class MemberMark(SQLModel, table=True):
    """Derived from a group's folder: what a member shares of a paper, which need not be in the cache."""

    __tablename__ = "member_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    paper: str = Field(primary_key=True)
    """The paper's id."""
    member: int = Field(primary_key=True, index=True, foreign_key="member.key")
    kind: str = Field(primary_key=True)
    """`star`, `queue`, `note` or `tag:NAME`."""
    value: str


METADATA = SQLModel.metadata
"""All tables."""

PAPER, TEXT, ALIAS = (METADATA.tables[name] for name in ("paper", "paper_text", "paper_alias"))
LISTING, DAY, META = (METADATA.tables[name] for name in ("listing", "day", "meta"))
TRENDING = METADATA.tables["trending"]
PAPER_CATEGORY, PAPER_SOURCE = (METADATA.tables[name] for name in ("paper_category", "paper_source"))
TOPIC, PAPER_TOPIC = (METADATA.tables[name] for name in ("topic", "paper_topic"))
