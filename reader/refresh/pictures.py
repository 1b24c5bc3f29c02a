"""Fetch a picture by its address; `reader.refresh.texts` has those of a paper's PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.core.addresses import is_local_url
from reader.core.errors import FeedMalformed, FeedRefused, NoPicture
from reader.core.text import brief
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.http import Client, HttpRefused, Limits, Response, origin_of

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.platform import PictureProtocol

_ARXIV = ("arxiv.org", "ar5iv.labs.arxiv.org", "ar5iv.org")

_TYPES = "image/png, image/jpeg, image/webp, image/gif, */*;q=0.1"

_LIMITS = Limits(read_timeout=12, total_timeout=60, body_size=12 << 20, attempts=2, backoff=3.0, longest_wait=10)


class Canvas(NamedTuple):
    """What a picture is drawn for: the protocol, the room in cells, and the pixels of a cell."""

    protocol: PictureProtocol
    columns: int
    rows: int
    cell_width: int = 10
    cell_height: int = 20

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        return self.columns * self.cell_width, self.rows * self.cell_height


async def fetch_picture(address: str, settings: Settings, environ: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a picture; raises NoPicture if there is none, and FeedError.

    ARXIV_ENDPOINT replaces arXiv's sites. The address may come from a page, so it leads to this machine only if the
    feed is there, and a local feed allows no other.
    """
    environ = lookup_environment() if environ is None else environ
    is_alone = is_local_url(settings.endpoint)
    stand_in = arxiv_stand_in(environ)
    parts = urlsplit(address)
    if stand_in and (parts.hostname or "") in (*_ARXIV, urlsplit(stand_in).hostname):
        address = f"{stand_in}{parts.path}"
    if is_alone and not is_local_url(address):
        raise FeedRefused(f"{brief(parts.hostname or '')} is not asked while the feed is on this machine.")
    http = Client(
        origin_of(address),
        accept=_TYPES,
        limits=_LIMITS,
        cross_host=True,
        public_only=not is_alone,
        offline=is_offline(environ),
    )

    def read(response: Response) -> bytes:
        if not response.body:
            raise FeedMalformed(f"{http.host} sent an empty picture; try again later.")
        return response.body

    async with http:
        try:
            return await http.get(address, read)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoPicture(f"{http.host} does not have this picture.") from refused
            raise
