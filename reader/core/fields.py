"""The rules of a paper's fields: where each is stored, and how it is merged, exported and shown.

`reader.core.paper` lists the fields and gives each its rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Table = Literal["paper", "paper_text"]

Merge = Literal["newest", "count", "growing", "versions", "arxiv"]
"""How a source's value is merged with the cached one.

`newest`: a newer answer replaces the cached value, a file only fills a gap. `count`: the same, and a file may raise it.
`growing`: the greater value wins, from any source. `versions`: a list that keeps what it has and takes what is new.
`arxiv`: the same as `newest`, and an answer of arXiv itself replaces the cached value.
"""


class FieldRules(NamedTuple):
    """The rules for one field."""

    table: Table | None = "paper_text"
    """The table with its column; None if its value comes from other tables."""
    merge: Merge | None = "newest"
    """None if only code for this one field changes its column; such a column is declared by hand."""
    is_null_unknown: bool = False
    """Whether a list's column is NULL until a source gives the list."""
    unknown: int | None = None
    """The column's number until a source gives one; the field is then None. A number orders papers where NULL can't."""
    is_block: bool = False
    """Whether the text may have paragraphs; all other text is one line."""
    is_date: bool = False
    """Whether the text is an ISO date."""
    is_address: bool = False
    """Whether the text is, or the texts are, addresses of web pages."""
    key: str | None = None
    """The key in JSON; None for the field's own name."""
    label: str | None = None
    """The heading under which `show` prints it; None if `show` does not print it under a heading."""
    in_facts: bool = False
    """Whether the detail pane lists it with the categories."""
    in_csv: bool = False
    """Whether it has a column in the CSV export."""


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
"""The annotations that a field may have: the type of its values, and whether they may be None."""


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
        """The value of its column before any source gives one."""
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


def in_order(fields: Iterable[Field], first: Sequence[str], last: Sequence[str] = ()) -> tuple[Field, ...]:
    """Sort fields: those named in `first`, then the others, then those named in `last`."""
    by_name = {field.name: field for field in fields}
    others = [name for name in by_name if name not in first and name not in last]
    return tuple(by_name[name] for name in (*first, *others, *last))
