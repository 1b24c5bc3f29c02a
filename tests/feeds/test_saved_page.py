"""Pages of the feed's site: texts as copied, and HTML and Firefox's text as browsers save them."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from datetime import date
from textwrap import fill
from typing import Any

import pytest

from reader.core.errors import FeedMalformed
from reader.core.paper import Draft, Listing
from reader.feeds.files.papers_file import read_papers
from reader.feeds.files.saved_page import parse_saved_page
from tests.table import each

TODAY = date(2026, 3, 10)


def abstract(topic: str) -> str:
    return (
        f"This text is about {topic}. It says at some length what others did before, why that is not enough, and "
        "what is proposed instead. Then it tells on which data the proposal was tried, by how much it is "
        "better than the nearest rival, and where it still fails. At the end it promises code and data to everyone."
    )


def shown(title: str, topic: str = "", **facts: Any) -> Draft:
    """A paper as a page shows it."""
    return Draft(title, abstract=abstract(topic) if topic else "", source="page")._replace(**facts)


HEADER = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nFeb 16\n\n"

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
    shown("Small verifiers, long horizons", "verifiers", author_count=6, published="2023-12-04"),
    shown(
        "Where do web agents lose their way?",
        "web agents",
        organization="Acme Labs",
        published="2026-01-26",
        comments=5,
    ),
    shown("A memory that forgets on purpose", "memory"),
    shown("An old idea, tried again", "old ideas", author_count=1, published="2022-10-19", comments=12),
)


@each(
    "variant",
    [
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("\n", "\r"),
        re.sub(r"\n\n+", "\n", PAGE),
        PAGE.replace("\n", "\n\n"),
        PAGE.replace("  •", "•"),
        PAGE.replace("  • ", ""),
        PAGE.replace("authors\n·\n", "authors · "),
        PAGE.replace("2022 12", "2022\n12").replace("Jan 26 5", "Jan 26\n\n5"),
        PAGE.replace("Dec 4", "December 4"),
        PAGE.replace("horizons\n\n", "horizons\n"),
        PAGE.replace("\n\nWhere", "\n\n\x1b[0m\u200bWhere"),
        PAGE.replace(". ", ".\n"),
        "Papers\n\nSearch: verifiers\n\n" + PAGE.removeprefix(HEADER),
        PAGE + "\nSystem theme\n\nCompany\n\nTOS\n\n© 2026\n",
        PAGE + PAGE,
    ],
)
def test_copies_differ_and_say_the_same(variant: str) -> None:
    assert parse_saved_page(variant, TODAY) == Listing(None, DRAFTS)


TWO = f"{abstract('one')}\n\n{abstract('another')}"
TITLE = "A title\n\n• 3 authors\n·\n"
MAY = "2024-05-02"


@each(
    ("page", "expected"),
    [
        (f"{PAGE}\nThe very last one\n\n{abstract('endings')}\n\nAbout\n", shown("The very last one", "endings")),
        (f"{PAGE}\nOf two parts\n\n{TWO}\n\n·\nMay 2, 2024", shown("Of two parts", published=MAY, abstract=TWO)),
        (f"{TITLE}May 2, 2024", shown("A title", author_count=3, published=MAY)),
        (f"Papers\n\n{'T' * 300}\n\n{TWO}\n\n·\nMay 2, 2024", shown("T" * 300, abstract=TWO, published=MAY)),
        (
            "A title\n\nShort.\n\n4 authors\n·\nMay 2, 2024",
            shown("A title", abstract="Short.", author_count=4, published=MAY),
        ),
        *(
            (f"A title\n\n{line}\n·\nMay 2, 2024", shown("A title", organization=name, published=MAY))
            for line, name in (
                ("ServiceNow-AI ServiceNow-AI", "ServiceNow-AI"),
                ("ByteDance-Seed ByteDance Seed", "ByteDance Seed"),
                ("Mila Quebec AI Institute", "Mila Quebec AI Institute"),
                ("國立臺灣大學", "國立臺灣大學"),
            )
        ),
        # A date without a year is the last such day.
        *(
            (f"{TITLE}{message} 4", shown("A title", author_count=3, published=day, comments=4))
            for message, day in (
                ("Mar 10", "2026-03-10"),
                ("Mar 11", "2025-03-11"),
                ("Dec 31", "2025-12-31"),
                ("Feb 29", "2024-02-29"),
                ("Mar 11, 2026", "2026-03-11"),
            )
        ),
    ],
)
def test_a_paper_may_lack_some_fields(page: str, expected: Draft) -> None:
    assert parse_saved_page(page, TODAY).drafts[-1] == expected


def test_the_last_leap_year_may_be_eight_years_ago() -> None:
    (draft,) = parse_saved_page(f"{TITLE}Feb 29", date(2104, 2, 28)).drafts
    assert draft.published == "2096-02-29"


@each(
    "text",
    [
        "",
        abstract("nothing") * 3,
        f"A title\n\n{abstract('no date')}",
        f"{TITLE}Smarch 2, 2024",
        f"{TITLE}Feb 30, 2024",
        "• 3 authors\n·\nMay 2, 2024",
    ],
)
def test_a_text_that_is_not_a_saved_page_is_an_error(text: str) -> None:
    with pytest.raises(FeedMalformed, match="not the text of a saved page"):
        parse_saved_page(text, TODAY)


# HTML

HOST = "https://huggingface.co"


def article(id: str, host: str = "") -> str:
    """A paper as the site draws it; browsers that save a page write whole addresses."""
    link = f"{host}/papers/{id}"
    return f"""
    <article class="flex"><a href="{link}"><img src="Daily_files/{id}.png" alt=""></a>
      <h3><a href="{link}" class="line-clamp-3">A title</a></h3>
      <a href="{link}#community"><svg><title>Comments of 2406.00009</title></svg></a>
    </article>"""


def page(articles: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Daily Papers</title><script>"2406.00009"; if (a < b) {{ "</div>" }}</script></head>
<body><div><h1><a href="/papers">Daily Papers</a></h1><h2>by<a href="/akhaliq">AK</a> and arXiv:2406.00009</h2>
{articles}</div><footer><a href="https://huggingface.co/terms">TOS</a></footer></body></html>"""


SAVED = page(article("2312.00001", HOST) + article("2601.00002", "https://www.hf.co") + article("2210.00003"))


def read(body: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(body), TODAY))


def ids(body: bytes) -> list[str | None]:
    return [one.id for listing in read(body) for one in listing.entries]


def test_a_page_has_the_papers_that_it_links_to_and_may_be_a_text_with_links() -> None:
    for html in (SAVED, f"<!-- saved from url=(0040){HOST} -->\n{SAVED}"):
        assert ids(html.encode()) == ["2312.00001", "2601.00002", "2210.00003"]
    # Firefox saves a text with the addresses of links.
    title = f"  A title\n  <{HOST}/papers/2312.00001>\n\n{fill(abstract('a'), 72)}\n\n  * 6 authors\n\n·\nDec 4, 2023\n"
    assert ids(f"Hugging Face <{HOST}/>\n\n{title}<{HOST}/papers/2312.00001#community>\n".encode()) == ["2312.00001"]


def test_a_page_that_was_cut_has_its_first_papers() -> None:
    for end in range(0, len(SAVED), 97):
        with suppress(FeedMalformed):
            assert set(ids(SAVED[:end].encode())) <= {"2312.00001", "2601.00002", "2210.00003", "2406.00009"}


def test_another_page_gives_the_papers_that_it_mentions() -> None:
    html = '<!doctype html><html><p>I read <a href="https://arxiv.org/abs/2406.12345v2">a paper</a> today.</html>'
    assert ids(html.encode()) == ["2406.12345"]


@each(
    ("body", "expected"),
    [
        (b"<!doctype html><html><body>About us</body></html>", "The input is a web page without papers; save a page"),
        (b"bplist00\xd1", "The input is a web archive or MHTML, which is not read; save the page as HTML."),
        (b"From: x\r\nContent-Type: multipart/related;\r\n\r\n<html>", "The input is a web archive or MHTML,"),
        (b"<html><div data-props='[[[[[[[[[[[[{}]]]]]]]]]]]]'>", "The input is a web page without papers;"),
    ],
)
def test_a_page_without_papers_is_an_error(body: bytes, expected: str) -> None:
    with pytest.raises(FeedMalformed, match=f"^{re.escape(expected)}"):
        read(body)
