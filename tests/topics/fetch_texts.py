"""Fetches the texts of labelled papers that are not at hand, for fitting and measuring the topics.

    python -m tests.topics.fetch_texts

The feed is asked by month for the papers that it listed, because it has their keywords; arXiv is asked for all others,
200 every 3 s. What has arrived stays after an interruption, and the next run fetches the rest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator

from reader.core.paper import Draft
from reader.feeds.arxiv.client import ArxivClient
from reader.feeds.huggingface.client import HuggingFaceClient
from tests.topics.labelled_papers import ARXIV, TEXTS, missing_texts

LAST_MONTH = "2026-08"
"""The last month of the feed with labelled papers."""
AT_ONCE = 1_000
"""Papers that arXiv is asked for before their texts are written."""


async def main() -> None:
    """Fetch what is missing, and print the progress."""
    print(f"{len(missing_texts()):,} labelled papers have no text yet")
    async with HuggingFaceClient.from_environment() as feed:
        for month in months(_listed()):
            missing = _listed()
            if not missing:
                break
            listings = await feed.month(month) or ()
            _store(draft for listing in listings for draft in listing.drafts if draft.id in missing)
    async with ArxivClient.from_environment() as arxiv:
        rest = sorted(missing_texts())
        for start in range(0, len(rest), AT_ONCE):
            _store(entry.draft for entry in await arxiv.papers(rest[start : start + AT_ONCE]))
            print(f"{len(missing_texts()):,} to go")


def _listed() -> set[str]:
    """Ids of the missing papers that the feed listed."""
    return {id for id, file in missing_texts().items() if file != ARXIV}


def months(ids: Iterable[str]) -> Iterator[str]:
    """The months from the oldest arXiv id (`2406.12345`) to `LAST_MONTH`: no paper is listed before it exists."""
    oldest = min(ids, default="")
    if not oldest:
        return
    last = int(LAST_MONTH[:4]) * 12 + int(LAST_MONTH[5:]) - 1
    for month in range((2000 + int(oldest[:2])) * 12 + int(oldest[2:4]) - 1, last + 1):
        yield f"{month // 12}-{month % 12 + 1:02}"


def _store(drafts: Iterable[Draft]) -> None:
    TEXTS.parent.mkdir(parents=True, exist_ok=True)
    with TEXTS.open("a", encoding="utf-8") as file:
        for draft in drafts:
            paper = {"id": draft.id, "title": draft.title, "abstract": draft.abstract, "keywords": draft.keywords}
            file.write(json.dumps(paper, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
