"""Read papers from other programs' files: BibTeX, RIS, CSL-JSON, newsboat's cache, and lists of ids and links.

The title, labels and arXiv id of each entry are read. People and programs put the id into various fields; the most
reliable field is tried first.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id, id_in_file_name, ids_in
from reader.core.latex import latex_to_unicode
from reader.core.marks import TAG_LIMIT
from reader.core.paper import LibraryEntry
from reader.core.text import clean, clean_note
from reader.feeds.safe import html_to_text

if TYPE_CHECKING:
    from bibtexparser.model import Block, Entry

MAX_TITLE_LENGTH = 500
_MAX_WHERE_LENGTH = 100
_MAX_LABELS = 50

_AUTOMATIC_TAG = re.compile(
    r"(?:Computer Science|Statistics|Mathematics|Physics|Electrical Engineering[\w ]*|Quantitative \w+) - "
    r"|(?:cs|math|stat|eess|q-bio|q-fin|econ|cond-mat|physics|astro-ph|nlin)\.[A-Za-z-]{2,}$"
)
"""Tags that Zotero makes of arXiv's categories."""


_LINE_OF_PROGRAM = re.compile(
    r"arXiv:\S+(?: \[[^\]]*\])?|arXiv preprint.*|version: \d+|(?:Comment|Citation Key|Publisher|tex\.\w+):.*"
    r"|(?:ADS|MAG|Accepted|Published|Number|Issue|ISSN|ISBN|event-place|Conference Name)\b[^.]{0,60}:.*",
    re.IGNORECASE,
)
"""Lines that programs write into notes."""


def find_id(fields: Iterable[str]) -> str | None:
    """The first id in one of the texts."""
    return next((ids[0] for text in fields if (ids := ids_in(text))), None)


def find_in_files(texts: Iterable[str]) -> str | None:
    """The first id at the beginning of a file's name."""
    return next((id for text in texts if (id := id_in_file_name(text))), None)


def eprint_id(eprint: str, archive: str, category: str) -> str | None:
    """The id of an `eprint` field; an old id may lack its archive, which the category has."""
    if archive.strip().lower() not in ("", "arxiv", "arxiv.org"):
        return None
    return arxiv_id(eprint) or arxiv_id(f"{category.partition('.')[0]}/{eprint.strip()}")


def first_of(fields: Mapping[str, str], names: Iterable[str]) -> str:
    """The first nonempty value of the named fields, or else an empty text."""
    return next((value for name in names if (value := fields.get(name, "").strip())), "")


def make_entry(
    where: str, title: str, id: str | None, labels: Iterable[str] = (), notes: Iterable[str] = ()
) -> LibraryEntry:
    """An entry with clean texts; a text may contain several labels, separated by commas, semicolons or lines.

    `notes` may be HTML. Lines written by programs are left out.
    """
    cleaned = (clean(label, TAG_LIMIT) for text in labels for label in re.split(r"[,;\n]", text))
    unique = dict.fromkeys(label for label in cleaned if label and not _AUTOMATIC_TAG.match(label))
    lines = (line.strip().expandtabs(1) for text in notes for line in (*html_to_text(text).text.splitlines(), ""))
    note = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if not _LINE_OF_PROGRAM.fullmatch(line)))
    return LibraryEntry(
        clean(where, _MAX_WHERE_LENGTH),
        clean(title, MAX_TITLE_LENGTH),
        id,
        labels=tuple(islice(unique, _MAX_LABELS)),
        note=clean_note(note.strip()),
    )


# BibTeX and BibLaTeX, read by bibtexparser, whose import takes 40 ms
#
# bibtexparser is tolerant: a repeated key or a truncated entry does not affect other entries. Entries that it can't
# read are searched for an id as plain text.

_IGNORED_ENTRY_TYPES = ("xdata", "set", "string", "preamble", "comment")
"""Types of entries that are not papers."""

_BIB_RELIABLE = (
    "doi",
    "url",
    "howpublished",
    "number",
    "journal",
    "journaltitle",
    "volume",
    "booktitle",
    "series",
    "ee",
)
_BIB_NOTES = ("archiveid", "note", "addendum", "annote", "annotation", "eprint", "extra", "pubstate", "bdsk-url-1")

_BIB_LABELS = ("keywords", "keyword", "mendeley-tags", "tags", "groups")

_BIB_ENTRY = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_BIB_TITLE = re.compile(r"\btitle\s*=\s*[{\"]+([^{}\"]{1,500})", re.IGNORECASE)
_EPRINT = re.compile(r"\beprint\s*=\s*[{\"]+\s*([^{}\"\s]{1,60})", re.IGNORECASE)
_LEFT_BRACE = re.compile(r"\{\\textbraceleft\}|\\textbraceleft\b ?|\\\{")
_RIGHT_BRACE = re.compile(r"\{\\textbraceright\}|\\textbraceright\b ?|\\\}")
_JOINED_PART = re.compile(r"\"([^\"]*)\"|\{([^{}]*)\}|([^\s#\"{}]+)")


def is_bibtex(text: str) -> bool:
    """Whether a line of the text begins an entry."""
    return _BIB_ENTRY.search(text) is not None


def parse_bibtex(text: str) -> Iterator[LibraryEntry]:
    """The entries of a file, in its order."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    # Unreadable entries are reported by us.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    for block in parse_string(text).blocks:
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(
            block.ignore_error_block, Entry
        ):
            block = block.ignore_error_block  # noqa: PLW2901
        if isinstance(block, Entry):
            if block.entry_type.lower() not in _IGNORED_ENTRY_TYPES:
                yield _bibtex_entry(block)
        elif isinstance(block, ParsingFailedBlock):
            yield _broken_entry(block)


def _bibtex_entry(entry: Entry) -> LibraryEntry:
    fields = {field.key.lower(): _join_parts(str(field.value)) for field in entry.fields}
    labels = (_without_latex(fields.get(name, "").strip('{}" ')) for name in _BIB_LABELS)
    return make_entry(
        f"entry {entry.key}",
        _without_latex(first_of(fields, ("title", "shorttitle", "booktitle"))),
        _bibtex_id(fields),
        labels,
        (_without_latex(fields.get(name, "").strip('{}" ')) for name in ("note", "annote", "annotation")),
    )


def _bibtex_id(fields: Mapping[str, str]) -> str | None:
    names = (("eprint", "arxivid", "arxiv"), ("eprinttype", "archiveprefix"), ("eprintclass", "primaryclass"))
    # The values of an entry with a repeated key still have their braces.
    if id := eprint_id(*(first_of(fields, keys).strip('{}" ') for keys in names)):
        return id
    texts = [_without_tex(fields.get(name, "")) for name in (*_BIB_RELIABLE, *_BIB_NOTES)]
    return find_id(texts) or find_in_files(fields.get(name, "") for name in ("file", "local-url", "pdf", "url"))


def _broken_entry(block: Block) -> LibraryEntry:
    raw = block.raw or ""
    title = _BIB_TITLE.search(raw)
    eprint = _EPRINT.search(raw)
    id = (arxiv_id(eprint[1]) if eprint else None) or find_id([_without_tex(raw)])
    entry = make_entry(f"line {(block.start_line or 0) + 1}", title[1] if title else "", id)
    return entry._replace(is_broken=True)


def _join_parts(value: str) -> str:
    """Join the parts of a value with `#`; other values stay unchanged."""
    if not value.startswith(('"', "{")) or not re.search(r"[\"}\w]\s*#\s*[\"{\w]", value):
        return value
    return "".join("".join(part.groups(default="")) for part in _JOINED_PART.finditer(value))


def _without_latex(text: str) -> str:
    """A text without LaTeX and without protecting braces; printed braces stay."""
    text = _RIGHT_BRACE.sub("\ue001", _LEFT_BRACE.sub("\ue000", text))
    return (
        latex_to_unicode(text)
        .replace("``", "“")
        .replace("''", "”")
        .translate({ord("{"): None, ord("}"): None, 0xE000: "{", 0xE001: "}"})
    )


def _without_tex(text: str) -> str:
    """A text without TeX's markup of addresses: braces, `url`, escaped characters."""
    return re.sub(r"\\(?:url|href|texttt)\b|\\(?=[_%#&~])|[{}]", " ", text)


# RIS: one line for each field, named by two letters
#
# A record begins with TY, and ends with ER or at the next record.

_RIS_FIELD = re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,3}-(?:\s(.*))?$")
_RIS_RECORD = re.compile(r"^[ \t]{0,3}TY[ \t]{1,3}-", re.MULTILINE)

_RIS_TITLES = ("TI", "T1", "CT", "BT", "T2")
_RIS_RELIABLE = ("DO", "UR", "AN", "M1", "M3", "C1", "C7", "JO", "JF", "JA", "T2", "VL", "SN", "PB")
_RIS_NOTES = ("N1", "U1", "U2", "U3", "U4", "U5", "RN", "L2", "L3", "ID")
_RIS_FILES = ("L1", "L2", "L4", "LK", "UR")


def is_ris(text: str) -> bool:
    """Whether a line of the text begins a record."""
    return _RIS_RECORD.search(text) is not None


def parse_ris(text: str) -> Iterator[LibraryEntry]:
    """The records of a file, in its order."""
    fields: defaultdict[str, list[str]] = defaultdict(list)
    last, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        field = _RIS_FIELD.match(line)
        if field is None:
            # A long value continues on the next line.
            if last and line.strip():
                fields[last][-1] += f" {line.strip()}"
            continue
        name, value = field[1], (field[2] or "").strip()
        if name in ("TY", "ER"):
            if fields:
                yield _ris_entry(fields, start)
            fields = defaultdict(list)
            last, start = "", number
        if name != "ER":
            fields[name].append(value)
            last = name
    if fields:
        yield _ris_entry(fields, start)


def _ris_entry(fields: Mapping[str, Sequence[str]], line: int) -> LibraryEntry:
    title = next((values[0] for name in _RIS_TITLES if (values := fields.get(name))), "")
    texts = [text for name in (*_RIS_RELIABLE, *_RIS_NOTES) for text in fields.get(name, ())]
    id = find_id(texts) or find_in_files(text for name in _RIS_FILES for text in fields.get(name, ()))
    return make_entry(f"line {line}", title, id, fields.get("KW", ()), fields.get("N1", ()))


# CSL-JSON, and the JSON of Zotero and Better BibTeX

_CSL_MARKERS = (
    "author",
    "issued",
    "container-title",
    "DOI",
    "URL",
    "citation-key",
    "publisher",
    "accessed",
    "number",
    "ISBN",
)
"""Keys that identify CSL-JSON, besides `type`."""

_CSL_RELIABLE = (
    "number",
    "archive_location",
    "archiveID",
    "DOI",
    "URL",
    "url",
    "container-title",
    "publicationTitle",
    "arxiv",
)
_CSL_NOTES = ("note", "extra", "notes", "annote", "volume", "reportNumber", "callNumber")
_CSL_KEYS = ("citation-key", "citekey", "citationKey", "id")
_IGNORED_ITEM_TYPES = ("attachment", "note", "annotation")

_HTML_TAG = re.compile(r"<[^<>]{0,100}>")
_MAX_CSL_DEPTH = 4


def is_library_item(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an item of CSL-JSON or of Zotero."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("itemType"), str) or isinstance(_data(value).get("itemType"), str):
        return True
    return isinstance(value.get("type"), str) and any(key in value for key in _CSL_MARKERS)


def library_items(value: object) -> list[dict[str, Any]] | None:
    """The items in a value: an item itself, or a mapping with `items`, as in Better BibTeX; None for other values."""
    if is_library_item(value):
        return [value]
    items = value.get("items") if isinstance(value, dict) else None
    return list(filter(is_library_item, items)) or None if isinstance(items, list) else None


def parse_library_item(item: Mapping[str, Any], place: str) -> LibraryEntry | None:
    """The entry of an item; None for a note or an attachment."""
    item = _data(item)
    if item.get("itemType") in _IGNORED_ITEM_TYPES:
        return None
    key = next((name for key in _CSL_KEYS if isinstance(name := item.get(key), str) and name.strip()), "")
    title = item.get("title") if isinstance(item.get("title"), str) else ""
    id = find_id(text for name in (*_CSL_RELIABLE, *_CSL_NOTES) for text in _texts_in(item.get(name)))
    id = id or find_in_files(_texts_in(item.get("attachments")))
    notes = chain(*(_texts_in(item.get(name)) for name in ("note", "annote", "notes")))
    return make_entry(f"entry {key}" if key else place, _HTML_TAG.sub("", title or ""), id, _item_labels(item), notes)


def _item_labels(item: Mapping[str, Any]) -> Iterator[str]:
    """The tags of an item, without Zotero's automatic tags."""
    yield from _texts_in(item.get("keyword"))
    tags = item.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        text = tag.get("tag") if isinstance(tag, dict) and tag.get("type") != 1 else tag
        if isinstance(text, str):
            yield text


def _data(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of an item, which an item of Zotero's web API has under `data`."""
    data = item.get("data")
    return data if isinstance(data, dict) and "itemType" in data else item


def _texts_in(value: object, depth: int = 0) -> Iterator[str]:
    """The texts in a value of any kind."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict) and depth < _MAX_CSL_DEPTH:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(item, depth + 1)


# newsboat's cache, for read papers and papers with flags. A paper has a row for each feed, and is read if any of its
# rows is. Rows without an arXiv id are left out, because a feed reader has all kinds of news.

DATABASE = b"SQLite format 3\0"
"""The first bytes of a database."""

_MAX_SQLITE_STEPS = 200_000_000
"""Maximum instructions of SQLite's virtual machine to read a database, about half a minute."""


def read_newsboat(path: Path, name: str) -> Iterator[LibraryEntry]:
    """The read and flagged papers of a copy of newsboat's cache; raises FeedMalformed."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(lambda: 1, _MAX_SQLITE_STEPS)
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _newsboat_entries(connection, name)
    except sqlite3.Error as error:
        raise FeedMalformed(f"{name} is not a cache of newsboat, or it is damaged: {error}.") from error


def _newsboat_entries(connection: sqlite3.Connection, name: str) -> Iterator[LibraryEntry]:
    row = connection.execute("SELECT type FROM sqlite_schema WHERE name = 'rss_item'").fetchone()
    if row is None or row[0] != "table":
        raise FeedMalformed(f"{name} is a database, but not a cache of newsboat.")
    entries: dict[str, LibraryEntry] = {}
    # Older versions have no column for flags.
    columns = {row[1] for row in connection.execute("PRAGMA table_info(rss_item)")}
    flags = "flags" if "flags" in columns else "''"
    for url, guid, title, unread, letters in connection.execute(
        f"SELECT url, guid, title, unread, {flags} FROM rss_item ORDER BY id"
    ):
        id = _id_in(url) or _id_in(guid)
        if id is None:
            continue
        known = entries.get(id) or LibraryEntry(
            f"row {len(entries) + 1}", clean(str(title), MAX_TITLE_LENGTH), id, False
        )
        row_labels = {letter for letter in str(letters or "") if letter.isascii() and letter.isalpha()}
        labels = tuple(sorted(row_labels.union(known.labels)))
        entries[id] = known._replace(is_read=known.is_read or unread == 0, labels=labels)
    yield from (entry for entry in entries.values() if entry.is_read or entry.labels)


def _id_in(text: object) -> str | None:
    return (arxiv_id(text) or find_id((text,))) if isinstance(text, str) else None


# Lists of ids and links, Markdown and any other text

_WORD = re.compile(r"[^\s,;|<>()\[\]{}\"'`*]+")
_COMMENT = ("#", "%", "//")


def is_list(text: str) -> bool:
    """Whether at least half of the text's lines, except comments, contain a paper's id."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(_COMMENT)]
    return bool(lines) and 2 * sum(bool(_ids_of(line)) for line in lines) >= len(lines)


def parse_list(text: str) -> Iterator[LibraryEntry]:
    """The papers of a text without duplicates; in a list, lines without an id are entries with a title."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    is_plain = all(" " not in line or line.startswith(_COMMENT) or _ids_of(line) for _, line in lines)
    seen = set[str]()
    for number, line in lines:
        ids = _ids_of(line)
        for id in ids:
            if id not in seen:
                seen.add(id)
                yield make_entry(f"line {number}", "", id)
        if is_plain and line and not ids and not line.startswith(_COMMENT):
            yield make_entry(f"line {number}", line, None)


def _ids_of(line: str) -> list[str]:
    ids = ids_in(line)
    for word in _WORD.findall(line):
        if id := arxiv_id(word.rstrip(".:!?")) or id_in_file_name(word):
            ids.append(id)
    return list(dict.fromkeys(ids))
