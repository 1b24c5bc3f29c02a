"""Pages of the feed's site: texts as copied, and HTML, MHTML, web archives and Firefox's text as browsers save them."""

from __future__ import annotations

import io
import plistlib
import re
import time
from collections.abc import Sequence
from datetime import date
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from json import dumps
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

import pytest

from reader.core.errors import FeedMalformed
from reader.core.paper import Draft, Listing
from reader.feeds.files.papers_file import read_papers
from reader.feeds.files.saved_page import parse_saved_page, parse_web_page, read_web_page
from tests.table import each

TODAY = date(2026, 3, 10)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "saved_pages"


def abstract(topic: str) -> str:
    return (
        f"This text is about {topic}. It says at some length what others did before, why that is not enough, and "
        "what is proposed instead. Then it tells on which data the proposal was tried, by how much it is "
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


@each(
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


@each(
    ("page", "expected"),
    [
        (
            f"{PAGE}\nThe very last one\n\n{abstract('endings')}\n\nAbout\n",
            Draft("The very last one", abstract=abstract("endings")),
        ),
        (
            f"A date alone\n\n{abstract('dates')}\n\n·\nDec 4, 2023",
            Draft("A date alone", abstract=abstract("dates"), published="2023-12-04"),
        ),
        ("Only a title\n\n• 3 authors\n·\nMay 2, 2024", Draft("Only a title", author_count=3, published="2024-05-02")),
        (
            "A title\n\nShort, but it is what it is.\n\n• 3 authors\n·\nMay 2, 2024",
            Draft("A title", abstract="Short, but it is what it is.", author_count=3, published="2024-05-02"),
        ),
        *(
            (f"A title\n\n{line}\n·\nMay 2, 2024", Draft("A title", organization=name, published="2024-05-02"))
            for line, name in (
                ("ServiceNow-AI ServiceNow-AI", "ServiceNow-AI"),
                ("ByteDance-Seed ByteDance Seed", "ByteDance Seed"),
                ("nvidia NVIDIA", "NVIDIA"),
                ("Mila Quebec AI Institute", "Mila Quebec AI Institute"),
                ("國立臺灣大學", "國立臺灣大學"),
            )
        ),
    ],
)
def test_a_paper_may_lack_some_of_it(page: str, expected: Draft) -> None:
    assert parse_saved_page(page, TODAY).drafts[-1] == expected._replace(source="page")


@each(
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


@each(
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


# HTML


class Shown(NamedTuple):
    """A paper of a page."""

    id: str
    title: str
    authors: int
    day: str
    said: str
    upvotes: int

    @property
    def abstract(self) -> str:
        return (
            f"This text is about {self.title.lower()}. It says at some length what others did before, why that is not"
            " enough, and what is proposed instead."
        )


SHOWN = (
    Shown("2312.00001", "Small verifiers, long horizons", 6, "2023-12-04", "Dec 4, 2023", 12),
    Shown("2601.00002", "Where do web agents lose their way? <A & B>", 3, "2026-01-26", "Jan 26", 0),
    Shown("2210.00003", "An old idea, tried again", 1, "2022-10-19", "Oct 19, 2022", 3),
)
EXPECTED = [
    Draft(one.title, one.id, one.abstract, author_count=one.authors, published=one.day, source="page") for one in SHOWN
]


def article(one: Shown, host: str = "", authors: str = "authors") -> str:
    """A paper as the site draws it; browsers that save a page write whole addresses."""
    link = f"{host}/papers/{one.id}"
    return f"""
    <article class="flex"><a href="{link}"><img src="Daily_files/{one.id}.png" alt=""></a>
      <div><h3><a href="{link}" class="line-clamp-3">{escape(one.title)}</a></h3>
        <p class="line-clamp-2">{escape(one.abstract)}</p>
        <ul><li title="Ada"><img src="a.png"></li><li>
            {one.authors} {authors}</li></ul><span> · </span><time datetime="{one.day}T09:10:00.000Z">{one.said}</time>
        <a href="{link}#community"><svg><title>Comments</title></svg></a></div>
    </article>"""


def data(shown: Sequence[Shown]) -> str:
    """The attribute with the papers' records."""
    items = [
        {
            "paper": {
                "id": one.id,
                "title": one.title,
                "summary": one.abstract,
                "authors": [{"name": f"Author {number}"} for number in range(one.authors)],
                "publishedAt": f"{one.day}T00:00:00.000Z",
                "submittedOnDailyAt": "2026-03-01T00:00:00.000Z",
                "upvotes": one.upvotes,
            },
            "title": one.title,
            "numComments": 2,
        }
        for one in shown
    ]
    props = escape(dumps({"query": {"q": "agents"}, "searchResults": items, "user": None}))
    return f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{props}">'


def page(articles: str, begin: str = "<div>") -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Daily Papers - Hugging Face</title><script>if (a < b) {{ "</div>" }}</script></head>
<body>{begin}<h1><a href="/papers">Daily Papers</a></h1><h2>by<a href="/akhaliq">AK</a> and the research community</h2>
{articles}</div><footer><a href="https://huggingface.co/terms">TOS</a></footer></body></html>"""


HOST = "https://huggingface.co"
FIREFOX = page("".join(article(one, HOST) for one in SHOWN))
CHROMIUM = f"<!DOCTYPE html>\n<!-- saved from url=(0040){HOST}/papers?q=agents -->\n" + FIREFOX
SOURCE = page("".join(map(article, SHOWN)))


def mhtml(html: str) -> bytes:
    """As Chromium saves a page in one file."""
    whole = MIMEMultipart("related", type="text/html", boundary="----MultipartBoundary--x----")
    whole["From"], whole["Snapshot-Content-Location"] = "<Saved by Blink>", f"{HOST}/papers"
    whole.attach(MIMEText(html, "html", "utf-8"))
    whole.attach(MIMEText("p {}", "css", "utf-8"))
    return whole.as_bytes()


def webarchive(html: str) -> bytes:
    """As Safari saves a page."""
    resource = {"WebResourceData": html.encode(), "WebResourceMIMEType": "text/html", "WebResourceURL": HOST}
    return plistlib.dumps({"WebMainResource": resource}, fmt=plistlib.FMT_BINARY)


def firefox_text() -> str:
    """As Firefox saves a page as text: with the addresses of links, and lines of some 70 letters."""
    blocks = [
        f"""\
 <{HOST}/papers/{one.id}>


      {one.title}
      <{HOST}/papers/{one.id}>

{fill(one.abstract, 72)}

  * <{HOST}/ada>
  * {one.authors} authors

·
{one.said}
<{HOST}/papers/{one.id}#community>
"""
        for one in SHOWN
    ]
    return f"Hugging Face <{HOST}/>\n\n  * Models <{HOST}/models>\n\n    Daily Papers\n\n" + "\n".join(blocks)


def read(body: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(body), TODAY))


def drafts(body: bytes) -> list[Draft]:
    return [draft for listing in read(body) for draft in listing.drafts]


FORMS = {
    "Firefox, complete": FIREFOX.encode(),
    "Chromium, complete": CHROMIUM.encode(),
    "Chromium, one file": mhtml(CHROMIUM),
    "Safari, archive": webarchive(SOURCE),
    "Safari, source": SOURCE.encode(),
    "Firefox, text": firefox_text().encode(),
}


@each("form", FORMS)
def test_the_papers_of_a_page_have_their_ids(form: str) -> None:
    assert drafts(FORMS[form]) == EXPECTED


@each("form", ["html", "mhtml", "webarchive"])
def test_the_data_of_a_page_has_votes_authors_and_days(form: str) -> None:
    html = page("".join(map(article, SHOWN)), data(SHOWN[:2]))
    body = {"html": html.encode(), "mhtml": mhtml(html), "webarchive": webarchive(html)}[form]
    first, second, third = read(body)
    assert [listing.day for listing in (first, second, third)] == ["2026-03-01", "2026-03-01", None]
    (told,) = second.drafts
    assert (told.id, told.title, told.upvotes, told.comments) == ("2601.00002", SHOWN[1].title, 0, 2)
    assert (told.authors, told.source) == (("Author 0", "Author 1", "Author 2"), "page")
    # The one that came while the page was scrolled is only on the page.
    assert third.drafts == (EXPECTED[2],)


def test_a_page_that_shows_nothing_is_read_from_its_data() -> None:
    assert [draft.id for draft in drafts(page("", data(SHOWN)).encode())] == [one.id for one in SHOWN]


def test_the_language_of_a_page_makes_no_difference() -> None:
    told = [one._replace(said="4. Dezember 2023") for one in SHOWN]
    html = page("".join(article(one, HOST, "Autoren") for one in told))
    assert drafts(html.encode()) == EXPECTED


def test_a_page_that_was_cut_has_its_first_papers() -> None:
    for end in range(0, len(SOURCE), 97):
        try:
            found = drafts(SOURCE[:end].encode())
        except FeedMalformed:
            continue
        for draft, expected in zip(found, EXPECTED, strict=False):
            assert draft.id == expected.id
            assert expected.title.startswith(draft.title)


def test_a_link_within_a_sentence_is_no_title() -> None:
    html = page(f'{article(SHOWN[0])}<p>See <a href="/papers/2401.00009">this paper</a> too, and more of it.</p>')
    assert [draft.title for draft in drafts(html.encode())] == [SHOWN[0].title]


def test_another_page_gives_the_papers_that_it_links_to() -> None:
    html = '<!doctype html><html><p>I read <a href="https://arxiv.org/abs/2406.12345v2">a paper</a> today.</html>'
    (listing,) = read(html.encode())
    assert [entry.id for entry in listing.entries] == ["2406.12345"]


@each(
    "body",
    [
        b"<!doctype html><html><body>About us</body></html>",
        b"bplist00broken",
        plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY),
        b"From: x\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/css\n\np {}\n--x--\n",
        f"<html>{data(())}</html>".encode(),
        b"<html><div data-props='[[[[[[[[[[[[{}]]]]]]]]]]]]'>",
    ],
)
def test_what_is_no_page_of_papers_gets_one_sentence(body: bytes) -> None:
    with pytest.raises(FeedMalformed) as raised:
        read(body)
    said = str(raised.value)
    assert said.endswith((".", "'")) and "\n" not in said


@each("piece", ["<", "<a ", "<a href='", "<!--", "<script>", "<a href=/papers/2401.00001>x</a>", "&"])
def test_a_hostile_page_is_read_in_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        html = "<html>" + piece * count
        start = time.process_time()
        parse_web_page(read_web_page(html), TODAY)
        return time.process_time() - start

    # Ten times as much may take twenty times as long, not a hundred times.
    assert seconds(20_000) < 20 * max(seconds(2_000), 0.02)
