"""A folder of notes: a Markdown file a paper, for Obsidian and the like.

Above the marker, each export rewrites everything but the user's changes in the front matter; the text below belongs to
the user and comes back as the paper's note. The marker holds checksums of the last export, which show who changed what
since.

The front matter is the YAML between two lines of dashes. The checksums show which of its values the user changed. Each
list entry has its own, so that tags added or removed on one side are merged into the other.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from reader.actions.citations import CitationKeys, doi
from reader.actions.export import ExportFailed, markdown_body, replacing
from reader.core.ids import hf_url, paper_url, pdf_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_note

_MARKER = re.compile(r"^<!-- dailypapers ([0-9a-f]{8})((?: \w+=[0-9a-f.]*)*): .*? -->[ \t]*\r?\n?", re.MULTILINE)
_SAYS = (
    "what is written below is yours, and comes back as the paper's note; what is above is rewritten, except the"
    " properties that you change"
)
# Obsidian's editor of properties takes quotes away.
_ID = re.compile(r"""^paper: *["']?([^"'\s]{1,100})["']?[ \t]*\r?$""", re.MULTILINE)
_NO_NAME = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f]')

HEAD_BYTES = 4_096
"""Bytes of a file in which its paper is named."""

FILE_BYTES = 1 << 22
"""A larger file is not a note."""


class Written(NamedTuple):
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

    def write(self, paper: Paper) -> Written:
        """Write a paper's file, and take the user's own part from it."""
        key = self._keys.key(paper)
        file = self._files.get(paper.id) or self._new_file(key)
        kept = clean_note(paper.note or "").strip("\n")
        old = _read(file)
        marker = _MARKER.search(old) if old is not None else None
        if old is not None and marker is None:
            return Written(file, problem=f"{file} has lost its line '<!-- dailypapers …', so it was not changed.")
        facts = {name: value for name, value in _facts(paper, key) if value}
        own, before, sums = kept, None, None
        try:
            if old is not None and marker is not None:
                own = _own_part(old, marker, kept)
                before = split_front_matter(old)[0]
                sums = dict(one.split("=", 1) for one in marker[2].split()) or None
            front = front_matter(facts, before, sums)
        except UnreadableFrontMatter:
            return Written(file, problem=f"The front matter of {file} can't be read, so it was not changed.")
        said = _plain(own)
        written = "".join(f" {name}={sum}" for name, sum in sums_of(facts).items())
        mark = f"<!-- dailypapers {_sum(said)}{written}: {_SAYS} -->"
        text = f"{front}\n{markdown_body(paper)}\n{mark}\n{own}"
        if own and not own.endswith("\n"):
            text += "\n"
        if text != old:
            with replacing(file) as out:
                out.write(text)
        self._files[paper.id] = file
        return Written(file, said if said != kept else None)

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
    said = _plain(own)
    return kept if _sum(said) == marker[1] and said != kept else own


def _plain(own: str) -> str:
    """The user's own part as a note has it."""
    return clean_note(own).strip("\n")


def _sum(note: str) -> str:
    return f"{zlib.crc32(note.encode('utf-8', 'surrogatepass')):08x}"


def _facts(paper: Paper, key: str) -> Iterator[tuple[str, str | list[str] | None]]:
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

Facts: TypeAlias = Mapping[str, str | list[str]]
"""The program's own values, in their order."""

Sums: TypeAlias = Mapping[str, str]
"""The sum of each value that was written last; for a merged list, those of its entries with points between."""

MERGED = ("aliases", "tags", "marks")
"""Lists whose entries come from both sides."""

_FENCE = "---"


class UnreadableFrontMatter(Exception):
    """The file has no front matter, or none that can be read."""


class _Line(NamedTuple):
    """A key of the file: its text, which ends its line, and its value, whose texts are as YAML reads them."""

    key: str
    text: str
    value: str | list[str] | None
    """None for a value of another kind, such as a table."""


def split_front_matter(text: str) -> tuple[str, str]:
    """The front matter of a file without its fences, and the rest; raises UnreadableFrontMatter."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if lines and lines[0].rstrip() == _FENCE:
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == _FENCE:
                return "".join(lines[1:number]), "".join(lines[number + 1 :])
    raise UnreadableFrontMatter


def front_matter(facts: Facts, old: str | None = None, sums: Sums | None = None) -> str:
    """The front matter with its fences: the facts, and what `old` has of the user's, by the sums of the facts in it."""
    merged = _merge(facts, _read_front_matter(old) if old is not None else (), sums)
    return f"{_FENCE}\n{''.join(merged)}{_FENCE}\n"


def sums_of(facts: Facts) -> Sums:
    """The sums of the facts that are written now."""
    return {
        key: ".".join(map(_fact_sum, value)) if key in MERGED and isinstance(value, list) else _fact_sum(value)
        for key, value in facts.items()
    }


def _merge(facts: Facts, lines: Sequence[_Line], sums: Sums | None) -> Iterator[str]:
    known = sums or {}
    for line in lines:
        fact = facts.get(line.key)
        if line.key in MERGED and isinstance(line.value, list):
            merged = list(_merge_lists(fact or [], line.value, known.get(line.key, "").split(".")))
            if merged == line.value:
                yield line.text
            elif merged:
                yield _line(line.key, merged)
        elif fact is None:
            # A fact of before that holds no longer goes; a key of the user's stays.
            if known.get(line.key) != _fact_sum(line.value):
                yield line.text
        elif fact == line.value or (sums is not None and known.get(line.key) != _fact_sum(line.value)):
            yield line.text
        else:
            yield _line(line.key, fact)
    here = {line.key for line in lines}
    # A fact that was written before and is not here any more was taken out by the user.
    yield from (_line(key, value) for key, value in facts.items() if key not in here and key not in known)


def _merge_lists(ours: Sequence[str], theirs: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    yield from (entry for entry in theirs if entry in ours or _fact_sum(entry) not in before)
    yield from (entry for entry in ours if entry not in theirs and _fact_sum(entry) not in before)


def _line(key: str, value: str | Sequence[str]) -> str:
    """A line of YAML; its value is JSON, which YAML reads as it is."""
    return f"{key}: {json.dumps(value, ensure_ascii=False)}\n"


def _fact_sum(value: object) -> str:
    return f"{zlib.crc32(json.dumps(value).encode()) & 0xFFFF:04x}"


def _read_front_matter(text: str) -> list[_Line]:
    """The keys of a front matter; raises UnreadableFrontMatter."""
    import yaml

    try:
        # The basic loader reads every plain value as text: 2606.30310 is an id, not a number.
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        raise UnreadableFrontMatter from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise UnreadableFrontMatter
    starts = [key.start_mark.index for key, _ in root.value]
    ends = [*starts[1:], len(text)]
    lines = []
    for (key, value), start, end in zip(root.value, starts, ends, strict=True):
        if not isinstance(key, yaml.ScalarNode):
            raise UnreadableFrontMatter
        chunk = text[start:end]
        lines.append(_Line(key.value, chunk if chunk.endswith("\n") else f"{chunk}\n", _value(value)))
    return lines


def _value(node: object) -> str | list[str] | None:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return [str(one.value) for one in node.value]
    return None
