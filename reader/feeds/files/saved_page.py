"""Parse pages of the feed's site that were copied as text or saved by a browser.

A copied text has a header and then blocks: title, abstract, `• 6 authors` or an organization, `·`, a date, perhaps a
number of comments. Some blocks end after the abstract. Blank lines, wraps and the text around the blocks differ between
copies, so the parser first finds the dates, which are reliable, and reads the blocks backwards from the dates.

HTML has the papers' ids in links, and a refresh fetches the papers. The records in its attribute `data-props` are not
read: they lack papers that were loaded by scrolling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id, page_id
from reader.core.paper import Draft, LibraryEntry, Listing
from reader.core.text import clean, fold
from reader.feeds import safe
from reader.feeds.files.libraries import parse_list

# Texts

_MAX_TITLE_LENGTH = 300
"""Maximum characters of a title; a longer paragraph is an abstract, even without authors and date."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2})(?:, ?(?P<year>[0-9]{4}))?(?: +(?P<comments>[0-9]{1,6}))?"
# After a bullet, the word for authors may be in any language of the site.
_AUTHORS = r"(?:(?:[•*·-] *)?(?P<authors>[0-9]{1,5}) authors?|[•*] *(?P<others>[1-9][0-9]{0,4}) [^\W\d_]{3,20})"
_FOOTER = re.compile(f"(?:{_AUTHORS}|(?P<organization>.{{1,120}}?))? *[·•] *{_DATE}", re.IGNORECASE)
_DOT_AND_DATE = re.compile(rf"^([ \t]*[·•])[ \t]*((?:{_DATE})[ \t]*)$".replace("?P<", "?P<_"), re.MULTILINE)
_NUMBER_LINE = re.compile(r"[0-9]{1,6}")
_DOTS = (["·"], ["•"])


@dataclass(slots=True)
class _Block:
    lines: list[str] = field(default_factory=list)
    author_count: int | None = None
    organization: str | None = None
    published: str | None = None
    comments: int | None = None

    @property
    def is_dated(self) -> bool:
        return self.published is not None


def parse_saved_page(text: str, today: date) -> Listing:
    """The papers of a copied page; a date without a year is the latest such day up to `today`.

    Raises FeedMalformed if the text is not a saved page.
    """
    drafts: dict[str, Draft] = {}
    is_dated = False
    for block in _blocks(text, today):
        is_dated = is_dated or block.is_dated
        for draft in _block_drafts(block):
            # Titles with the same letters have the same id.
            drafts.setdefault(page_id(draft.title), draft)
    if not (is_dated and drafts):
        raise FeedMalformed("This is not the text of a saved page: it has no paper with authors and a date.")
    return Listing(None, tuple(drafts.values()))


def _blocks(text: str, today: date) -> Iterator[_Block]:
    """Split the page after each footer, which is authors or an organization and a date."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.strip() for line in _DOT_AND_DATE.sub(r"\1\n\2", text).split("\n")]
    block = _Block()
    at = 0
    while at < len(lines):
        used = _fill_from_footer(block, [line for line in lines[at : at + 12] if line], today)
        if used and lines[at]:
            yield block
            block = _Block()
            # `used` counts only lines with text, but blank lines between them are skipped too.
            while used:
                used -= bool(lines[at])
                at += 1
        else:
            block.lines.append(lines[at])
            at += 1
    yield block


def _fill_from_footer(block: _Block, ahead: list[str], today: date) -> int:
    """Fill a block from the footer if the next lines are one; return the number of its lines, or else 0."""
    for used in (1, 2, 3):
        # The dot may have a line of its own, and so may the text before the dot.
        if used == 1 or ahead[used - 2 : used - 1] in _DOTS:
            footer = _FOOTER.fullmatch(" ".join(ahead[:used]))
            if footer and (published := _publication_day(footer, today)):
                break
    else:
        return 0
    authors, organization, comments = footer["authors"] or footer["others"], footer["organization"], footer["comments"]
    if comments is None and ahead[used:] and _NUMBER_LINE.fullmatch(ahead[used]):
        comments, used = ahead[used], used + 1
    block.author_count = int(authors) if authors else None
    block.organization = _without_label(clean(organization)) or None if organization else None
    block.published = published
    block.comments = int(comments) if comments else None
    return used


def _block_drafts(block: _Block) -> list[Draft]:
    """The papers of a block; the block's footer belongs to the last paper."""
    texts = _paragraphs(block.lines)
    drafts: list[Draft] = []
    has_footer = block.is_dated
    while texts:
        if not has_footer:
            while texts and len(texts[-1]) <= _MAX_TITLE_LENGTH:
                texts.pop()
        abstract: list[str] = []
        while len(texts) > 1 and (not abstract or len(texts[-1]) > _MAX_TITLE_LENGTH):
            abstract.append(texts.pop())
        title = safe.plain_line(texts.pop(), _MAX_TITLE_LENGTH) if texts else ""
        if title and (abstract or has_footer):
            body = safe.plain_block("\n\n".join(reversed(abstract)))
            drafts.append(_draft(title, body, block if has_footer else _Block()))
        has_footer = False
    return drafts[::-1]


def _draft(title: str, abstract: str, block: _Block) -> Draft:
    return Draft(
        title=title,
        abstract=abstract,
        author_count=block.author_count,
        organization=block.organization,
        published=block.published,
        comments=block.comments,
        source="page",
    )


def _paragraphs(lines: list[str]) -> list[str]:
    """Join wrapped lines between blank lines, unless a line is long enough to be a whole abstract."""
    wrapped = "" in lines
    paragraphs: list[str] = []
    group: list[str] = []
    for line in [*lines, ""]:
        if line:
            group.append(line)
            continue
        if wrapped and all(len(member) <= _MAX_TITLE_LENGTH for member in group):
            group = [" ".join(group)] if group else []
        paragraphs += group
        group = []
    return paragraphs


def _publication_day(footer: re.Match[str], today: date) -> str | None:
    """The ISO day of a footer; None if the calendar has no such day."""
    month = footer["month"][:3].lower()
    if month not in _MONTHS:
        return None
    # For 29 February: the last leap year is at most eight years ago.
    years = [int(footer["year"])] if footer["year"] else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            day = date(year, _MONTHS.index(month) + 1, int(footer["day"]))
        except ValueError:
            continue
        if footer["year"] or day <= today:
            return day.isoformat()
    return None


def _without_label(name: str) -> str:
    """An organization's name without the label of its picture before it, as in `acme-labs Acme Labs`."""
    words = name.split()
    for cut in range(1, len(words)):
        label, rest = "".join(words[:cut]), "".join(words[cut:])
        if _letters(label) == _letters(rest):
            return " ".join(words[cut:])
    return name


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))


# HTML

_ELEMENT = re.compile(rb"<!doctype html|<html|<head|<body|<main|<article|<div", re.IGNORECASE)
_HEAD_BYTES = 4_096

_INVISIBLE_TAGS = frozenset(("script", "style", "svg", "template", "noscript", "textarea", "title"))
_PAPER_ADDRESS = re.compile(r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co))?/papers/([^/?#]+)/?(?:\?[^#]*)?")


def html_of(body: bytes) -> str | None:
    """The HTML of a page saved by a browser; None for any other file."""
    head = body[:_HEAD_BYTES].lstrip()
    return body.decode("utf-8", "replace") if head.startswith(b"<") and _ELEMENT.search(head) else None


def parse_web_page(html: str) -> tuple[LibraryEntry, ...]:
    """The papers that a saved page of the feed's site links to; for another page, those in its text and links.

    A page that ends within a tag is read up to the tag.
    """
    from selectolax.lexbor import LexborHTMLParser

    pieces: list[str] = []
    addresses: list[str] = []
    # Recursion would fail for a deeply nested page.
    waiting = [root] if (root := LexborHTMLParser(html).root) else []
    while waiting:
        node = waiting.pop()
        if node.tag == "-text":
            pieces.append(node.text_content or "")
        elif node.tag not in _INVISIBLE_TAGS:
            addresses.append(node.attributes.get("href") or "")
            waiting += reversed(list(node.iter(include_text=True)))
    links = (_PAPER_ADDRESS.fullmatch(address) for address in addresses)
    ids = dict.fromkeys(id for link in links if link and (id := arxiv_id(link[1])))
    if ids:
        return tuple(LibraryEntry("a link", "", id) for id in ids)
    return tuple(entry for entry in parse_list("\n".join((*pieces, *addresses))) if entry.id)
