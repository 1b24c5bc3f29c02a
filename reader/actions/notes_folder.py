"""A folder of notes: a Markdown file a paper, for Obsidian and the like.

Each export rewrites what is above the marker, except the user's own properties in the front matter, which is the YAML
between two lines of dashes. The text below the marker belongs to the user and comes back as the paper's note. The
marker holds the checksum of the note that was written last, which shows whether the note in the file changed since.

The program's own properties are rewritten. Merging them with what the user made of them was rejected: it needed a
checksum of each value and a YAML library. Only the words that the user adds to a list stay, so that no tag is lost.
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
# Obsidian's editor of properties takes quotes away.
_ID = re.compile(r"""^paper: *["']?([^"'\s]{1,100})["']?[ \t]*\r?$""", re.MULTILINE)
_NO_NAME = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f]')

HEAD_BYTES = 4_096
"""Bytes of a file in which its paper is named."""

FILE_BYTES = 1 << 22
"""A larger file is not a note."""


class NoteFileResult(NamedTuple):
    """The result for one paper's file."""

    file: Path
    note: str | None = None
    """The user's part, if it differs from the cached note."""
    problem: str = ""
    """Why the file was not written; empty if it was."""


class NotesFolder:
    """The notes in a folder, which is made if it is missing; raises ExportFailed."""

    def __init__(self, folder: Path, keys: CitationKeys) -> None:
        self._folder = folder
        self._keys = keys
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Also files that the user has renamed, or moved within the folder.
            self._files = dict(_named_files(folder))
        except OSError as error:
            raise ExportFailed(f"{folder} can't be a folder of notes: {error.strerror}.") from error

    def write(self, paper: Paper) -> NoteFileResult:
        """Write a paper's file, and take the user's own part from it."""
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
            front = split_front_matter(old)
            if front is None:
                return NoteFileResult(
                    file, problem=f"{file} has lost the front matter at its beginning, so it was not changed."
                )
            before = front
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
    """The files that contain a paper's id, with the id."""
    for file in sorted(folder.rglob("*.md")):
        if file.is_file():
            with file.open("rb") as opened:
                found = _ID.search(opened.read(HEAD_BYTES).decode("utf-8", "replace"))
            if found:
                yield found[1], file


def _read(file: Path) -> str | None:
    try:
        if file.stat().st_size > FILE_BYTES:
            raise ExportFailed(f"{file} is too long for a note.")
        return file.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ExportFailed(f"{file} is not in UTF-8, so it was not changed.") from None
    except OSError as error:
        raise ExportFailed(f"{file} can't be read: {error.strerror}.") from error


def _own_part(text: str, marker: re.Match[str], kept: str) -> str:
    """The text below the marker; if the cached note changed too, the file wins, and the log keeps the other note."""
    own = text[marker.end() :]
    note = _own_note(own)
    return kept if _checksum(note) == marker[1] and note != kept else own


def _own_note(own: str) -> str:
    """The user's own part as a note has it."""
    return clean_note(own).strip("\n")


def _checksum(note: str) -> str:
    return f"{zlib.crc32(note.encode('utf-8', 'surrogatepass')):08x}"


def _facts(paper: Paper, key: str) -> Iterator[tuple[str, str | list[str] | None]]:
    """The program's own properties in their order; an empty one is not written."""
    yield "paper", paper.id
    yield "title", clean(paper.title)
    yield "aliases", [key, clean(paper.title)]
    yield "authors", [clean(name) for name in paper.authors]
    yield "year", (paper.published or paper.day or "")[:4]
    yield "date", paper.published or paper.day
    yield "tags", list(dict.fromkeys(["paper", *map(_tag, paper.tags), *paper.topics]))
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
    """A tag as Obsidian can have it: without blanks and signs."""
    return re.sub(r"[^\w/-]+", "-", clean(name)).strip("-")


# Front matter

_FENCE = "---"

_MERGED = ("aliases", "tags")
"""Lists that keep the words that the user adds."""

_BLOCK = re.compile(
    r"""^(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?!-\s|[\s#"'\[{?])(?P<plain>[^\n]+?)):(?=\s|$)"""
    r"""|^\#(?=[^\n]*(?:\n(?!\s|-)|\Z))""",
    re.MULTILINE,
)
"""The beginning of a property, which is a name without indentation, or of a comment between two properties."""


def split_front_matter(text: str) -> str | None:
    """The front matter of a file without its fences; None if the file has none."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    fences = (number for number, line in enumerate(lines) if line.rstrip() == _FENCE)
    if next(fences, None) != 0 or (end := next(fences, None)) is None:
        return None
    return "".join(lines[1:end])


def front_matter(facts: Mapping[str, str | list[str] | None], before: str = "") -> str:
    """The front matter with its fences: the facts in their order, then the user's own properties from `before`."""
    found = [*_BLOCK.finditer(before)]
    starts = [*(one.start() for one in found), len(before)]
    names = [(one["double"] or one["single"] or one["plain"] or "").strip() for one in found]
    blocks = [before[start:end] for start, end in pairwise(starts)]
    theirs = dict(zip(names, blocks, strict=True))
    lines = [before[: starts[0]]]
    for name, value in facts.items():
        words = _words(theirs[name].partition(":")[2]) if name in _MERGED and name in theirs else []
        if merged := list(dict.fromkeys((*value, *words))) if isinstance(value, list) else value:
            # YAML reads JSON as it is.
            lines.append(f"{name}: {json.dumps(merged, ensure_ascii=False)}\n")
    lines += [block for name, block in zip(names, blocks, strict=True) if name not in facts]
    return f"{_FENCE}\n{''.join(lines)}{_FENCE}\n"


def _words(value: str) -> list[str]:
    """The words of a list in YAML: in JSON as it was written, in brackets, one a line, or a single one."""
    text = value.strip()
    with suppress(ValueError, RecursionError):
        words = json.loads(text)
        if isinstance(words, list):
            return list(map(str, words))
    parts = text.strip("[]").split(",") if text.startswith("[") else re.split(r"(?m)^\s*-\s", text)
    return [word for part in parts if (word := part.strip().strip("'\""))]
