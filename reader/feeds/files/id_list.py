"""Find papers in lists of ids and links, in Markdown and any other text, and in the name of a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.core.ids import arxiv_id, id_in_file_name, ids_in
from reader.core.paper import LibraryEntry
from reader.feeds.files.library import make_entry

_WORD = re.compile(r"[^\s,;|<>()\[\]{}\"'`*]+")
_COMMENT = ("#", "%", "//")
_WORD_LIMIT = 300


def is_list(text: str) -> bool:
    """Whether at least half of the text's lines, except comments, name a paper."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(_COMMENT)]
    return bool(lines) and 2 * sum(bool(_ids(line)) for line in lines) >= len(lines)


def parse_list(text: str) -> Iterator[LibraryEntry]:
    """The papers of a text, each once; in a list of single words, also the lines that name none."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    is_plain = all(" " not in line or line.startswith(_COMMENT) or _ids(line) for _, line in lines)
    seen = set[str]()
    for number, line in lines:
        ids = _ids(line)
        for id in ids:
            if id not in seen:
                seen.add(id)
                yield make_entry(f"line {number}", "", id)
        if is_plain and line and not ids and not line.startswith(_COMMENT):
            yield make_entry(f"line {number}", line, None)


def _ids(line: str) -> list[str]:
    found = ids_in(line)
    for word in _WORD.findall(line):
        if len(word) <= _WORD_LIMIT and (id := arxiv_id(word.rstrip(".:!?")) or id_in_file_name(word)):
            found.append(id)
    return list(dict.fromkeys(found))
