from __future__ import annotations

from dataclasses import replace

import pytest

from reader.core.errors import FeedMalformed
from reader.feeds.arxiv.listing import parse_listing
from tests.feeds.servers import Paper, listing_page

PAPERS = [
    Paper("2605.00001", "On  $\\alpha$: one <b>matter</b>"),
    Paper("hep-th/9901001", categories=("cs.LG", "cs.CL")),
    Paper("2001.00001", announce="replace"),
]


def test_a_page_has_its_day_its_counts_and_its_papers() -> None:
    found = parse_listing(listing_page("cs.CL", "2026-05-12", PAPERS))
    assert (found.day, found.total, found.count_of(("new", "cross")), found.is_whole) == ("2026-05-12", 3, 2, True)
    assert [(entry.draft.id, entry.announce) for entry in found.entries] == [
        ("2605.00001", "new"),
        ("hep-th/9901001", "cross"),
        ("2001.00001", "replace"),
    ]
    draft = found.entries[0].draft
    assert (draft.title, draft.abstract) == ("On α: one <b>matter</b>", "We look on & on.")
    assert (draft.authors, draft.categories) == (("Ada Example", "Bo Sample"), ("cs.CL", "cs.LG"))
    assert (draft.published, draft.announced) == (None, "2026-05-12")


def test_a_page_that_is_cut_off_is_not_whole() -> None:
    page = listing_page("cs.CL", "2026-05-12", PAPERS)
    cut = parse_listing(page[: page.index(b"<h3>Cross")])
    assert (len(cut.entries), cut.total, cut.is_whole) == (1, 3, False)


def test_a_paper_whose_title_can_not_be_read_is_announced() -> None:
    (entry,) = parse_listing(listing_page("cs.CL", "2026-05-12", PAPERS[:1]).replace(b"list-title", b"t")).entries
    assert (entry.draft.id, entry.draft.title) == ("2605.00001", "")


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"Showing new listings for", b"News of"),
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"12 May", b"32 May"),
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"Total of", b"In all"),
    ],
)
def test_a_page_of_another_form_is_refused(page: bytes) -> None:
    with pytest.raises(FeedMalformed, match="has a form"):
        parse_listing(page)


def test_a_hostile_page_takes_no_time() -> None:
    """Work follows the size: each of these took minutes where a pattern looks for an end that never comes."""
    head = listing_page("cs.CL", "2026-05-12", [])
    for piece in (
        b"<dt><a href='/abs/2605.1'>" + b"<div class='list-title'>" * 2_000,
        b"<h3>New submissions (showing ",
    ):
        assert parse_listing(head + piece * 200).entries == ()
    many = [replace(PAPERS[0], id=f"2605.{n:05}") for n in range(300)]
    assert len(parse_listing(listing_page("cs.CL", "2026-05-12", many)).entries) == 300
