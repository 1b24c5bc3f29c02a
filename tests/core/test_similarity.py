"""Why papers are in a list of what fits best, in words; and the query that asks for such a list."""

from __future__ import annotations

from datetime import date

from reader.core.query import parse
from reader.core.similarity import Fit, Shared, came_out, like_query
from tests.table import each
from tests.ui.stage import paper


@each(
    ("shared", "said"),
    [
        (Shared(), ""),
        (Shared(("speculative decoding", "draft")), "shares speculative decoding, draft"),
        (Shared(("draft",), ("Ada Example",), ("Agents",)), "shares draft; Ada Example"),
        (Shared((), ("A B", "C D"), ("Agents",)), "shares Agents; 2 authors"),
    ],
)
def test_shared_terms_in_words(shared: Shared, said: str) -> None:
    assert shared.said == said


def test_what_was_searched_for_is_told_if_it_was_corrected() -> None:
    corrected = (("difusion", "diffusion"), ("Modl", "model"))
    assert Fit(1, "", corrected=corrected).searched("A Difusion Modl, rare") == "A diffusion model, rare"
    assert Fit(1, "").searched("difusion") == ""


def test_the_query_asks_for_papers_like_all_of_them() -> None:
    assert parse(like_query(["2606.00001", "page-a b"])).like == ("2606.00001", "page-a b")
    assert like_query(["2606.00001"], date(2026, 2, 28)) == "like:2606.00001 published:2026-03-01.."
    assert came_out([paper(published="2026-05-01", day="2026-05-02"), paper(published=None, day="2026-05-04")]) == date(
        2026, 5, 4
    )
    assert came_out([paper(published=None, day=None)]) is None
