"""A digest in each form: what it says, and that no foreign text becomes a header, a tag or a link."""

from __future__ import annotations

import email
import unicodedata
from datetime import date
from email.policy import default
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from reader.commands.news import Item, News, Section
from reader.core.paper import Paper
from reader.core.settings.types import DigestMail
from reader.core.text import clean
from reader.digest.drawing import markdown, page
from reader.digest.mail import message
from tests.table import each

HOSTILE = (
    "</title></a><script>alert(1)</script><img src=x onerror=alert(1)>",
    "a\r\nBcc: eve@example.org\r\n\r\nbody",
    '"><a href="javascript:alert(1)">here</a>',
    "[here](javascript:alert(1)) <b>bold</b> ![x](http://eve.example/x.png)",
    "=?utf-8?q?=0D=0ABcc:_eve@example.org?=",
    "\x1b]8;;http://eve.example\x07link\x1b]8;;\x07 \u202egnp.exe",
    "</style><style>*{display:none}",
    "x" * 3_000,
)

MAX_BYTES = 100_000
"""Gmail cuts off what is longer than 102 KB."""


def full_of(text: str) -> tuple[News, bytes]:
    """A digest in which everything that others write is this text, and its mail."""
    paper = Paper(
        pk=1, id=text, title=text, abstract=text, authors=(text, text), organization=text, summary=text, venue=text,
        code_url=text, upvotes=3,
    )  # fmt: skip
    items = (Item(paper, text), Item(paper._replace(summary=None, id="2606.12345"), text))
    sections = (Section(text, items, is_brief=False), Section(text, items))
    found = News(
        date(2026, 7, 1), "2026-06-30", text, sections, rest=2, rest_topics=((text, 2),), broken=(clean(text),)
    )
    return found, bytes(message(found, DigestMail("ada@example.org", "me@example.org"), "n"))


@each("text", HOSTILE)
def test_no_foreign_text_becomes_a_header_or_a_tag_or_a_link(text: str) -> None:
    (_, harmless), (digest, raw) = full_of("plain text"), full_of(text)
    plainly, mail = (email.message_from_bytes(one, policy=default) for one in (harmless, raw))
    assert mail.keys() == plainly.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Type")
    ]  # fmt: skip
    assert mail["To"].addresses[0].addr_spec == "ada@example.org"
    assert not mail["Subject"].defects and "\n" not in mail["Subject"]
    assert max(map(len, raw.split(b"\r\n"))) < 998
    plain, shown = (part.get_content() for part in mail.iter_parts())
    assert not [char for char in plain.replace("\r\n", "") if unicodedata.category(char) == "Cc" and char != "\n"]
    # It has the tags, attributes and links of a page whose texts are harmless, and shows the text.
    _, page_of_it = (part.get_content() for part in plainly.iter_parts())
    assert [shown.count(sign) for sign in '<>"'] == [page_of_it.count(sign) for sign in '<>"']
    tree = LexborHTMLParser(shown)
    assert [link.attributes["href"] for link in tree.css("a")] == [
        link.attributes["href"] for link in LexborHTMLParser(page_of_it).css("a")
    ]
    assert " ".join(clean(text, 240).split()) in " ".join(tree.text().split())
    rendered = LexborHTMLParser(MarkdownIt("commonmark").render(markdown(digest)))
    assert not rendered.css("script, img, style, b")
    for link in rendered.css("a"):
        assert urlsplit(link.attributes["href"] or "").scheme in ("http", "https")


def digest_of(paper: Paper) -> News:
    section = Section("For you", (Item(paper, "Like 3 that you marked: video"),), is_brief=False)
    sections = (section, section._replace(name="Others", is_brief=True))
    return News(date(2026, 7, 1), "2026-06-30", "topic:video", sections, rest=2)


PAGE = Paper(pk=2, id="page:0123456789ab", title="Week 12", abstract="Words. " * 12, upvotes=9, day="2026-06-30")
PAPER = PAGE._replace(
    id="2606.12345", title="A *title* of <b>", authors=("Ada Example", "Bo"), venue="ICLR",
    code_url="https://github.com/a/b", summary="In short: it holds.",
)  # fmt: skip
ITEMS = (Item(PAPER, "Like 3 that you marked: agents"), Item(PAGE))
BOTH = News(
    date(2026, 7, 2),
    "2026-06-30",
    "agents",
    (Section("For you", ITEMS, is_brief=False), Section("My *view*", ITEMS)),
    rest=7,
    rest_topics=(("Agents & tools", 5), ("Reasoning", 1)),
    broken=("The view Wrong is left out. There is no topic.",),
)


def test_markdown_is_whole() -> None:
    assert markdown(BOTH) == MARKDOWN


MARKDOWN = r"""# Papers for Thursday, 2 July: agents

11 papers new since 30 June. The view Wrong is left out. There is no topic.

## For you

### [A \*title\* of \<b\>](https://huggingface.co/papers/2606.12345)

Ada Example et al. · ICLR · 9 votes · 30 June

*Like 3 that you marked: agents*

> AI summary: In short: it holds.

[PDF](https://arxiv.org/pdf/2606.12345) · [arXiv](https://arxiv.org/abs/2606.12345) · [code](https://github.com/a/b) · `2606.12345`

### Week 12

9 votes · 30 June

Words. Words. Words. Words. Words. Words. Words. Words. Words. Words. Words. Words.

`page:0123456789ab`

## My \*view\*

- [A \*title\* of \<b\>](https://huggingface.co/papers/2606.12345) · Ada Example et al. · 9 votes · Like 3 that you marked: agents
- Week 12 · 9 votes

And 7 more papers, most about Agents \& tools (5), Reasoning (1): `dailypapers list since:2026-06-30 is:unread agents`
"""  # noqa: E501


def texts_of(tree: LexborHTMLParser) -> list[str]:
    assert tree.body is not None
    return [line for line in tree.body.text(separator="\n", strip=True).split("\n") if line.strip()]


def test_a_page_shows_the_markdown_and_fetches_nothing() -> None:
    shown, plain = page(BOTH), LexborHTMLParser(MarkdownIt("commonmark").render(markdown(BOTH)))
    tree = LexborHTMLParser(shown)
    assert texts_of(plain) == texts_of(tree)[2:]
    links = ["https://huggingface.co/papers/2606.12345", "https://arxiv.org/pdf/2606.12345"]
    links += ["https://arxiv.org/abs/2606.12345", "https://github.com/a/b", links[0]]
    assert [link.attributes["href"] for link in tree.css("a")] == links
    assert "http" not in shown.replace('href="http', "")


def test_a_page_is_as_long_as_mail_clients_show(live_edit: Paper) -> None:
    wide = "&中文標題" * 400
    paper = live_edit._replace(
        title=wide, summary=wide, organization=wide, venue=wide, code_url=f"https://a.b/{'x' * 900}"
    )
    item = Item(paper, wide)
    sections = (Section(wide, (item,) * 10, is_brief=False), Section(wide, (item,) * 30))
    longest = digest_of(paper)._replace(sections=sections, query=wide)
    assert len(page(longest).encode()) < MAX_BYTES
    assert "xxx" not in page(longest) and "…</a>" in page(longest)


def test_a_page_is_readable_in_the_dark_and_from_the_right(live_edit: Paper) -> None:
    shown = page(digest_of(live_edit._replace(title="مقدمة with <b>")))
    assert "prefers-color-scheme: dark" in shown and "unicode-bidi: plaintext" in shown and "مقدمة" in shown
    assert not LexborHTMLParser(shown).css("img, link, script") and "url(" not in shown


def test_a_paper_without_a_page_or_much_to_say_is_named(live_edit: Paper) -> None:
    bare = live_edit._replace(
        id="page:0123456789ab", code_url=None, summary=None, organization=None, abstract="", authors=("Xinyu Wang",),
        upvotes=0, day=None, published=None,
    )  # fmt: skip
    assert "\nXinyu Wang\n\n*Like 3 that you marked: video*\n\n`page:0123456789ab`\n" in markdown(digest_of(bare))
    assert "LiveEdit" in page(digest_of(bare)) and "<a " not in page(digest_of(bare))
