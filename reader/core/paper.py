"""Papers as a feed describes them, and whole papers; `reader.core.paper_row` has the part that the list draws.

`Paper` is the only list of a paper's fields. Columns, merging, reading and JSON follow from the rules of each field.
ARCHITECTURE.md says what else a new field needs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from reader.core.marks import PaperMarks
from reader.core.paper_row import UNKNOWN

Table = Literal["paper", "paper_text"]

Merge = Literal["newest", "count", "growing", "versions", "arxiv"]
"""How a source's value is merged with the cached one.

`newest`: a newer answer replaces the cached value, and a file only fills a gap. `count`: like `newest`, but a file may
raise it. `growing`: the greatest value of any source wins. `versions`: a list that only grows. `arxiv`: like `newest`,
but an answer from arXiv itself always wins.
"""


class FieldRules(NamedTuple):
    """The rules for one field."""

    table: Table | None = "paper_text"
    """The table with its column; None if its value comes from other tables."""
    merge: Merge | None = "newest"
    """None if special code changes its column; such a column is declared by hand."""
    is_null_unknown: bool = False
    """Whether a list's column is NULL until a source provides the list."""
    unknown: int | None = None
    """The number in the column while it is unknown and the field is None. Used where papers are ordered by the column,
    which NULL would prevent."""
    is_block: bool = False
    """Whether the text may have paragraphs; otherwise it is one line."""
    is_date: bool = False
    """Whether the text is an ISO date."""
    is_address: bool = False
    """Whether its texts are addresses of web pages."""
    key: str | None = None
    """The key in JSON; None for the field's own name."""


_SHAPES: Mapping[Any, tuple[type, bool]] = MappingProxyType(
    {
        str: (str, False),
        str | None: (str, True),
        int: (int, False),
        int | None: (int, True),
        bool: (bool, False),
        tuple[str, ...]: (tuple, False),
    }
)
"""The allowed annotations of a field: the type of its values, and whether they may be None."""


class Field(NamedTuple):
    """One field of a paper: its name, its type and its rules."""

    name: str
    type: type
    """`str`, `int`, `bool`, or `tuple` for a list of strings."""
    is_optional: bool
    rules: FieldRules

    @property
    def key(self) -> str:
        """The field's key in JSON."""
        return self.rules.key or self.name

    @property
    def is_nullable(self) -> bool:
        """Whether its column may be NULL."""
        return (self.is_optional and self.rules.unknown is None) or self.rules.is_null_unknown

    @property
    def blank(self) -> str | int | None:
        """The column's value before any source provides one."""
        if self.rules.unknown is not None:
            return self.rules.unknown
        if self.is_nullable:
            return None
        return 0 if self.type is int else ""

    def decode(self, value: Any) -> Any:
        """Convert the column's value to the field's type."""
        if self.type is tuple:
            return tuple(value.split("\n")) if value else ()
        if self.rules.unknown is not None and value == self.rules.unknown:
            return None
        return bool(value) if self.type is bool else value


def fields_of(annotations: Mapping[str, Any]) -> tuple[Field, ...]:
    """The annotated fields of a class that have rules, in their order."""
    return tuple(
        Field(name, *_SHAPES[annotation.__origin__], rules)
        for name, annotation in annotations.items()
        for rules in getattr(annotation, "__metadata__", ())
    )


class LibraryEntry(NamedTuple):
    """One entry of a file, with clean texts."""

    where: str
    """Its place in the file, such as `entry li2024` or `line 7`."""
    title: str = ""
    id: str | None = None
    is_wanted: bool = True
    """Whether to fetch the paper if the cache lacks it; rows of a feed reader are only marks."""
    is_read: bool = False
    labels: tuple[str, ...] = ()
    """The user's labels: tags and collections of a library, flags of a feed reader."""
    note: str = ""
    is_broken: bool = False
    """Whether the entry has a syntax error, so that only a part of it could be read."""


class Draft(NamedTuple):
    """One source's data about one paper, already cleaned; its fields have the same meaning as in `Paper`.

    `None` and the empty tuple mean that the source has no value, and never overwrite a known value.
    """

    title: str
    id: str | None = None
    """The bare arXiv id; None if the source has none, such as a saved page."""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    """Number of authors if only the number is known; otherwise it follows from `authors`."""
    organization: str | None = None
    organization_slug: Annotated[str | None, FieldRules()] = None
    published: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    media: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    version: int | None = None
    revised: str | None = None
    versions: tuple[str, ...] = ()
    announced: str | None = None
    """ISO date on which a feed announced the paper; orders papers without another date."""
    remark: str | None = None
    doi: str | None = None
    journal: str | None = None
    models: int | None = None
    datasets: int | None = None
    spaces: int | None = None
    submitter: str | None = None
    profiles: tuple[str, ...] = ()
    url: str | None = None
    source: str = "hf"
    entry: str | None = None
    """The paper's own id, `feed:` or `page:` and twelve hexadecimal digits; replaced by `id` once that is known."""
    by_arxiv: bool = False
    """Whether it comes from arXiv itself."""


class SkippedRecord(NamedTuple):
    """A record that could not be used, and the reason in a few words."""

    where: str
    reason: str


class Listing(NamedTuple):
    """The feed's answer for one day, with its drafts in the feed's order."""

    day: str | None
    """ISO date; None for papers without a day, such as papers of a saved page."""
    drafts: tuple[Draft, ...]
    skipped: tuple[SkippedRecord, ...] = ()
    more_skipped: int = 0
    """Number of further skipped records."""
    validator: str | None = None
    """The answer's ETag, used to ask the feed whether the day has changed."""
    is_unchanged: bool = False
    """Whether the feed only answered that the day has not changed."""
    marks: tuple[PaperMarks, ...] = ()
    """The user's marks in an export, for these and other papers."""
    entries: tuple[LibraryEntry, ...] = ()

    @property
    def skipped_count(self) -> int:
        return len(self.skipped) + self.more_skipped


class Paper(NamedTuple):
    """A whole paper for the detail, the exports and the command line. Its fields are in the order of JSON."""

    pk: int
    """Its key in the cache; 0 in an export for a marked paper that the cache lacks."""
    id: Annotated[str, FieldRules("paper", merge=None)]
    title: Annotated[str, FieldRules("paper")]
    abstract: Annotated[str, FieldRules(is_block=True)] = ""
    day: Annotated[str | None, FieldRules("paper", merge=None, is_date=True)] = None
    """ISO date of the newest day that listed it; None if no day did."""
    published: Annotated[str | None, FieldRules("paper", is_date=True)] = None
    """ISO date of the first arXiv version."""
    authors: Annotated[tuple[str, ...], FieldRules()] = ()
    author_count: Annotated[int | None, FieldRules("paper", merge=None, unknown=0)] = None
    """None until a source reports the authors or their number. Likewise `upvotes` and `comments`."""
    organization: Annotated[str | None, FieldRules()] = None
    """Full name, as shown."""
    upvotes: Annotated[int | None, FieldRules("paper", "count", unknown=UNKNOWN)] = None
    comments: Annotated[int | None, FieldRules("paper", "count", unknown=UNKNOWN)] = None
    topics: Annotated[tuple[str, ...], FieldRules(None, None)] = ()
    """Slugs, strongest first."""
    keywords: Annotated[tuple[str, ...], FieldRules()] = ()
    summary: Annotated[str | None, FieldRules()] = None
    """The feed's machine-written one-line summary."""
    read: Annotated[bool, FieldRules("paper", merge=None)] = False
    starred: Annotated[bool, FieldRules("paper", merge=None)] = False
    queued: Annotated[bool, FieldRules(None, None)] = False
    """Whether it is in the queue of papers to read later."""
    hidden: Annotated[bool, FieldRules("paper", merge=None)] = False
    tags: Annotated[tuple[str, ...], FieldRules(None, None)] = ()
    note: Annotated[str | None, FieldRules(None, None, is_block=True)] = None
    highlights: Annotated[tuple[str, ...], FieldRules(None, None)] = ()
    """Highlighted passages as text; see `Passage.as_text`."""
    code_url: Annotated[str | None, FieldRules(is_address=True)] = None
    code_stars: Annotated[int | None, FieldRules("paper", "count")] = None
    project_url: Annotated[str | None, FieldRules(is_address=True)] = None
    media: Annotated[tuple[str, ...], FieldRules(is_address=True)] = ()
    source: Annotated[str, FieldRules("paper", merge=None)] = "hf"
    """Where it comes from: `hf`, `arxiv`, `page`, or a feed's slug."""
    categories: Annotated[tuple[str, ...], FieldRules(is_null_unknown=True)] = ()
    """arXiv categories such as `cs.CL`, the primary one first."""
    version: Annotated[int | None, FieldRules(merge="growing")] = None
    """Number of the newest arXiv version."""
    revised: Annotated[str | None, FieldRules(merge="growing", is_date=True)] = None
    """ISO date of that version."""
    versions: Annotated[tuple[str, ...], FieldRules(merge="versions", is_null_unknown=True)] = ()
    """The known arXiv versions, oldest first, each with its ISO date: `v2 2026-09-11`."""
    venue: Annotated[str | None, FieldRules("paper", merge=None)] = None
    """The venue, read from the journal reference and the remark: `ICLR 2026 oral`."""
    remark: Annotated[str | None, FieldRules(merge="arxiv")] = None
    """The authors' comment on arXiv, such as `12 pages, 3 figures`."""
    doi: Annotated[str | None, FieldRules(merge="arxiv")] = None
    """The publisher's DOI."""
    journal: Annotated[str | None, FieldRules(merge="arxiv")] = None
    models: Annotated[int | None, FieldRules("paper", "newest")] = None
    """Number of models that name the paper; None until the feed was asked. Likewise `datasets` and `spaces`."""
    datasets: Annotated[int | None, FieldRules("paper", "newest")] = None
    spaces: Annotated[int | None, FieldRules("paper", "newest")] = None
    addresses: Annotated[tuple[str, ...], FieldRules(merge=None, is_null_unknown=True, is_address=True)] = ()
    """Web addresses in the abstract and the remark."""
    submitter: Annotated[str | None, FieldRules("paper")] = None
    """The account that submitted it to the daily papers."""
    profiles: Annotated[tuple[str, ...], FieldRules(is_null_unknown=True)] = ()
    """The accounts of authors who claimed it, each with the author's name: `ada Ada Lovelace`."""
    url: Annotated[str | None, FieldRules(key="entry_url", is_address=True)] = None
    """A page about the paper that a feed links to."""


FIELDS = fields_of(Paper.__annotations__)
"""All fields of a paper."""

COLUMNS = tuple(field for field in (*FIELDS, *fields_of(Draft.__annotations__)) if field.rules.merge is not None)
"""The fields that sources fill; their columns follow from their rules."""


def says_withdrawn(remark: str | None) -> bool:
    """Whether arXiv's remark says that the authors withdrew the paper."""
    return "withdrawn" in (remark or "").casefold()


def facts(paper: Paper) -> list[str]:
    """The texts that the detail pane lists with the categories."""
    from reader.core.text import clean

    return [clean(text) for text in (paper.journal, paper.remark) if text]
