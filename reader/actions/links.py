"""The links of a paper, how untrusted links are opened safely, and the file names of PDFs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from reader.core.addresses import address_key, what_is
from reader.core.errors import ConfigError, ReaderError
from reader.core.ids import hf_url, in_file_name, paper_url, pdf_url
from reader.core.paper import Paper
from reader.core.text import brief, clean

if TYPE_CHECKING:
    from reader.core.community import Kind, Repository


MAX_ADDRESS_CHARACTERS = 2_000
"""Maximum characters of an address that browsers and terminals accept."""

CONSOLE_BROWSERS = frozenset({"elinks", "links", "lynx", "w3m", "www-browser"})

_UNESCAPED = ":/?#[]@!$&*+,;=-._~%"
"""Characters that may stay unescaped in an address (RFC 3986), and the percent sign of existing escapes."""


CODE_LINK = "code"
"""The name of the link to the paper's code."""


LINKED: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {"model": ("m", "models"), "dataset": ("t", "datasets"), "space": ("s", "Spaces")}
)
"""For each kind of repository that cites a paper: the letter and the name of the links to them."""

MAX_NUMBERED = 9
"""Maximum links of a kind, each of which a digit opens."""


_ORDER = "opacwde123456789"
"""The letters of links, in the order of the links."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a paper: the key that opens it, the name of its target, and its address."""

    letter: str
    name: str
    url: str
    in_text: bool = False
    """Whether the address was found in the abstract or the author's remark, and not in a field of the feed."""


def links(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper without duplicates, its page first; unsafe addresses are left out.

    Addresses in the abstract and the author's remark come last. If the feed does not name the code or the project page,
    the first such address on a site for code or project pages takes its place.
    """
    known = [
        ("o", "page", _home_page(paper)),
        ("p", "PDF", pdf_url(paper.id)),
        ("a", "arXiv", paper_url(paper.id)),
        ("c", CODE_LINK, paper.code_url),
        ("w", "project", paper.project_url),
        ("d", "DOI", f"https://doi.org/{quote(paper.doi)}" if paper.doi else None),
        ("e", "entry", paper.url),
        *((str(number), f"media {number}", url) for number, url in enumerate(paper.media[:MAX_NUMBERED], 1)),
    ]
    links_by_key: dict[str, Link] = {}
    for letter, name, url in known:
        if safe := safe_url(url or ""):
            links_by_key.setdefault(address_key(safe), Link(letter, name, safe))
    _add_from_text(links_by_key, paper)
    return tuple(sorted(links_by_key.values(), key=lambda link: _ORDER.index(link.letter)))


def _add_from_text(links: dict[str, Link], paper: Paper) -> None:
    letters = {link.letter for link in links.values()}
    for address in paper.addresses:
        safe = safe_url(address)
        if not safe or address_key(safe) in links:
            continue
        kind = what_is(safe)
        if kind == "code" and "c" not in letters:
            link = Link("c", CODE_LINK, safe, in_text=True)
        elif kind == "project" and "w" not in letters:
            link = Link("w", "project", safe, in_text=True)
        elif numbers := [str(number) for number in range(1, MAX_NUMBERED + 1) if str(number) not in letters]:
            link = Link(numbers[0], urlsplit(safe).netloc.removeprefix("www."), safe, in_text=True)
        else:
            continue
        links[address_key(safe)] = link
        letters.add(link.letter)


def places(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper, with its page named after the site: `feed`, `arXiv` or `entry`."""
    homes = {hf_url(paper.id): "feed", paper_url(paper.id): "arXiv", paper.url: "entry"}
    return tuple(
        replace(link, name=homes.get(link.url, link.name)) if link.letter == "o" else link for link in links(paper)
    )


def repository_links(repositories: Iterable[Repository]) -> Mapping[str, tuple[Link, ...]]:
    """Numbered links to the repositories that cite a paper, by the letter of their kind."""
    links_by_letter: dict[str, list[Link]] = {}
    for repository in repositories:
        letter, _ = LINKED[repository.kind]
        links = links_by_letter.setdefault(letter, [])
        if (safe := safe_url(repository.url)) and len(links) < MAX_NUMBERED:
            links.append(Link(str(len(links) + 1), repository.id, safe))
    return {letter: tuple(links) for letter, links in links_by_letter.items() if links}


def link_choices(paper: Paper) -> tuple[tuple[str, str], ...]:
    """The letter and the name of each link for a menu, which shows `media` without its number."""
    return tuple(
        (link.letter, link.name.removesuffix(f" {link.letter}") + (" in the text" if link.in_text else ""))
        for link in places(paper)
    )


def _home_page(paper: Paper) -> str | None:
    """The address of the paper's page: in the daily papers, else on arXiv, else the link of its feed entry."""
    home = hf_url(paper.id) if paper.day or paper.source in ("hf", "page") else paper_url(paper.id)
    return home or paper.url


def safe_url(url: str) -> str | None:
    """The address in a form that is safe in browsers, terminals and Markdown; None if it must not be opened.

    Only http and https are accepted, without a user name, because `https://huggingface.co@elsewhere.org` is misleading.
    A host name with other than ASCII characters is written in its ASCII form, so that it can't imitate another host.
    """
    url = clean(url, MAX_ADDRESS_CHARACTERS + 1)
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
    plain = urlunsplit((parts.scheme, netloc, *(quote(part, safe=_UNESCAPED) for part in parts[2:])))
    return plain if len(plain) <= MAX_ADDRESS_CHARACTERS else None


def find_browser() -> str | None:
    """The name of the browser that `open_url` starts; None if there is no browser."""
    import webbrowser

    try:
        return webbrowser.get().name
    except webbrowser.Error:
        return None


def takes_terminal(browser: str) -> bool:
    """Whether a browser runs in the terminal; the reader must then be suspended."""
    return browser.rpartition("/")[2] in CONSOLE_BROWSERS


def open_url(url: str, *, has_terminal: bool = True) -> bool:
    """Open an address in the user's browser; return False if there is no browser or it did not start.

    Unless `has_terminal`, a console browser is not started, because it would draw its screen into a pipe.

    The browser is started with an argument list, not by a shell, and without access tokens, which are no longer in the
    environment of this process. The call takes seconds, or until the user leaves a console browser: do not call it in
    the event loop. Raises ReaderError unless the address is http or https.
    """
    import webbrowser

    safe = safe_url(url)
    if safe is None:
        raise ReaderError(f"{brief(url)!r} was not opened: only http and https addresses can be.")
    try:
        if not has_terminal:
            browser = webbrowser.get()
            return not takes_terminal(browser.name) and browser.open(safe)
        return webbrowser.open(safe)
    except (webbrowser.Error, OSError):
        return False


MAX_TITLE_CHARACTERS = 60
"""Maximum characters of a title in the name of a PDF."""

_UNFIT = re.compile(r"[^\w .,()+=@&'–-]+")
"""Characters that some systems do not allow in file names."""


def pdf_folder(setting: str, config_file: Path) -> Path:
    """The folder for PDFs, from the setting `pdf_folder`, relative to the settings file; raises ConfigError."""
    try:
        return config_file.parent / Path(setting).expanduser()
    except RuntimeError:
        raise ConfigError(f"pdf_folder names the home folder of an unknown user: {brief(setting)}.") from None


def pdf_file(paper: Paper, folder: Path) -> Path:
    """The file of a paper's PDF: the existing file, even if its name has an earlier title, else a new file."""
    named = folder / pdf_name(paper)
    return named if named.exists() else find_pdf(paper.id, folder) or named


def find_pdf(id: str, folder: Path) -> Path | None:
    """The existing file of a paper's PDF, named by id and any title, or as arXiv names it; None if it is missing."""
    name = in_file_name(id)
    files = (file for end in (" *", "", "v[0-9]*") for file in sorted(folder.glob(f"{name}{end}.pdf"), reverse=True))
    return next(files, None)


def pdf_name(paper: Paper) -> str:
    """The file name for a paper's PDF: its id and the beginning of its title; every system allows the characters."""
    title = " ".join(_UNFIT.sub(" ", clean(paper.title)).split())
    if len(title) > MAX_TITLE_CHARACTERS:
        title = title[: MAX_TITLE_CHARACTERS + 1].rpartition(" ")[0] or title[:MAX_TITLE_CHARACTERS]
    return f"{in_file_name(paper.id)} {title.strip(' .')}".strip() + ".pdf"
