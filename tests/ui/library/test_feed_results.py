"""Papers that a search of the feed found, beside those of the cache."""

from __future__ import annotations

from reader.core.paper import Draft, Listing
from reader.core.paper_row import NotCached
from reader.ui.library.feed_results import FeedResults
from tests.ui.stage import row, rows


def test_what_is_not_in_the_cache_is_listed_as_the_feed_tells_it_until_it_is_stored() -> None:
    known = {"2511.00001": 7}
    stored: list[Listing] = []
    new = Draft("New", "2511.00002", authors=("A", "B"), upvotes=3, comments=2, published="2025-11-20")
    undated = Draft("Undated", "2511.00003", author_count=9, code_url="https://code.example/x")
    listings = [
        Listing("2025-11-24", (Draft("Known", "2511.00001"),)),
        *(Listing(None, (one,)) for one in (new, undated)),
    ]
    results = FeedResults("words", [*listings, Listing(None, (Draft("No id", None),))], known.get, stored.extend)
    first, second = NotCached("2511.00002"), NotCached("2511.00003")
    keys = list(results.order.pks)
    assert keys == [7, first, second]
    assert results.rows([*keys, NotCached("2511.9")], lambda pks: rows([*pks])) == [
        row(7),
        row(0, "New")._replace(pk=first, id=first.id, day="2025-11-20", upvotes=3, comments=2, kept=False),
        row(0, "Undated")._replace(pk=second, id=second.id, day="", upvotes=None, comments=None, code=True, kept=False),
    ]
    papers = [results.paper(key) for key in (*keys, NotCached("2511.9"))]
    assert [one and (one.pk, one.title, one.author_count, one.day, one.published) for one in papers] == [
        None,
        (first, "New", 2, None, "2025-11-20"),
        (second, "Undated", 9, None, None),
        None,
    ]
    assert (results.absent(keys), [results.pk_of(key) for key in keys]) == (
        ["2511.00002", "2511.00003"],
        [7, None, None],
    )
    assert results.store([7], known.get) == [7] and stored == []
    known["2511.00002"] = 8
    assert results.store([7, first], known.get) == [7, 8] and stored == [listings[1]]
    assert results.store([first], known.get) == [8] and len(stored) == 1
    assert results.absent(keys) == ["2511.00003"] and list(results.order.pks) == keys
    assert results.rows([first], lambda pks: rows([*pks])) == [row(8)._replace(pk=first)]
