"""A format of files: refer, as EndNote writes it. `dailypapers import library.enw` reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reader.api import Extension, FileFormat

ID = re.compile(r"arxiv(?:\.org/abs/|:)(\d{4}\.\d{4,5})", re.IGNORECASE)


def recognizes(start: bytes) -> bool:
    return start.startswith((b"%0 ", b"%T ", b"%A "))


def read(body: bytes) -> Iterator[dict[str, Any]]:
    for entry in re.split(r"\n\s*\n", body.decode("utf-8", "replace")):
        fields: dict[str, list[str]] = {}
        for line in entry.splitlines():
            if line[:1] == "%" and line[2:3] == " ":
                fields.setdefault(line[1], []).append(line[3:].strip())
        if "T" not in fields:
            continue
        found = ID.search(" ".join((*fields.get("U", ()), *fields.get("R", ()))))
        yield {
            "title": fields["T"][0],
            "authors": fields.get("A", []),
            "abstract": " ".join(fields.get("X", ())),
            "id": found[1] if found else None,
            "tags": fields.get("K", []),
            "note": "\n".join(fields.get("Z", ())),
        }


EXTENSION = Extension(name="refer-file", formats=(FileFormat(name="refer", recognizes=recognizes, read=read),))
