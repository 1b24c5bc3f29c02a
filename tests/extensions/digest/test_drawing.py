"""A digest in each form: what it says, and that no foreign text becomes a header, a tag or a link."""

from __future__ import annotations

import email
import unicodedata
from datetime import UTC, date, datetime
from email.policy import default
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from reader.commands.news import Item, News, Section
from reader.core.lines import cell_len
from reader.core.paper import Paper
from reader.core.text import clean
from reader.extensions.digest.drawing import MOST_BYTES, markdown, page, plain_text
from reader.extensions.digest.mail import Envelope, message
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

AT = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)


def full_of(text: str) -> tuple[News, bytes]:
    """A digest in which everything that others write is this text, and its mail."""
    paper = Paper(
        pk=1, id=text, title=text, abstract=text, authors=(text, text), organization=text, summary=text, venue=text,
        code_url=text, upvotes=3,
    )  # fmt: skip
    items = (Item(paper, text, text), Item(paper._replace(summary=None, id="2606.12345"), "2606.12345", text))
    sections = (Section(text, items), Section(text, items, is_brief=True))
    found = News(date(2026, 7, 1), "2026-06-30", text, sections, 2)
    return found, bytes(message(found, Envelope("n", "ada@example.org", "me@example.org", AT)))


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
    section = Section("For you", (Item(paper, paper.id, "Like 3 that you marked: video"),))
    return News(
        date(2026, 7, 1), "2026-06-30", "topic:video", (section, section._replace(name="Others", is_brief=True)), 2
    )


PAGE = Paper(pk=2, id="page:0123456789ab", title="Week 12", abstract="Words. " * 12, upvotes=9, day="2026-06-30")
PAPER = PAGE._replace(
    id="2606.12345", title="A *title* of <b>", authors=("Ada Example", "Bo"), venue="ICLR",
    code_url="https://github.com/a/b", summary="In short: it holds.",
)  # fmt: skip
TOLD = (Item(PAPER, PAPER.id, "Like 3 that you marked: agents"), Item(PAGE, PAGE.id))
BOTH = News(
    date(2026, 7, 2), "2026-06-30", "agents", (Section("For you", TOLD), Section("My *view*", TOLD, is_brief=True)), 1
)


def test_plain_text_is_whole() -> None:
    assert (
        plain_text(BOTH, is_mail=True)
        == """\
Papers for Thursday, 2 July: agents
4 papers: 2 for you, 2 by title. New since 30 June. 1 more new paper is
in the reader.


For you
-------

A *title* of <b>
  Ada Example et al. · ICLR · 9 votes · 30 June
  > Like 3 that you marked: agents
  AI summary: In short: it holds.
  https://huggingface.co/papers/2606.12345

Week 12
  9 votes · 30 June
  Words. Words. Words. Words. Words. Words. Words. Words. Words. Words.
  Words. Words.
  page:0123456789ab


My *view*
---------

A *title* of <b>
  Ada Example et al. · ICLR · 9 votes · 30 June
  https://huggingface.co/papers/2606.12345

Week 12
  9 votes · 30 June
  page:0123456789ab


In the reader: dailypapers open ID --reader
Nothing is mailed twice.
"""
    )


def test_markdown_is_whole() -> None:
    assert markdown(BOTH) == MARKDOWN


MARKDOWN = r"""# Papers for Thursday, 2 July: agents

4 papers: 2 for you, 2 by title. New since 30 June. 1 more new paper is in the reader.

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

- [A \*title\* of \<b\>](https://huggingface.co/papers/2606.12345) · Ada Example et al. · ICLR · 9 votes · 30 June
- Week 12 · 9 votes · 30 June
"""  # noqa: E501


def test_a_page_is_whole() -> None:
    tree = LexborHTMLParser(page(BOTH, is_mail=True))
    assert tree.body is not None
    shown = tree.body.text(separator="\n", strip=True).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        [line for line in shown.split("\n") if line.strip()]
        == """\
A *title* of <b> · Week 12 · A *title* of <b>
dailypapers
Papers for Thursday, 2 July: agents
4 papers: 2 for you, 2 by title. New since 30 June. 1 more new paper is in the reader.
For you
A *title* of <b>
Ada Example et al. · ICLR · 9 votes · 30 June
Like 3 that you marked: agents
AI summary:
In short: it holds.
PDF
·
arXiv
·
code
· 2606.12345
Week 12
9 votes · 30 June
Words. Words. Words. Words. Words. Words. Words. Words. Words. Words. Words. Words.
page:0123456789ab
My *view*
A *title* of <b>
Ada Example et al. · ICLR · 9 votes · 30 June · 2606.12345
Week 12
9 votes · 30 June · page:0123456789ab
In the reader:
dailypapers open ID --reader
Nothing is mailed twice.
""".splitlines()
    )
    links = ["https://huggingface.co/papers/2606.12345", "https://arxiv.org/pdf/2606.12345"]
    links += ["https://arxiv.org/abs/2606.12345", "https://github.com/a/b", links[0]]
    assert [link.attributes["href"] for link in tree.css("a")] == links
    assert "http" not in page(BOTH).replace('href="http', "")
    assert "prefers-color-scheme:dark" in page(BOTH)


def test_a_page_is_as_long_as_mail_clients_show(live_edit: Paper) -> None:
    told = Item(live_edit, live_edit.id, "Like 3 that you marked: video")
    usual = digest_of(live_edit)._replace(sections=(Section("For you", (told,) * 40), Section("Others", (told,) * 30)))
    assert len(page(usual).encode()) < MOST_BYTES
    assert "AI summary" in page(usual) and ">code</a>" in page(usual)
    wide = "&中文標題" * 400
    paper = live_edit._replace(
        title=wide, summary=wide, organization=wide, venue=wide, code_url=f"https://a.b/{'x' * 900}"
    )
    told = Item(paper, paper.id, wide)
    sections = (Section(wide, (told,) * 40), Section(wide, (told,) * 30, is_brief=True))
    longest = digest_of(paper)._replace(sections=sections, query=wide)
    assert len(page(longest).encode()) < MOST_BYTES
    assert "xxx" not in page(longest) and "…</a>" in page(longest)


def test_ground_and_text_have_a_colour_each_without_a_style_sheet(live_edit: Paper) -> None:
    tree = LexborHTMLParser(page(digest_of(live_edit)))
    for node in tree.css("td.text, a, h2, .muted, .why"):
        assert "color:#" in (node.attributes["style"] or "")
    for node in tree.css(".ground"):
        assert "background-color:#" in (node.attributes["style"] or "")
    assert not tree.css("img, link, script")
    assert "url(" not in page(digest_of(live_edit)) and "flex" not in page(digest_of(live_edit))


def test_what_is_read_from_the_right_turns_nothing_else(live_edit: Paper) -> None:
    shown = page(digest_of(live_edit._replace(title="مقدمة with <b>")))
    assert '<span dir="auto">مقدمة with &lt;b&gt;</span></a>' in shown
    assert shown.count('dir="auto"') == 2


def test_plain_lines_are_short_in_all_writings(live_edit: Paper) -> None:
    wide = "中文標題與一個非常長的名稱" * 20
    text = plain_text(digest_of(live_edit._replace(title=wide, summary=f"{wide} {'x' * 300}")), is_mail=True)
    assert all(cell_len(line) <= 72 for line in text.splitlines() if "http" not in line)
    assert text.endswith("Nothing is mailed twice.\n")


def test_a_paper_without_a_page_or_much_to_say_is_named(live_edit: Paper) -> None:
    bare = live_edit._replace(
        id="page:0123456789ab", code_url=None, summary=None, organization=None, abstract="", authors=("Xinyu Wang",),
        upvotes=0, day=None, published=None,
    )  # fmt: skip
    assert "\n  Xinyu Wang\n  > Like 3 that you marked: video\n  page:0123456789ab\n" in plain_text(digest_of(bare))
    assert "<strong>LiveEdit" in page(digest_of(bare))
