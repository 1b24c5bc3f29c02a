from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from reader.core.errors import FeedMalformed
from reader.core.paper import Draft
from reader.feeds.files.saved_page import parse_saved_page

TODAY = date(2026, 3, 10)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "saved_pages"


def abstract(topic: str) -> str:
    return (
        f"This text is about {topic}. It says at some length what others did before, why that is not enough, and "
        "what is proposed in its place. Then it tells on which data the proposal was tried, by how much it is "
        "better than the nearest rival, and where it still fails. At the end it promises code and data to everyone."
    )


HEADER = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Feb 16

"""

PAGE = f"""{HEADER}Small verifiers, long horizons

{abstract("verifiers")}

  • 6 authors
·
Dec 4, 2023

Where do web agents lose their way?

{abstract("web agents")}

acme-labs Acme Labs
·
Jan 26 5

A memory that forgets on purpose

{abstract("memory")}

An old idea, tried again

{abstract("old ideas")}

  • 1 authors
·
Oct 19, 2022 12
"""

DRAFTS = (
    Draft(
        "Small verifiers, long horizons",
        None,
        abstract("verifiers"),
        author_count=6,
        published="2023-12-04",
        source="page",
    ),
    Draft(
        "Where do web agents lose their way?",
        None,
        abstract("web agents"),
        organization="Acme Labs",
        published="2026-01-26",
        comments=5,
        source="page",
    ),
    Draft("A memory that forgets on purpose", None, abstract("memory"), source="page"),
    Draft(
        "An old idea, tried again",
        None,
        abstract("old ideas"),
        author_count=1,
        published="2022-10-19",
        comments=12,
        source="page",
    ),
)


def test_a_page_in_full() -> None:
    listing = parse_saved_page(PAGE, TODAY)
    assert listing.day is None
    assert listing.drafts == DRAFTS


@pytest.mark.parametrize(
    "variant",
    [
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("\n", "\r"),
        re.sub(r"\n\n+", "\n", PAGE),
        PAGE.replace("\n", "\n\n"),
        PAGE.replace("\n", "\n \t\n"),
        PAGE.replace("  •", "•"),
        PAGE.replace("  • ", ""),
        PAGE.replace("authors\n·\n", "authors · "),
        PAGE.replace("2022 12", "2022\n12"),
        PAGE.replace("Dec 4", "December 4"),
        PAGE.replace("\n\nWhere", "\n\n\x1b[0m\u200bWhere"),
        PAGE.replace(". ", ".\n"),
        PAGE.removeprefix(HEADER),
        "Papers\n\nSearch: verifiers\n\n" + PAGE.removeprefix(HEADER),
        PAGE + "\nSystem theme\n\nCompany\n\nTOS\n\n© 2026\n",
        PAGE + PAGE,
    ],
)
def test_copies_differ_and_say_the_same(variant: str) -> None:
    assert parse_saved_page(variant, TODAY).drafts == DRAFTS


def test_an_abstract_in_paragraphs_stays_one_abstract() -> None:
    two = f"{abstract('verifiers')}\n\n{abstract('horizons')}"
    first, *_ = parse_saved_page(PAGE.replace(abstract("verifiers"), two), TODAY).drafts
    assert first.title == "Small verifiers, long horizons"
    assert first.abstract == two


def test_a_paper_without_authors_can_stand_last() -> None:
    page = PAGE + f"\nThe very last one\n\n{abstract('endings')}\n\nAbout\n"
    last = parse_saved_page(page, TODAY).drafts[-1]
    assert last == Draft("The very last one", None, abstract("endings"), source="page")


def test_a_date_may_stand_without_authors() -> None:
    page = PAGE.replace("  • 6 authors\n", "")
    assert parse_saved_page(page, TODAY).drafts[0] == Draft(
        "Small verifiers, long horizons", None, abstract("verifiers"), published="2023-12-04", source="page"
    )


def test_a_title_may_stand_without_an_abstract() -> None:
    page = "Only a title\n\n• 3 authors\n·\nMay 2, 2024"
    assert parse_saved_page(page, TODAY).drafts == (
        Draft("Only a title", author_count=3, published="2024-05-02", source="page"),
    )


def test_a_short_abstract_is_one() -> None:
    page = "A title\n\nShort, but it is what it is.\n\n• 3 authors\n·\nMay 2, 2024"
    assert parse_saved_page(page, TODAY).drafts[0].abstract == "Short, but it is what it is."


@pytest.mark.parametrize(
    ("said", "today", "expected"),
    [
        ("Jan 26", date(2026, 3, 10), "2026-01-26"),
        ("Mar 10", date(2026, 3, 10), "2026-03-10"),
        ("Mar 11", date(2026, 3, 10), "2025-03-11"),
        ("Dec 31", date(2026, 1, 1), "2025-12-31"),
        ("Feb 29", date(2026, 3, 10), "2024-02-29"),
        ("Feb 29", date(2103, 3, 10), "2096-02-29"),
        ("Mar 11, 2026", date(2026, 3, 10), "2026-03-11"),
    ],
)
def test_a_date_without_a_year_is_the_last_such_day(said: str, today: date, expected: str) -> None:
    page = f"A title\n\n• 3 authors\n·\n{said} 4"
    (draft,) = parse_saved_page(page, today).drafts
    assert (draft.published, draft.comments) == (expected, 4)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ServiceNow-AI ServiceNow-AI", "ServiceNow-AI"),
        ("ByteDance-Seed ByteDance Seed", "ByteDance Seed"),
        ("nvidia NVIDIA", "NVIDIA"),
        ("Mila Quebec AI Institute", "Mila Quebec AI Institute"),
        ("國立臺灣大學", "國立臺灣大學"),
    ],
)
def test_an_organization_is_named_once(line: str, expected: str) -> None:
    (draft,) = parse_saved_page(f"A title\n\n{line}\n·\nMay 2, 2024", TODAY).drafts
    assert draft.organization == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "Just a note to myself.",
        abstract("nothing") * 3,
        f"A title\n\n{abstract('no date')}",
        "A title\n\n• 3 authors\n·\nSmarch 2, 2024",
        "A title\n\n• 3 authors\n·\nFeb 30, 2024",
        "• 3 authors\n·\nMay 2, 2024",
    ],
)
def test_what_is_no_page_says_so(text: str) -> None:
    with pytest.raises(FeedMalformed, match="not the text of a saved page"):
        parse_saved_page(text, TODAY)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_a_real_page_has_all_its_papers() -> None:
    (path,) = SHARED.glob("*.txt")
    drafts = parse_saved_page(path.read_text(encoding="utf-8"), date(2026, 2, 16)).drafts

    assert len(drafts) == 55
    assert all(len(draft.abstract) > 1_000 for draft in drafts)
    assert sum(draft.published is None for draft in drafts) == 1
    assert sum(draft.author_count is not None for draft in drafts) == 53
    assert [draft.organization for draft in drafts if draft.organization] == ["ServiceNow-AI"]
    assert sum(draft.comments or 0 for draft in drafts) == 51
    by_title = {draft.title: draft for draft in drafts}
    assert by_title["SiT: Self-supervised vIsion Transformer"].published == "2021-04-08"
    assert by_title["Value-Based Pre-Training with Downstream Feedback"].author_count is None
