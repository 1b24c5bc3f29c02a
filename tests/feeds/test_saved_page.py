"""Pages of the feed's site: texts as copied, and HTML, MHTML, web archives and Firefox's text as browsers save them."""

from __future__ import annotations

import io
import plistlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from json import dumps
from textwrap import fill
from typing import Any

import pytest

from reader.core.errors import FeedMalformed
from reader.core.paper import Draft, Listing
from reader.feeds.files.papers_file import read_papers
from reader.feeds.files.saved_page import WebPage, parse_saved_page, read_web_page
from tests.feed_server import item
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
    assert parse_saved_page(variant, TODAY) == Listing(None, DRAFTS, is_page=True)


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
            (f"{TITLE}{said} 4", shown("A title", author_count=3, published=day, comments=4))
            for said, day in (
                ("Mar 10", "2026-03-10"),
                ("Mar 11", "2025-03-11"),
                ("Dec 31", "2025-12-31"),
                ("Feb 29", "2024-02-29"),
                ("Mar 11, 2026", "2026-03-11"),
            )
        ),
    ],
)
def test_a_paper_may_lack_some_of_it(page: str, expected: Draft) -> None:
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

SHOWN = (
    shown("Small verifiers, long horizons", "a", id="2312.00001", author_count=6, published="2023-12-04"),
    shown("Where do web agents lose their way? < A & B", "b", id="2601.00002", author_count=3, published="2026-01-26"),
    shown("An old idea, tried again", "c", id="2210.00003", author_count=1, published="2022-10-19"),
)
SAID = ("Dec 4, 2023", "Jan 26", "Oct 19, 2022")
"""The days of the papers in words."""


def article(paper: Draft, said: str, host: str = "", authors: str = "authors") -> str:
    """A paper as the site draws it; browsers that save a page write whole addresses."""
    link = f"{host}/papers/{paper.id}"
    return f"""
    <article class="flex"><a href="{link}"><img src="Daily_files/{paper.id}.png" alt=""></a>
      <div><h3><a href="{link}" class="line-clamp-3">{escape(paper.title)}</a></h3>
        <p class="line-clamp-2">{escape(paper.abstract)}</p><ul><li title="Ada"><img src="a.png"></li><li>
            {paper.author_count} {authors}</li></ul>
        <span> · </span><time datetime="{paper.published}T09:10:00.000Z">{said}</time>
        <a href="{link}#community"><svg><title>Comments</title></svg></a></div>
    </article>"""


def data(papers: Sequence[Draft]) -> str:
    """The attribute with the papers' records."""
    items = [
        item(
            str(one.id),
            one.title,
            day="2026-03-01",
            summary=one.abstract,
            authors=[{"name": f"Author {number}"} for number in range(one.author_count or 0)],
            publishedAt=f"{one.published}T00:00:00.000Z",
            upvotes=12,
        )
        for one in papers
    ]
    props = escape(dumps({"query": {"q": "agents"}, "searchResults": items, "user": None}))
    return f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{props}">'


def page(articles: str, begin: str = "<div>") -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Daily Papers - Hugging Face</title><script>if (a < b) {{ "</div>" }}</script></head>
<body>{begin}<h1><a href="/papers">Daily Papers</a></h1><h2>by<a href="/akhaliq">AK</a> and the research community</h2>
{articles}</div><footer><a href="https://huggingface.co/terms">TOS</a></footer></body></html>"""


HOST = "https://huggingface.co"
FIREFOX = page("".join(article(*one, HOST) for one in zip(SHOWN, SAID, strict=True)))
CHROMIUM = f"<!DOCTYPE html>\n<!-- saved from url=(0040){HOST}/papers?q=agents -->\n" + FIREFOX
SOURCE = page("".join(map(article, SHOWN, SAID)))


def mhtml(html: str) -> bytes:
    """As Chromium saves a page in one file."""
    whole = MIMEMultipart("related", type="text/html", boundary="----MultipartBoundary--x----")
    whole["From"], whole["Snapshot-Content-Location"] = "<Saved by Blink>", f"{HOST}/papers"
    whole.attach(MIMEText("p {}", "css", "utf-8"))
    whole.attach(MIMEText(html, "html", "utf-8"))
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
  * {one.author_count} authors

·
{said}
<{HOST}/papers/{one.id}#community>
"""
        for one, said in zip(SHOWN, SAID, strict=True)
    ]
    return f"Hugging Face <{HOST}/>\n\n  * Models <{HOST}/models>\n\n    Daily Papers\n\n" + "\n".join(blocks)


def read(body: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(body), TODAY))


def drafts(body: bytes) -> tuple[Draft, ...]:
    return tuple(draft for listing in read(body) for draft in listing.drafts)


@each(
    "saved",
    [
        FIREFOX.encode(),
        mhtml(CHROMIUM),
        webarchive(SOURCE),
        SOURCE.encode(),
        firefox_text().encode(),
        # In another language of the site.
        page("".join(article(one, "4. Dezember 2023", HOST, "Autoren") for one in SHOWN)).encode(),
        # A link within a sentence is no title.
        SOURCE.replace("</article>", '</article><p>See <a href="/papers/2401.00009">this one</a></p>').encode(),
        re.sub(' datetime="[^"]*"', "", FIREFOX).encode(),
        FIREFOX.replace("&lt;", "<").replace("<h3>", "<!-- a title --><h3>").encode(),
    ],
)
def test_the_papers_of_a_page_have_their_ids(saved: bytes) -> None:
    assert drafts(saved) == SHOWN


@each("form", [str.encode, mhtml, webarchive])
def test_the_data_of_a_page_has_votes_authors_and_days(form: Callable[[str], bytes]) -> None:
    html = page("".join(map(article, SHOWN, SAID)), data(SHOWN[:2]))
    told = [
        one._replace(
            author_count=None,
            authors=tuple(f"Author {number}" for number in range(one.author_count or 0)),
            upvotes=12,
            comments=2,
            summary="It holds.",
            keywords=("agents", "tool use"),
        )
        for one in SHOWN
    ]
    assert read(form(html)) == [
        *(Listing("2026-03-01", (one,), is_page=True) for one in told[:2]),
        # The one that came while the page was scrolled is only on the page.
        Listing(None, SHOWN[2:], is_page=True),
    ]
    # A page may show nothing, and its records may be those of papers alone.
    assert drafts(form(page("", data(SHOWN)))) == tuple(told)
    bare = re.sub(r"&quot;paper&quot;: \{(.*?&quot;)\}, &quot;published.*?\}", r"\1}", data(SHOWN))
    assert drafts(form(page("", bare))) == tuple(one._replace(comments=None) for one in told)


def test_a_page_that_was_cut_has_its_first_papers() -> None:
    for end in range(0, len(SOURCE), 97):
        try:
            found = drafts(SOURCE[:end].encode())
        except FeedMalformed:
            continue
        for draft, expected in zip(found, SHOWN, strict=False):
            assert draft.id == expected.id
            assert expected.title.startswith(draft.title)


def test_a_page_is_its_text_links_and_data() -> None:
    html = (
        "a<b>b</b> c\n<p>d<a href='/papers/2401.00001'> e</a>f<p><a href=/papers/2401.00002>g</a>h</p><!-- i -->j < k"
        '<script>l</script>m<ul><LI>n</li></ul><time datetime="2024-05-02T09:10">o</time>p<time>q</time>'
        "<a data-props='1' href=/papers/2401.00003>3</a><hr data-props=2>&lt;r"
    )
    text = "ab c \n\nd ef\n\ng <https://huggingface.co/papers/2401.00002>h\n\nj < km\n\n• n\n\nmay 2, 2024pq3\n\n<r"
    addresses = tuple(f"/papers/2401.0000{number}" for number in (1, 2, 3))
    page = read_web_page(html)
    assert page == read_web_page(f"{html}<b c='")
    assert page._replace(text=re.sub("\n{3,}", "\n\n", page.text).strip()) == WebPage(text, addresses, ("1", "2"))


def test_another_page_gives_the_papers_that_it_links_to() -> None:
    html = '<!doctype html><html><p>I read <a href="https://arxiv.org/abs/2406.12345v2">a paper</a> today.</html>'
    (listing,) = read(html.encode())
    assert [entry.id for entry in listing.entries] == ["2406.12345"]


@each(
    ("body", "said"),
    [
        (b"<!doctype html><html><body>About us</body></html>", "The input is a web page without papers; save a page"),
        (b"bplist00broken", "The web archive can't be read; save the page as its source instead."),
        (plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), "The web archive can't be read; save the page"),
        (mhtml("").replace(b"text/html", b"text/xml"), "The MHTML file has no page; save the page as HTML instead."),
        (f"<html>{data(())}</html>".encode(), "The input is a web page without papers;"),
        (b"<html><div data-props='[[[[[[[[[[[[{}]]]]]]]]]]]]'>", "The input is a web page without papers;"),
    ],
)
def test_a_page_without_papers_is_an_error(body: bytes, said: str) -> None:
    with pytest.raises(FeedMalformed, match=f"^{re.escape(said)}"):
        read(body)
