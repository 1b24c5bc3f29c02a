"""The cache's tables of the user's own, and of what has changed in papers since the user saw them.

The user's are the log of events, the states that follow from it, and what is followed.

A change here needs a migration, and `python -m reader.cache.ddl`, which writes `schema.sql` again.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
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
    is followed; `open`, `finish`, `pass`, which reading leaves; `look`, a second look; or `undo`, `redo` of the event
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


OWN = SQLModel.metadata
"""SQLModel's one registry, which `tables.py` adds to."""
