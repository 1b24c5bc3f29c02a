"""The clients of full texts: the daily feed's Markdown, sites with arXiv's HTML pages, and PDFs.

Each client asks one host with few attempts, because the next host may have the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.config import Settings
from reader.core.addresses import is_local_url
from reader.core.document.model import Document
from reader.core.errors import NoFullText
from reader.core.ids import in_address, in_arxiv_address, is_arxiv_id
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.fulltext.html import read_html, without_mathml
from reader.feeds.fulltext.markdown import read_markdown
from reader.feeds.fulltext.pdf_client import PDF, FindPdf, PdfTexts, open_pdf_texts
from reader.feeds.fulltext.spans import LETTERS
from reader.feeds.http import Client, HttpRefused, Limits, Response, arxiv_pace, origin_of

FEED = "feed"
"""The name of the daily feed as a source of texts."""

_NAMES = {"arxiv.org": "arXiv", "export.arxiv.org": "arXiv", "ar5iv.labs.arxiv.org": "ar5iv", "ar5iv.org": "ar5iv"}

MAX_START_SECONDS = 30.0
"""Maximum seconds in which all sources together must start to answer."""

_LIMITS = replace(Limits(), read_timeout=15, total_timeout=30, body_size=LETTERS, attempts=3, longest_wait=10)

_PAGE_LIMITS = replace(_LIMITS, backoff=3.0)


@contextmanager
def _raise_no_text(reason: str) -> Iterator[None]:
    """Raise NoFullText with this reason if the host does not have the page."""
    try:
        yield
    except HttpRefused as refused:
        if refused.status in (404, 410):
            raise NoFullText(reason) from refused
        raise


def _text(response: Response) -> str:
    return response.body.decode("utf-8", "replace")


class FeedTexts(Client):
    """The daily feed's full texts."""

    name = FEED
    """The name of the source in messages and in the cache."""

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText and FeedError."""
        if not is_arxiv_id(id):
            raise NoFullText("it has no arXiv id")
        with _raise_no_text("the feed does not have its text"):
            path = f"/papers/{in_address(id)}.md"
            return await self.get(path, lambda response: read_markdown(_text(response)))


class PageTexts(Client):
    """The HTML pages of a site such as arXiv's."""

    def __init__(
        self, endpoint: str, *, folder: Path | None = None, offline: bool = False, limits: Limits = _PAGE_LIMITS
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

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText and FeedError."""
        if not is_arxiv_id(id):
            raise NoFullText(f"{self.host} has no HTML of it")
        with _raise_no_text(f"{self.host} has no HTML of it"):
            address = f"{self.endpoint}/html/{in_arxiv_address(id)}"
            return await self.get(address, lambda response: read_html(without_mathml(_text(response))))

    def _redirect_target(self, origin: str, target: str) -> str:
        # The site redirects from a paper without HTML to the abstract.
        if "/abs/" in target:
            raise NoFullText(f"{self.host} has no HTML of it")
        return super()._redirect_target(origin, target)


TextSource = FeedTexts | PageTexts | PdfTexts
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
        if place != FEED:
            limits = replace(_PAGE_LIMITS, read_timeout=patience)
            return PageTexts(place, folder=lock_folder, offline=is_offline(environ), limits=limits)
        limits = replace(_LIMITS, read_timeout=patience)
        accept = "text/markdown, text/plain;q=0.9, */*;q=0.1"
        return FeedTexts.for_feed(settings, environ, lock_folder, accept=accept, limits=limits)

    return [open_source(place) for place in places]


def _places(settings: Settings, stand_in: str) -> list[str]:
    """The feed and the sites to ask, in order, without duplicates."""
    sites = (
        stand_in if stand_in and (urlsplit(place).hostname or "") in _NAMES else place
        for place in settings.full_text_from
    )
    is_feed_local = is_local_url(settings.endpoint)

    def may_be_asked(place: str) -> bool:
        return place == FEED or not is_feed_local or (bool(stand_in) if place == PDF else is_local_url(place))

    return list(filter(may_be_asked, dict.fromkeys(sites)))
