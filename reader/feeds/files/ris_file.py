"""Parse RIS, and Web of Science's similar form: one line for each field, named by two letters.

A record begins with TY, or PT, and ends with ER or the next one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from reader.core.paper import LibraryEntry
from reader.feeds.files.library import find_id, find_in_files, make_entry

_FIELD = re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,3}-(?:\s(.*))?$")
_OF_WEB_OF_SCIENCE = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$")
_RECORD = re.compile(r"^[ \t]{0,3}TY[ \t]{1,3}-", re.MULTILINE)
_RECORD_OF_WEB_OF_SCIENCE = re.compile(r"^PT [A-Z]\r?$", re.MULTILINE)

_TITLES = ("TI", "T1", "CT", "BT", "T2")
_SURE = ("DO", "DI", "UR", "AN", "M1", "M3", "C1", "C7", "JO", "JF", "JA", "T2", "VL", "SN", "PB")
_NOTES = ("N1", "U1", "U2", "U3", "U4", "U5", "RN", "L2", "L3", "ID")
_FILES = ("L1", "L2", "L4", "LK", "UR")


def is_ris(text: str) -> bool:
    """Whether a line of the text begins a record."""
    return bool(_RECORD.search(text) or _RECORD_OF_WEB_OF_SCIENCE.search(text))


def parse_ris(text: str) -> Iterator[LibraryEntry]:
    """The records of a file, in its order."""
    pattern = _FIELD if _RECORD.search(text) else _OF_WEB_OF_SCIENCE
    fields: defaultdict[str, list[str]] = defaultdict(list)
    last, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        found = pattern.match(line)
        if found is None:
            # A long text goes on in the next line.
            if last and line.strip():
                fields[last][-1] += f" {line.strip()}"
            continue
        name, value = found[1], (found[2] or "").strip()
        if name in ("TY", "PT", "ER", "EF"):
            if fields:
                yield _entry(fields, start)
            fields = defaultdict(list)
            last, start = "", number
        if name not in ("ER", "EF", "FN", "VR"):
            fields[name].append(value)
            last = name
    if fields:
        yield _entry(fields, start)


def _entry(fields: Mapping[str, Sequence[str]], line: int) -> LibraryEntry:
    title = next((values[0] for name in _TITLES if (values := fields.get(name))), "")
    texts = [text for name in (*_SURE, *_NOTES) for text in fields.get(name, ())]
    id = find_id(texts) or find_in_files(text for name in _FILES for text in fields.get(name, ()))
    return make_entry(f"line {line}", title, id, (*fields.get("KW", ()), *fields.get("DE", ())))
