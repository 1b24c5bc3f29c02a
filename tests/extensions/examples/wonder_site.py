"""A source of papers: the JSON of a site. `dailypapers feeds add https://wonder.example/api/papers` follows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reader.api import Extension, PaperSource

SITE = "https://wonder.example/api/"


def read(body: bytes) -> Iterator[dict[str, Any]]:
    for one in json.loads(body)["results"]:
        yield {
            "guid": one["uid"],
            "title": one["headline"],
            "abstract": one.get("text", ""),
            "authors": [f"{person['given']} {person['family']}" for person in one["people"]],
            "id": one.get("arxiv"),
            "entry_url": one["page"],
            "announced": one["posted"],
            "keywords": one.get("subjects", []),
        }


EXTENSION = Extension(name="wonder-site", sources=(PaperSource(title="Papers of Wonder", address=SITE, read=read),))
