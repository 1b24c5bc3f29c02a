"""Terms that name saved views: each stands for the view's query, and a view can't be its own part."""

from __future__ import annotations

from reader.cache.search.compile import NOTHING, resolve_views, selects
from reader.core.query import Not, parse
from tests.table import each

VIEWS = (("Evals", "topic:evaluation OR bench"), ("mine", "view:evals is:starred sort:title"), ("all", "sort:title"),
         ("a", "x view:b"), ("b", "view:a"), ("broken", "is:"), ("signs", "?"))  # fmt: skip


@each(
    ("query", "meant"),
    [
        ("view:evals", "topic:evaluation OR bench"),
        ("-view:EVALS robots", "-(topic:evaluation OR bench) robots"),
        ("view:mine", "(topic:evaluation OR bench) is:starred"),
        ("view:Starred robots", "is:starred robots"),
        ("view:latest", "day:latest"),
        ("robots sort:upvotes", "robots sort:upvotes"),
        ("", ""),
    ],
)
def test_a_view_stands_for_its_query(query: str, meant: str) -> None:
    assert str(resolve_views(parse(query), VIEWS).root) == str(parse(meant).root)
    assert resolve_views(parse(query), VIEWS).sort == parse(query).sort


@each("query", ["view:none", "view:broken", "view:b", "-view:none", "robots OR -view:broken", "view:signs"])
def test_a_query_with_a_view_that_is_not_known_finds_nothing(query: str) -> None:
    assert resolve_views(parse(query), VIEWS).root == NOTHING


def test_a_view_of_all_papers_finds_all_but_selects_none() -> None:
    assert resolve_views(parse("view:all"), VIEWS).root == Not(NOTHING)
    for query in ("", "sort:title", "view:all", "robots OR view:all", "-view:all"):
        assert not selects(parse(query), VIEWS)
    for query in ("robots", "-robots", "view:evals", "view:mine sort:title", "-view:none"):
        assert selects(parse(query), VIEWS)
