"""The links of a paper, safe opening of untrusted ones, and the names of fetched PDFs."""

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
from reader.core.ids import hf_url, in_file_name, paper_url, pdf_url, profile_url
from reader.core.paper import Paper
from reader.core.text import brief, clean

if TYPE_CHECKING:
    from reader.core.community import Kind, Repository


MOST_ADDRESS_CHARACTERS = 2_000
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

MAX_NUMBERED = 9
"""Maximum links of a kind to choose from, each by a digit."""

PEOPLE = ("u", "people")
"""The letter and the name of the accounts of the paper's people."""


_ORDER = "opacwde123456789"
"""The letters of the links in their order."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a paper: the key that opens it, the name of its target, and its address."""

    letter: str
    name: str
    url: str
    in_text: bool = False
    """Whether it was found in the abstract or the remark, not in the feed."""


def links(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper without duplicates, its page first; unsafe addresses are left out.

    Addresses in the abstract and the remark follow the feed's. The first of a code host is the code and the first of a
    host of project pages the project, where the feed names none.
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
    found: dict[str, Link] = {}
    for letter, name, url in known:
        if safe := safe_url(url or ""):
            found.setdefault(address_key(safe), Link(letter, name, safe))
    _add_from_text(found, paper)
    return tuple(sorted(found.values(), key=lambda link: _ORDER.index(link.letter)))


def _add_from_text(links: dict[str, Link], paper: Paper) -> None:
    letters = {link.letter for link in links.values()}
    for address in paper.addresses:
        safe = safe_url(address)
        if not safe or address_key(safe) in links:
            continue
        what = what_is(safe)
        if what == "code" and "c" not in letters:
            link = Link("c", CODE_LINK, safe, in_text=True)
        elif what == "project" and "w" not in letters:
            link = Link("w", "project", safe, in_text=True)
        elif numbers := [str(number) for number in range(1, MAX_NUMBERED + 1) if str(number) not in letters]:
            link = Link(numbers[0], urlsplit(safe).netloc.removeprefix("www."), safe, in_text=True)
        else:
            continue
        links[address_key(safe)] = link
        letters.add(link.letter)


def people(paper: Paper) -> tuple[Link, ...]:
    """The accounts of who submitted the paper and of the authors who claimed it, numbered."""
    named = [(paper.submitter, f"{paper.submitter} (submitter)")] if paper.submitter else []
    named += [(account, name) for account, _, name in (one.partition(" ") for one in paper.profiles)]
    found: dict[str, str] = {}
    for account, name in named:
        if url := profile_url(account):
            found.setdefault(url, name)
    shown = list(found.items())[:MAX_NUMBERED]
    return tuple(Link(str(number), name, url) for number, (url, name) in enumerate(shown, 1))


def places(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper, its page named by where it is: the feed, arXiv or the entry that told of it."""
    homes = {hf_url(paper.id): "feed", paper_url(paper.id): "arXiv", paper.url: "entry"}
    return tuple(
        replace(link, name=homes.get(link.url, link.name)) if link.letter == "o" else link for link in links(paper)
    )


def repository_links(repositories: Iterable[Repository]) -> Mapping[str, tuple[Link, ...]]:
    """The repositories that name a paper, numbered, by the letter of their kind."""
    found: dict[str, list[Link]] = {}
    for one in repositories:
        letter, _ = LINKED[one.kind]
        links = found.setdefault(letter, [])
        if (safe := safe_url(one.url)) and len(links) < MAX_NUMBERED:
            links.append(Link(str(len(links) + 1), one.id, safe))
    return {letter: tuple(links) for letter, links in found.items() if links}


def link_choices(paper: Paper) -> tuple[tuple[str, str], ...]:
    """The letters of the links with names for a choice among them, `media` without its number."""
    return tuple(
        (link.letter, link.name.removesuffix(f" {link.letter}") + (" in the text" if link.in_text else ""))
        for link in places(paper)
    )


def _home_page(paper: Paper) -> str | None:
    """The paper's page: in the daily feed, else at arXiv, else the target of its feed entry."""
    home = hf_url(paper.id) if paper.day or paper.source in ("hf", "page") else paper_url(paper.id)
    return home or paper.url


def safe_url(url: str) -> str | None:
    """The address in a form that is safe in browsers, terminals and Markdown; None if it must not be opened.

    Only http and https with a plain host are accepted: `https://huggingface.co@elsewhere.org` misleads. A host with
    letters beyond ASCII is written in its ASCII form, which can't imitate another host.
    """
    url = clean(url, MOST_ADDRESS_CHARACTERS + 1)
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
    return plain if len(plain) <= MOST_ADDRESS_CHARACTERS else None


def find_browser() -> str | None:
    """The name of the browser that `open_url` starts, or None."""
    import webbrowser

    try:
        return webbrowser.get().name
    except webbrowser.Error:
        return None


def takes_terminal(browser: str) -> bool:
    """Whether a browser runs in the terminal; the reader must then be suspended."""
    return browser.rpartition("/")[2] in CONSOLE_BROWSERS


def open_url(url: str, *, has_terminal: bool = True) -> bool:
    """Open an address in the user's browser; False if there is none or it did not start.

    Without a terminal for it, a browser that runs in one is not started: it would print its screen into a pipe.

    The browser is run with an argument list, never a shell command, and no access token: `webbrowser` passes on this
    process's environment, from which the program has moved it. The call blocks for seconds, and for a console browser
    until the user leaves it: don't call it in the event loop. Raises UnsafeLink for all but http and https.
    """
    import webbrowser

    safe = safe_url(url)
    if safe is None:
        raise UnsafeLink(f"{brief(url)!r} was not opened: only http and https addresses can be.")
    try:
        if not has_terminal:
            browser = webbrowser.get()
            return not takes_terminal(browser.name) and browser.open(safe)
        return webbrowser.open(safe)
    except (webbrowser.Error, OSError):
        return False


TITLE_LETTERS = 60

_UNFIT = re.compile(r"[^\w .,()+=@&'–-]+")
"""Characters that file names can't have on some system."""


def pdf_folder(setting: str, config_file: Path) -> Path:
    """The folder of PDFs by the setting `pdf_folder`, from the folder of the settings on; raises ConfigError."""
    try:
        return config_file.parent / Path(setting).expanduser()
    except RuntimeError:
        raise ConfigError(f"pdf_folder names the home folder of an unknown user: {brief(setting)}.") from None


def pdf_file(paper: Paper, folder: Path) -> Path:
    """The file of a paper's PDF: the one that is there, even if the paper had another title then, else a new one."""
    named = folder / pdf_name(paper)
    return named if named.exists() else find_pdf(paper.id, folder) or named


def find_pdf(id: str, folder: Path) -> Path | None:
    """The file of a paper's PDF, whatever its title was then, or as arXiv names it; None if it is not there."""
    name = in_file_name(id)
    files = (file for end in (" *", "", "v[0-9]*") for file in sorted(folder.glob(f"{name}{end}.pdf"), reverse=True))
    return next(files, None)


def pdf_name(paper: Paper) -> str:
    """The name of a paper's PDF: its id and the beginning of its title, with letters that every system allows."""
    title = " ".join(_UNFIT.sub(" ", clean(paper.title)).split())
    if len(title) > TITLE_LETTERS:
        title = title[: TITLE_LETTERS + 1].rpartition(" ")[0] or title[:TITLE_LETTERS]
    return f"{in_file_name(paper.id)} {title.strip(' .')}".strip() + ".pdf"
