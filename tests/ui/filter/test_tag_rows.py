"""The user's tags in the filter pane."""

from __future__ import annotations

from reader.core.query.choices import TagChoice
from reader.ui.filter.rows import FilterData, FilterState, Kind, Mark, TagItem, lay_out

TAGS = tuple(TagItem(f"tag {number}", 10 - number) for number in range(10))


def rows(state: FilterState, tags: tuple[TagItem, ...] = TAGS) -> list[tuple[Kind, str, Mark]]:
    return [(row.kind, row.text, row.mark) for row in lay_out(FilterData(tags=tags), state)]


def test_without_tags_there_is_no_heading() -> None:
    assert rows(FilterState(), ()) == []


def test_the_most_used_tags_are_listed_and_those_that_filter() -> None:
    found = rows(FilterState(tags=TagChoice(("TAG 9",), ("tag 0",))))
    assert found[0] == (Kind.HEADING, "TAGS", Mark.NONE)
    assert found[1] == (Kind.TAG, "tag 0", Mark.EXCLUDED)
    assert found[-3:] == [
        (Kind.TAG, "tag 9", Mark.PICKED),
        (Kind.MORE, "2 more", Mark.FOLDED),
        (Kind.GAP, "", Mark.NONE),
    ]
    assert len(found) == 1 + 8 + 2


def test_all_tags_are_listed_once_they_are_unfolded() -> None:
    assert len(rows(FilterState(unfolded=frozenset({"tags"})))) == 1 + 10 + 1
    assert rows(FilterState(narrowed="x")) == []
