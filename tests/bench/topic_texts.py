"""Fetches the texts of labelled papers that the archive lacks, for fitting and measuring the topics.

    python -m tests.bench.topic_texts

Titles, abstracts and keywords are their authors' and no part of the project, which keeps ids and topics only. What the
daily feed lists is asked of it by month, since it has keywords; the others are asked of arXiv, 200 every 3 s. What has
come stays when this is interrupted, and the next run goes on from there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable

from reader.core.paper import Draft
from reader.feeds.arxiv.client import ArxivClient
from reader.feeds.huggingface.client import HuggingFaceClient
from tests.bench.topic_data import TEXTS, without_text

LISTED = ("2026-07", "2026-08")
"""Months of the feed that papers were labelled of after the archive ends."""
AT_ONCE = 1_000
"""Papers of arXiv that are asked for before what came is written."""


async def main() -> None:
    """Fetch what is missing, and say how much that is."""
    missing = without_text()
    print(f"{len(missing):,} labelled papers have no text yet")
    async with HuggingFaceClient.from_environment() as feed:
        for month in LISTED if missing else ():
            listings = await feed.month(month) or ()
            _write(draft for listing in listings for draft in listing.drafts if draft.id in missing)
    async with ArxivClient.from_environment() as arxiv:
        rest = sorted(without_text())
        for start in range(0, len(rest), AT_ONCE):
            _write(entry.draft for entry in await arxiv.papers(rest[start : start + AT_ONCE]))
            print(f"{len(without_text()):,} to go")


def _write(drafts: Iterable[Draft]) -> None:
    TEXTS.parent.mkdir(parents=True, exist_ok=True)
    with TEXTS.open("a", encoding="utf-8") as file:
        for draft in drafts:
            paper = {"id": draft.id, "title": draft.title, "abstract": draft.abstract, "keywords": draft.keywords}
            file.write(json.dumps(paper, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
