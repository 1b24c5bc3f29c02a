"""Fetch the PDF of a paper, with progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from reader.paths import response_cache_folder
from reader.refresh.progress import PdfReceived, PdfStored, Waiting


async def fetch_pdf(id: str, file: Path) -> AsyncGenerator[PdfReceived | PdfStored | Waiting, None]:
    """Fetch a PDF to a file; raises ReaderError. Closing the iterator stops it, and keeps what has come."""
    from reader.feeds.arxiv.pdf import PdfClient

    news: asyncio.Queue[PdfReceived | Waiting | None] = asyncio.Queue()
    client = PdfClient.from_environment(response_cache_folder())
    fetching = asyncio.ensure_future(
        client.fetch(
            id,
            file,
            lambda done, total: news.put_nowait(PdfReceived(done, total)),
            lambda seconds, why: news.put_nowait(Waiting(seconds, why)),
        )
    )
    fetching.add_done_callback(lambda _: news.put_nowait(None))
    try:
        while (message := await news.get()) is not None:
            yield message
        await fetching
        yield PdfStored(str(file))
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
        await client.aclose()
