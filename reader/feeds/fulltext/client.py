"""The clients of full texts: sites with arXiv's HTML pages, and PDFs.

Each client asks one host with few attempts, because the next host may have the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.config import Settings
from reader.core.addresses import is_local_url
from reader.core.document.model import Document
from reader.core.errors import NoFullText
from reader.core.ids import in_arxiv_address, is_arxiv_id
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.fulltext.html import read_html, without_mathml
from reader.feeds.fulltext.pdf_client import PDF, FindPdf, PdfTexts, open_pdf_texts
from reader.feeds.fulltext.spans import LETTERS
from reader.feeds.http import Client, HttpRefused, Limits, Response, arxiv_pace, origin_of

_NAMES = {"arxiv.org": "arXiv", "export.arxiv.org": "arXiv", "ar5iv.labs.arxiv.org": "ar5iv", "ar5iv.org": "ar5iv"}

MAX_START_SECONDS = 30.0
"""Maximum seconds in which all sources together must start to answer."""

_LIMITS = Limits(read_timeout=15, total_timeout=30, body_size=LETTERS, attempts=3, backoff=3.0, longest_wait=10)


def _read_page(response: Response) -> Document:
    return read_html(without_mathml(response.body.decode("utf-8", "replace")))


class PageTexts(Client):
    """The HTML pages of a site such as arXiv's."""

    def __init__(
        self, endpoint: str, *, folder: Path | None = None, offline: bool = False, limits: Limits = _LIMITS
    ) -> None:
        """`folder` has the lock files that all programs share."""
        host = urlsplit(endpoint).hostname or ""
        super().__init__(
            origin_of(endpoint),
            title=_NAMES.get(host, ""),
            accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
            offline=offline,
            limits=limits,
            pace=arxiv_pace(endpoint, folder, f"{host}.pages.lock", "pages"),
        )
        self.name = host
        """The name of the source in messages and in the cache."""

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText and FeedError."""
        if not is_arxiv_id(id):
            raise NoFullText(f"{self.host} has no HTML of it")
        address = f"{self.endpoint}/html/{in_arxiv_address(id)}"
        try:
            return await self.get(address, _read_page)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoFullText(f"{self.host} has no HTML of it") from refused
            raise

    def _redirect_target(self, origin: str, target: str) -> str:
        # The site redirects from a paper without HTML to the abstract.
        if "/abs/" in target:
            raise NoFullText(f"{self.host} has no HTML of it")
        return super()._redirect_target(origin, target)


TextSource = PageTexts | PdfTexts
"""A source of full texts."""


def open_text_sources(
    settings: Settings,
    lock_folder: Path | None = None,
    *,
    find_pdf: FindPdf = lambda id: None,
    environ: Mapping[str, str] | None = None,
) -> list[TextSource]:
    """The sources of full texts in the order of the settings, with the environment's offline mode and token.

    ARXIV_ENDPOINT replaces arXiv's sites. If the feed is on this machine, sites on the internet are not asked.
    """
    environ = lookup_environment() if environ is None else environ
    places = _places(settings, arxiv_stand_in(environ))
    patience = min(_LIMITS.read_timeout, MAX_START_SECONDS / max(1, len(places)))

    def open_source(place: str) -> TextSource:
        if place == PDF:
            return open_pdf_texts(lock_folder, environ, find_pdf)
        limits = replace(_LIMITS, read_timeout=patience)
        return PageTexts(place, folder=lock_folder, offline=is_offline(environ), limits=limits)

    return [open_source(place) for place in places]


def _places(settings: Settings, stand_in: str) -> list[str]:
    """The sites to ask, in order, without duplicates."""
    sites = (
        stand_in if stand_in and (urlsplit(place).hostname or "") in _NAMES else place
        for place in settings.full_text_from
    )
    is_feed_local = is_local_url(settings.endpoint)

    def may_be_asked(place: str) -> bool:
        return not is_feed_local or (bool(stand_in) if place == PDF else is_local_url(place))

    return list(filter(may_be_asked, dict.fromkeys(sites)))
