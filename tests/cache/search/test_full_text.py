"""Words that make the full-text index merge long lists are replaced by ones that do not."""

from __future__ import annotations

from reader.cache.search.full_text import without_merging
from reader.core.query import And, Match, Node, Not, Or
from tests.table import each

A, LONG = Match("to"), Match("model")


@each(
    ("node", "instead"),
    [
        (Match("m"), None),
        (Match("mo"), Match("mo")),
        (Match("mod"), Match("mod")),
        (Match("mode"), Match("mod")),
        (Match("m", exact=True), Match("m", exact=True)),
        (Match("a-mo"), Match("a-mo")),
        (Match("world-mo"), Match("world-mo")),
        (Match("to-m", field="title"), Match("to", exact=True, field="title")),
        (Match("in-the-m"), Match("in the", exact=True)),
        (Match("to-model", field="title"), Match("to mod", field="title")),
        (Not(A), Not(A)),
        (Not(LONG), None),
        (Or((A, LONG)), Or((A, Match("mod")))),
        (Or((A, Match("m"))), None),
        (And((A, Match("m"))), And((A,))),
        # What only leaves papers out finds nothing by itself.
        (And((Match("m"), Not(A))), None),
        (And((Match("m"), Not(LONG))), None),
    ],
)
def test_a_word_is_cut_to_a_prefix_that_the_index_stores(node: Node, instead: Node | None) -> None:
    assert without_merging(node) == instead
