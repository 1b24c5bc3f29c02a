"""The links of a paper, and safe opening of untrusted ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from reader.core.errors import ReaderError
from reader.core.ids import hf_url, paper_url, pdf_url
from reader.core.paper import Paper
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.core.community import Kind, Repository

MAX_LENGTH = 2_000
"""Maximum characters of an address that browsers and terminals accept."""

CONSOLE_BROWSERS = frozenset({"elinks", "links", "lynx", "w3m", "www-browser"})

# Characters that may stay unescaped in an address (RFC 3986), and % of existing escapes.
_PLAIN = ":/?#[]@!$&*+,;=-._~%"


class UnsafeLink(ReaderError):
    """The address is unsafe and was not opened."""


CODE_LINK = "code"
"""The name of the link to the paper's code."""


LINKED: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {"model": ("m", "models"), "dataset": ("t", "datasets"), "space": ("s", "Spaces")}
)
"""The letter and the name of the repositories of each kind that name a paper."""

MOST_LINKED = 9
"""Maximum repositories of a kind to choose from, each by a digit."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a paper: the key that opens it, the name of its target, and its address."""

    letter: str
    name: str
    url: str


def links(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper without duplicates, its page first; unsafe addresses are left out."""
    media = ((str(number), f"media {number}", url) for number, url in enumerate(paper.media[:9], 1))
    known = (
        ("o", "page", _home_page(paper)),
        ("p", "PDF", pdf_url(paper.id)),
        ("a", "arXiv", paper_url(paper.id)),
        ("c", CODE_LINK, paper.code_url),
        ("w", "project", paper.project_url),
        ("d", "DOI", f"https://doi.org/{quote(paper.doi)}" if paper.doi else None),
        ("e", "entry", paper.url),
        *media,
    )
    found: dict[str, Link] = {}
    for letter, name, url in known:
        if safe := safe_url(url or ""):
            found.setdefault(safe, Link(letter, name, safe))
    return tuple(found.values())


def places(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper, its page named by where it is: the feed, arXiv or the entry that told of it."""
    homes = {hf_url(paper.id): "feed", paper_url(paper.id): "arXiv", paper.url: "entry"}
    return tuple(
        replace(link, name=homes.get(link.url, link.name)) if link.letter == "o" else link for link in links(paper)
    )


def linked(repositories: Iterable[Repository]) -> Mapping[str, tuple[Link, ...]]:
    """The repositories that name a paper, numbered, by the letter of their kind."""
    found: dict[str, list[Link]] = {}
    for one in repositories:
        letter, _ = LINKED[one.kind]
        links = found.setdefault(letter, [])
        if (safe := safe_url(one.url)) and len(links) < MOST_LINKED:
            links.append(Link(str(len(links) + 1), one.id, safe))
    return {letter: tuple(links) for letter, links in found.items() if links}


def link_choices(paper: Paper) -> tuple[tuple[str, str], ...]:
    """The letters of the links with names for a choice among them, `media` without its number."""
    return tuple((link.letter, link.name.removesuffix(f" {link.letter}")) for link in places(paper))


def _home_page(paper: Paper) -> str | None:
    """The paper's page: in the daily feed, else at arXiv, else the target of its feed entry."""
    home = hf_url(paper.id) if paper.day or paper.source in ("hf", "page") else paper_url(paper.id)
    return home or paper.url


def safe_url(url: str) -> str | None:
    """The address in a form that is safe in browsers, terminals and Markdown; None if it must not be opened.

    Only http and https with a plain host are accepted: `https://huggingface.co@elsewhere.org` misleads. A host with
    letters beyond ASCII is written in its ASCII form, which can't imitate another host.
    """
    url = clean(url, MAX_LENGTH + 1)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if quote(host, safe=":") != host:
        return None
    netloc = (f"[{host}]" if ":" in host else host) + port
    plain = urlunsplit((parts.scheme, netloc, *(quote(part, safe=_PLAIN) for part in parts[2:])))
    return plain if len(plain) <= MAX_LENGTH else None


def find_browser() -> str | None:
    """The name of the browser that `open_url` starts, or None."""
    import webbrowser

    try:
        return getattr(webbrowser.get(), "name", "browser")
    except webbrowser.Error:
        return None


def takes_terminal(browser: str) -> bool:
    """Whether a browser runs in the terminal; the reader must then be suspended."""
    return browser.rpartition("/")[2] in CONSOLE_BROWSERS


def open_url(url: str) -> bool:
    """Open an address in the user's browser; False if there is none or it did not start.

    The browser is run with an argument list, never a shell command, and no access token: `webbrowser` passes on this
    process's environment, from which the program has moved it. The call blocks for seconds, and for a console browser
    until the user leaves it: don't call it in the event loop. Raises UnsafeLink for all but http and https.
    """
    import webbrowser

    safe = safe_url(url)
    if safe is None:
        raise UnsafeLink(f"{clean(url, 200)!r} was not opened: only http and https addresses can be.")
    try:
        return webbrowser.open(safe)
    except (webbrowser.Error, OSError):
        return False
