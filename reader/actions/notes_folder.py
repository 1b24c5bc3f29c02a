"""A folder of notes for Obsidian and similar programs, with a Markdown file for each paper.

A marker line divides each file. An export rewrites the text above the marker, except the user's own properties in the
front matter, which is the YAML between two lines of dashes. The text below the marker belongs to the user: an export
imports it as the paper's note. The marker holds the checksum of the note that was written last, which tells whether the
user has changed the note in the file.

The program's properties are rewritten. Merging them with the user's changes was rejected, because it needs a checksum
of each value and a YAML library. Only words that the user adds to a list stay, so that no tag is lost.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from reader.actions.citations import CitationKeys, doi
from reader.actions.export import ExportFailed, markdown_body, replacing
from reader.core.ids import hf_url, paper_url, pdf_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_note

_MARKER = re.compile(r"^<!-- dailypapers ([0-9a-f]{8})((?: \w+=[0-9a-f.]*)*): .*? -->[ \t]*\r?\n?", re.MULTILINE)
_EXPLANATION = (
    "what is written below is yours, and comes back as the paper's note; what is above is rewritten, except properties,"
    " tags and aliases that you add"
)
# The quotes are optional, because Obsidian removes them.
_ID = re.compile(r"""^paper: *["']?([^"'\s]{1,100})["']?[ \t]*\r?$""", re.MULTILINE)
_NO_NAME = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f]')

HEAD_BYTES = 4_096
"""Bytes at the beginning of a file that are searched for the paper's id."""

MAX_FILE_BYTES = 1 << 22
"""A larger file is not read."""


class NoteFileResult(NamedTuple):
    """The result of writing one paper's file."""

    file: Path
    note: str | None = None
    """The note in the file, if it differs from the cached note."""
    problem: str = ""
    """Why the file was not written; empty if it was."""


class NotesFolder:
    """The files of a folder, which is created if it is missing; raises ExportFailed."""

    def __init__(self, folder: Path, keys: CitationKeys) -> None:
        self._folder = folder
        self._keys = keys
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # The ids find files that the user has renamed, or moved within the folder.
            self._files = dict(_named_files(folder))
        except OSError as error:
            raise ExportFailed(f"{folder} can't be a folder of notes: {error.strerror}.") from error

    def write(self, paper: Paper) -> NoteFileResult:
        """Write a paper's file, and return the note that the user has written into it."""
        key = self._keys.key(paper)
        file = self._files.get(paper.id) or self._new_file(key)
        kept = clean_note(paper.note or "").strip("\n")
        old = _read(file)
        marker = _MARKER.search(old) if old is not None else None
        if old is not None and marker is None:
            return NoteFileResult(
                file, problem=f"{file} has lost its line '<!-- dailypapers …', so it was not changed."
            )
        own, before = kept, ""
        if old is not None and marker is not None:
            own = _own_part(old, marker, kept)
            front_matter_text = split_front_matter(old)
            if front_matter_text is None:
                return NoteFileResult(
                    file, problem=f"{file} has lost the front matter at its beginning, so it was not changed."
                )
            before = front_matter_text
        note = _own_note(own)
        mark = f"<!-- dailypapers {_checksum(note)}: {_EXPLANATION} -->"
        text = f"{front_matter(dict(_facts(paper, key)), before)}\n{markdown_body(paper)}\n{mark}\n{own}"
        if own and not own.endswith("\n"):
            text += "\n"
        if text != old:
            with replacing(file) as out:
                out.write(text)
        self._files[paper.id] = file
        return NoteFileResult(file, note if note != kept else None)

    def _new_file(self, key: str) -> Path:
        name = _NO_NAME.sub("-", key)
        taken = {file.name.lower() for file in self._files.values()}
        file, number = self._folder / f"{name}.md", 1
        while file.exists() or file.name.lower() in taken:
            number += 1
            file = self._folder / f"{name}-{number}.md"
        return file


def _named_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The id of the paper in each file that names a paper, and the file."""
    for file in sorted(folder.rglob("*.md")):
        if file.is_file():
            with file.open("rb") as opened:
                match = _ID.search(opened.read(HEAD_BYTES).decode("utf-8", "replace"))
            if match:
                yield match[1], file


def _read(file: Path) -> str | None:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ExportFailed(f"{file} is too long for a note.")
        return file.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ExportFailed(f"{file} is not in UTF-8, so it was not changed.") from None
    except OSError as error:
        raise ExportFailed(f"{file} can't be read: {error.strerror}.") from error


def _own_part(text: str, marker: re.Match[str], kept: str) -> str:
    """The user's text for below the marker: the cached note if only this changed, else the text in the file.

    If both changed, the text in the file wins, and the log keeps the other note.
    """
    own = text[marker.end() :]
    note = _own_note(own)
    return kept if _checksum(note) == marker[1] and note != kept else own


def _own_note(own: str) -> str:
    """The user's text in the form in which notes are stored."""
    return clean_note(own).strip("\n")


def _checksum(note: str) -> str:
    return f"{zlib.crc32(note.encode('utf-8', 'surrogatepass')):08x}"


def _facts(paper: Paper, key: str) -> Iterator[tuple[str, str | list[str] | None]]:
    """The program's properties in order; empty properties are not written."""
    yield "paper", paper.id
    yield "title", clean(paper.title)
    yield "aliases", [key, clean(paper.title)]
    yield "authors", [clean(name) for name in paper.authors]
    yield "year", (paper.published or paper.day or "")[:4]
    yield "date", paper.published or paper.day
    yield "tags", list(dict.fromkeys(["paper", *filter(None, map(_tag, paper.tags)), *paper.topics]))
    yield "url", hf_url(paper.id) or clean(paper.url or "")
    if url := paper_url(paper.id):
        yield "arxiv", paper.id
        yield "arxiv_url", url
        yield "doi", doi(paper)
        yield "pdf", pdf_url(paper.id)
    yield "venue", clean(paper.venue or "")
    yield "status", "read" if paper.read else "unread"
    yield "marks", [word for word, is_set in (("starred", paper.starred), ("queued", paper.queued)) if is_set]


def _tag(name: str) -> str:
    """A tag in a form that Obsidian accepts, without spaces and punctuation; empty if only these are in it."""
    return re.sub(r"[^\w/-]+", "-", clean(name)).strip("-")


# Front matter

_FENCE = "---"

_MERGED = ("aliases", "tags")
"""Properties whose values are lists that keep the words that the user adds."""

_BLOCK = re.compile(
    r"""^(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?!-\s|[\s#"'\[{?])(?P<plain>[^\n]+?)):(?=\s|$)"""
    r"""|^\#(?=[^\n]*(?:\n(?!\s|-)|\Z))""",
    re.MULTILINE,
)
"""The beginning of a property, which is a name without indentation, or of a comment between two properties."""


def split_front_matter(text: str) -> str | None:
    """The front matter of a file without its lines of dashes; None if the file has no front matter."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    fences = (number for number, line in enumerate(lines) if line.rstrip() == _FENCE)
    if next(fences, None) != 0 or (end := next(fences, None)) is None:
        return None
    return "".join(lines[1:end])


def front_matter(facts: Mapping[str, str | list[str] | None], before: str = "") -> str:
    """The front matter with its lines of dashes: the `facts`, then the user's own properties from `before`."""
    matches = [*_BLOCK.finditer(before)]
    starts = [*(match.start() for match in matches), len(before)]
    names = [(match["double"] or match["single"] or match["plain"] or "").strip() for match in matches]
    blocks = [before[start:end] for start, end in pairwise(starts)]
    theirs = dict(zip(names, blocks, strict=True))
    lines = [before[: starts[0]]]
    for name, value in facts.items():
        words = _words(theirs[name].partition(":")[2]) if name in _MERGED and name in theirs else []
        if merged := list(dict.fromkeys((*value, *words))) if isinstance(value, list) else value:
            # JSON is valid YAML.
            lines.append(f"{name}: {json.dumps(merged, ensure_ascii=False)}\n")
    lines += [block for name, block in zip(names, blocks, strict=True) if name not in facts]
    return f"{_FENCE}\n{''.join(lines)}{_FENCE}\n"


def _words(value: str) -> list[str]:
    """The words of a YAML list, which is JSON, in brackets, has one word a line, or is a single word."""
    text = value.strip()
    with suppress(ValueError, RecursionError):
        words = json.loads(text)
        if isinstance(words, list):
            return list(map(str, words))
    parts = text.strip("[]").split(",") if text.startswith("[") else re.split(r"(?m)^\s*-\s", text)
    return [word for part in parts if (word := part.strip().strip("'\""))]
