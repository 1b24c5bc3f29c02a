"""Fetch pictures of papers: figures of full texts, and what the daily feed shows of a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.core.errors import FeedMalformed, FeedRefused, NoPicture
from reader.core.text import clean
from reader.feeds.http.client import DocumentClient, HttpOptions, Response, is_local_url
from reader.feeds.http.environment import arxiv_stand_in, is_offline
from reader.feeds.http.responses import HttpRefused, Limits

if TYPE_CHECKING:
    from reader.config import Settings

_ARXIV = ("arxiv.org", "ar5iv.labs.arxiv.org", "ar5iv.org")

_LIMITS = replace(
    Limits(), read_timeout=12, total_timeout=60, body_size=12 * 1024 * 1024, attempts=2, backoff=3.0, longest_wait=10
)


class PictureClient(DocumentClient):
    """Fetches one picture. The address may come from a page, so it leads to this machine only if the feed is there."""

    def __init__(self, address: str, *, public_only: bool = True, **options: Unpack[HttpOptions]) -> None:
        options["accept"] = "image/png, image/jpeg, image/webp, image/gif, */*;q=0.1"
        options.setdefault("limits", _LIMITS)
        super().__init__(address, cross_host=True, public_only=public_only, **options)
        self._address = address

    @classmethod
    def open(cls, address: str, settings: Settings, environ: Mapping[str, str] | None = None) -> PictureClient:
        """A client for an address, with the environment's offline mode; ARXIV_ENDPOINT stands in for arXiv's sites.

        Raises FeedRefused for a picture on the internet if the feed is on this machine.
        """
        environ = lookup_environment() if environ is None else environ
        is_alone = is_local_url(settings.endpoint)
        stand_in = arxiv_stand_in(environ)
        parts = urlsplit(address)
        if stand_in and (parts.hostname or "") in (*_ARXIV, urlsplit(stand_in).hostname):
            address = f"{stand_in}{parts.path}"
        if is_alone and not is_local_url(address):
            raise FeedRefused(f"{clean(parts.hostname or '', 80)} is not asked while the feed is on this machine.")
        return cls(address, public_only=not is_alone, offline=is_offline(environ))

    async def fetch(self) -> bytes:
        """The bytes of the picture; raises NoPicture if there is none, and FeedError."""

        def read(response: Response) -> bytes:
            if not response.body:
                raise FeedMalformed(f"{self.host} sent an empty picture; try again later.")
            return response.body

        try:
            return await self.document(self._address, read)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoPicture(f"{self.host} does not have this picture.") from refused
            raise
