"""Write papers in the formats of other programs to a stream or a file, and the texts that the copy keys copy.

An Atom feed (RFC 4287) lets any feed reader follow a query. The same papers give the same bytes: all times come from
the papers, so that feed readers do not show papers as new when the file is rewritten. Notes, tags and marks are left
out, because feeds are meant to be published.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TextIO, TypeGuard
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reader.actions.citations import CitationKeys, annotation, csl_items, write_bibtex, write_each, write_ris
from reader.actions.links import links
from reader.core.errors import ReaderError
from reader.core.ids import hf_url, paper_url
from reader.core.marks import Mark, clean_mark
from reader.core.paper import FIELDS, Paper
from reader.core.passages import MAX_PASSAGE_CHARACTERS, split_note
from reader.core.text import amount, clean, clean_block, clean_note
from reader.platform import to_disk

ATOM = "http://www.w3.org/2005/Atom"

MAX_FEED_PAPERS = 500
"""Maximum papers in an Atom feed: feed readers fetch the whole file each time."""

DEFAULT_DATE = "1970-01-01"
"""The date of a feed without papers, and of a paper without a date."""

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII)

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't contain, even escaped."""


def write_atom(papers: Iterable[Paper], out: TextIO, query: str = "", url: str = "", **_: object) -> int:
    """Write an Atom feed of a query, which will be published at `url`; return the number of its papers."""
    listed = list(islice(papers, MAX_FEED_PAPERS))
    feed = Element("feed", xmlns=ATOM)
    # The entries must come last.
    _add(feed, "title", f"Papers: {query}" if query else "Papers")
    _add(feed, "id", _urn(f"query:{query}"))
    _add(feed, "updated", _time(max(map(_change_date, listed), default=DEFAULT_DATE)))
    if url:
        _add(feed, "link", rel="self", href=url)
    _add(_add(feed, "author"), "name", "dailypapers")
    _add(feed, "generator", "dailypapers")
    for paper in listed:
        _add_entry(feed, paper)
    indent(feed, space="")
    out.write(f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}\n')
    return len(listed)


def _add_entry(feed: Element, paper: Paper) -> None:
    entry = _add(feed, "entry")
    _add(entry, "title", clean(paper.title) or paper.id)
    _add(entry, "id", paper_url(paper.id) or _urn(f"paper:{paper.id}"))
    _add(entry, "updated", _time(_change_date(paper)))
    if _is_date(paper.published):
        _add(entry, "published", _time(paper.published))
    for author in filter(None, map(clean, paper.authors)):
        _add(_add(entry, "author"), "name", author)
    addresses = [link.url for link in links(paper)]
    for number, address in enumerate(addresses):
        _add(entry, "link", rel="related" if number else "alternate", href=address)
    for term in dict.fromkeys((*paper.topics, *paper.categories)):
        _add(entry, "category", term=clean(term))
    # An entry without a link must have a content element.
    about = clean_block(paper.abstract) or clean(paper.summary or "")
    _add(entry, "summary" if addresses else "content", about)


def _add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    element = SubElement(parent, name, {key: _legal(value) for key, value in attributes.items()})
    element.text = _legal(text)
    return element


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"dailypapers:{_legal(name)}").urn


def _change_date(paper: Paper) -> str:
    """The date of a paper's last change: the latest of its versions and its day in the feed."""
    return max((DEFAULT_DATE, *filter(_is_date, (paper.published, paper.day, paper.revised))))


def _is_date(text: str | None) -> TypeGuard[str]:
    """Whether a text begins with an ISO date; dates come from feeds, which may contain anything."""
    return bool(text and _DATE.match(text))


def _time(day: str) -> str:
    return f"{day[:10]}T00:00:00Z"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


Record = dict[str, Any]
"""A paper as a JSON object: absent values are None, dates ISO, topics slugs."""

Writer = Callable[..., int]
"""Writes papers to a stream, and returns their number.

It takes the papers, the stream, and by name `keys`, the citation keys, `query` and `url`; it ignores the arguments that
its format does not need.
"""


class ExportFailed(ReaderError):
    """The file could not be written."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format for papers."""

    name: str
    suffix: str
    about: str
    writer: Writer
    most: int | None = None
    """Maximum number of papers in a file; None for any number."""

    def write(
        self,
        papers: Iterable[Paper],
        out: TextIO,
        keys: CitationKeys | None = None,
        query: str = "",
        url: str = "",
    ) -> int:
        """Write papers to a stream; return their number. `query` and `url` are the title and the address of a feed."""
        return self.writer(papers, out, keys=keys or CitationKeys(), query=query, url=url)


def record(paper: Paper) -> Record:
    """A paper as a JSON object."""
    values = {key: _json_value(getattr(paper, name), is_block) for key, name, is_block in _JSON_FIELDS}
    values["authors"] = values["authors"] or None
    values["url"] = hf_url(paper.id) or clean(paper.url or "") or None
    # Notes and highlights keep their line breaks.
    values["highlights"] = [clean_note(passage, MAX_PASSAGE_CHARACTERS) for passage in paper.highlights]
    values["note"] = clean_note(paper.note or "") or None
    return values


def _json_keys() -> Iterator[tuple[str, str, bool]]:
    """The key and the name of each field, and whether it has paragraphs; the computed `url` follows the note."""
    for field in FIELDS:
        yield field.key, field.name, field.rules.is_block
        if field.name == "note":
            yield "url", "url", False


_JSON_FIELDS = tuple(_json_keys())

RECORD_KEYS = tuple(key for key, _, _ in _JSON_FIELDS)
"""The keys of a paper's JSON object, in order."""


def _json_value(value: Any, is_block: bool) -> Any:
    """The value of a field in JSON: a list of cleaned texts, a cleaned text, None for an empty text, or a number."""
    if isinstance(value, tuple):
        return [clean(text) for text in value]
    if isinstance(value, str):
        return (clean_block(value) if is_block else clean(value)) or None
    return value


def write_json(papers: Iterable[Paper], out: TextIO, more: Callable[[Paper], Record] | None = None, **_: object) -> int:
    """Write a JSON array, one object a line; `more` returns additional keys for a paper."""
    return write_array((record(paper) | (more(paper) if more else {}) for paper in papers), out)


def write_csl_json(papers: Iterable[Paper], out: TextIO, keys: CitationKeys, **_: object) -> int:
    """Write a JSON array of CSL items for citation processors, one item a line."""
    return write_array(csl_items(papers, keys), out)


def mark_record(mark: Mark) -> Record:
    """A mark as a JSON object, from which an import can restore it."""
    kind, value = clean_mark(mark.kind, mark.value) or (clean(mark.kind), clean_note(mark.value))
    return {**mark._asdict(), "kind": kind, "value": value}


def write_array(objects: Iterable[object], out: TextIO) -> int:
    """Write objects as a JSON array, one a line, without keeping them in memory; return their number."""
    count = 0
    is_ascii = not (getattr(out, "encoding", None) or "utf-8").lower().startswith("utf")
    out.write("[")
    for item in objects:
        out.write(("," if count else "") + "\n" + json.dumps(item, ensure_ascii=is_ascii))
        count += 1
    out.write("\n]\n" if count else "]\n")
    return count


COLUMNS = (
    "id", "title", "authors", "day", "published", "upvotes", "comments", "topics", "keywords", "organization", "read",
    "starred", "queued", "hidden", "tags", "url", "code_url", "project_url", "summary", "abstract", "note", "venue",
)  # fmt: skip
"""The keys of the columns in CSV files."""


def write_csv(papers: Iterable[Paper], out: TextIO, **_: object) -> int:
    """Write a CSV table with a heading row; lists are joined by semicolons, and formulas are made harmless."""
    import csv

    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    count = 0
    for paper in papers:
        values = record(paper) | {"note": annotation(paper)}
        table.writerow(_cell(values[column]) for column in COLUMNS)
        count += 1
    return count


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = "; ".join(value)
    text = str(value)
    # Spreadsheets evaluate cells that begin with these characters, even after spaces or in full-width forms. The quote
    # makes such a cell text.
    return f"'{text}" if re.match(r"\s*[=+\-@\t\r＝＋－＠]", text) else text


def write_markdown(papers: Iterable[Paper], out: TextIO, **_: object) -> int:
    """Write a Markdown section for each paper; foreign text is escaped, so that it can't format, embed or link."""
    return write_each(papers, out, lambda paper: "\n\n".join(_section(paper)) + "\n", between="\n")


def markdown_body(paper: Paper) -> str:
    """A paper as a Markdown page, without the user's note."""
    return "\n\n".join(_section(paper._replace(note=None), level="#")) + "\n"


def markdown_link(paper: Paper) -> str:
    """A paper's title as a Markdown link to its page; only the title if the paper has no page."""
    title, url = plain_markdown(clean(paper.title)), hf_url(paper.id) or next((link.url for link in links(paper)), None)
    return f"[{title}]({in_parentheses(url)})" if url else title


def in_parentheses(url: str) -> str:
    """An address with its parentheses escaped, for the parentheses of a Markdown link."""
    return url.replace("(", "%28").replace(")", "%29")


def _section(paper: Paper, level: str = "##") -> Iterator[str]:
    yield f"{level} {plain_markdown(clean(paper.title))}"
    if paper.authors:
        yield plain_markdown(", ".join(clean(name) for name in paper.authors))
    facts = [
        paper.organization and plain_markdown(clean(paper.organization)),
        paper.day,
        paper.published and f"arXiv {paper.published}",
        paper.venue and plain_markdown(clean(paper.venue)),
        paper.upvotes is not None and amount(paper.upvotes, "upvote"),
        paper.comments is not None and amount(paper.comments, "comment"),
        ", ".join(f"`{topic}`" for topic in paper.topics),
    ]
    if any(facts):
        yield " · ".join(fact for fact in facts if fact)
    if paper.summary:
        yield f"> AI summary: {plain_markdown(clean(paper.summary))}"
    yield from (plain_markdown(part) for part in clean_block(paper.abstract).split("\n\n") if part)
    if paper.note:
        yield f"Note: {plain_markdown(' '.join(clean_note(paper.note).split()))}"
    yield from (_highlight(clean_note(passage, MAX_PASSAGE_CHARACTERS), paper.id) for passage in paper.highlights)
    if paper_links := links(paper):
        addresses = ((link.name, in_parentheses(link.url)) for link in paper_links)
        yield " · ".join(f"[{name}]({url})" for name, url in addresses)


def _highlight(passage: str, id: str) -> str:
    """A highlight as a Markdown quote with a link to its section, and with the user's note below."""
    _, notes = split_note(passage)
    if not notes:
        return f"> {plain_markdown(' '.join(passage.split()))}"
    note = plain_markdown(" ".join(notes[0].note.split()))
    quote, section = plain_markdown(notes[0].quote), plain_markdown(notes[0].section)
    source = f"[{section or 'in the text'}]({notes[0].address(id)})"
    return f"> {quote} ({source})" + (f"\n\n{note}" if note else "")


def plain_markdown(text: str) -> str:
    """Text escaped for Markdown, which then shows it unchanged."""
    text = re.sub(r"([\\`*_\[\]<>|~$&])", r"\\\1", text)
    return re.sub(r"^(\d+(?=[.)])|(?=[#+=:-]))", r"\1\\", text)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        format.name: format
        for format in (
            Format("bibtex", ".bib", "entries for LaTeX and reference managers", write_bibtex),
            Format("ris", ".ris", "records for reference managers", write_ris),
            Format("csl-json", ".csl.json", "items for citation processors", write_csl_json),
            Format("markdown", ".md", "a section for each paper", write_markdown),
            Format("csv", ".csv", "a table for spreadsheets", write_csv),
            Format("json", ".json", "everything with your marks, for programs", write_json),
            Format("atom", ".atom", f"a feed of the first {MAX_FEED_PAPERS} papers", write_atom, MAX_FEED_PAPERS),
        )
    }
)


def format_of(path: Path) -> Format | None:
    """The format with the suffix of a file name; None if no format has it."""
    name = path.name.lower()
    return next((format for format in FORMATS.values() if name.endswith(format.suffix)), None)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A stream whose text replaces the file when the block ends; a pipe gets the text directly. Raises ExportFailed."""
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="") as out:
                yield out
            return
        target = path.resolve()
        partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with partial.open("x", encoding="utf-8", newline="") as out:
                yield out
                out.flush()
                to_disk(out.fileno())
            if target.exists():
                partial.chmod(target.stat().st_mode & 0o777)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExportFailed(f"{path} could not be written: {error.strerror}. Name another file with -o.") from error


# Texts to copy, cleaned so that it is safe to paste them into a terminal


Text = Callable[[Sequence[Paper], CitationKeys], str]
"""A function that makes the text to copy from papers; the citation keys are for BibTeX."""


class Copy(NamedTuple):
    """A kind of text that the user can copy."""

    name: str
    text: Text


def _lines(of: Callable[[Paper], str]) -> Text:
    """A function that makes a line for each paper."""
    return lambda papers, _: "\n".join(map(of, papers))


def _bibtex(papers: Sequence[Paper], keys: CitationKeys) -> str:
    out = StringIO()
    write_bibtex(papers, out, keys)
    return out.getvalue()


def _markdown_links(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    bullet = "- " if len(papers) > 1 else ""
    return "\n".join(bullet + markdown_link(paper) for paper in papers)


def _abstracts(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    if len(papers) == 1:
        return clean_block(papers[0].abstract)
    return "\n\n".join(f"{clean(paper.title)}\n\n{clean_block(paper.abstract)}".rstrip() for paper in papers)


COPIES: Mapping[str, Copy] = MappingProxyType(
    {
        "l": Copy("link", _lines(lambda paper: hf_url(paper.id) or clean(paper.title))),
        "i": Copy("id", _lines(lambda paper: clean(paper.id))),
        "t": Copy("title", _lines(lambda paper: clean(paper.title))),
        "b": Copy("BibTeX", _bibtex),
        "m": Copy("Markdown link", _markdown_links),
        "a": Copy("abstract", _abstracts),
    }
)
"""The kinds of text by their letter, in the order of the menu."""
