"""Web addresses: finding them in prose, recognizing code and project pages, and recognizing local hosts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address


What = Literal["code", "project", "other"]

MAX_ADDRESS_LENGTH = 500

MAX_ADDRESSES = 20

_MAX_SEARCHED = 100_000
"""Maximum characters of a text that are searched."""

_MAX_HOST_LENGTH = 255
"""Characters of a host, so that an address begins at most this far before its sign."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.)+[A-Za-z]{{2,24}}"
# Text without a scheme is an address only if its host leaves no doubt: `Perplexity.ai` and `SD3.5.Co` are names.
_SURE = (
    rf"(?:www\.{_HOST}|(?:github|gitlab|huggingface|bitbucket|youtube)\.(?:com|co|org)(?=/)|(?:hf\.co|youtu\.be|aka\.ms|bit\.ly)(?=/)"
    rf"|(?:{_LABEL}\.)+(?:github\.io|gitlab\.io|vercel\.app|netlify\.app|pages\.dev|4open\.science))"
)
_SCHEME = r"https?:\s?/{1,2}\s?"
# Characters that never occur in an address in prose end it: braces, angle brackets, quotes, letters beyond ASCII.
_REST = r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]{0,600}"
_SIGNS = (
    "http", "HTTP", "www.", "hub.", "lab.", "bucket", "face.co", "hf.co", "youtu", "aka.ms", "bit.ly", ".app", ".dev",
    "4open",
)  # fmt: skip
"""Parts of addresses. Texts without any are not searched by the pattern, which takes four times as long."""

_NEXT = re.compile(r"[,;(\[](?=https?:)|\]\(|\)\[|(?<=.)https?:")
# `…/name.The code`: the sentence continues without a space.
_SENTENCE = re.compile(r"\.(?:All|Code|Data|Datasets?|Demo|Models?|Our|Please|Project|See|The|This|We|Website)$")
_TAIL = ".,:;!?'*"

_CODE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com")
_NOT_OWNERS = frozenset(
    ("about", "apps", "collections", "enterprise", "features", "marketplace", "orgs", "search", "topics")
)
_PROJECT_HOSTS = (".github.io", ".gitlab.io", ".vercel.app", ".netlify.app", ".pages.dev", ".notion.site")


class FoundAddress(NamedTuple):
    """An address in a text."""

    url: str
    """The address, with its scheme; http and https only."""
    start: int
    end: int
    """Its end: `text[start:end]` is how the text writes it."""


def addresses_in(text: str) -> list[FoundAddress]:
    """The web addresses in a clean text, in order, at most `MAX_ADDRESSES`.

    Addresses without a scheme are found for hosts that leave no doubt, such as `github.com/owner/name`. Punctuation
    after an address, and TeX or Markdown around it, are not part of it.
    """
    addresses: list[FoundAddress] = []
    text = text[:_MAX_SEARCHED]
    signs = [place for sign in _SIGNS if (place := text.find(sign)) >= 0]
    if not signs:
        return addresses
    at = max(0, min(signs) - _MAX_HOST_LENGTH)
    while len(addresses) < MAX_ADDRESSES and (match := _address().search(text, at)):
        address = _found_address(text, match)
        if address is not None:
            addresses.append(address)
        # The text cut off the end of an address may contain the next one.
        at = address.end if address else match.start("rest")
    return addresses


def urls_in(*texts: str | None) -> tuple[str, ...]:
    """The addresses of several texts, each once, in order."""
    unique: dict[str, str] = {}
    for text in texts:
        for address in addresses_in(text or ""):
            unique.setdefault(address_key(address.url), address.url)
    return tuple(unique.values())[:MAX_ADDRESSES]


def address_key(url: str) -> str:
    """A key shared by all spellings of an address: without scheme, `www.`, `.git`, final slash and case of the host."""
    host, _, path = url.partition("://")[2].partition("/")
    return f"{host.lower().removeprefix('www.')}/{path.rstrip('/').removesuffix('.git')}"


def what_is(url: str) -> What:
    """Whether an address leads to code, a project page or neither, by its host."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = [segment for segment in parts.path.split("/") if segment]
    if host in _CODE_HOSTS:
        return "code" if len(path) > 1 and path[0].lower() not in _NOT_OWNERS else "other"
    if host == "anonymous.4open.science":
        return "code" if path else "other"
    if host.endswith(_PROJECT_HOSTS) or (host == "sites.google.com" and path):
        return "project"
    return "other"


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        rf"(?i:(?P<scheme>{_SCHEME})(?P<web>{_HOST})|(?<![\w@/.~-])(?P<bare>{_SURE}))(?![\w@])(?P<rest>(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?)"
    )


def _found_address(text: str, match: re.Match[str]) -> FoundAddress | None:
    host = match["web"] or match["bare"]
    rest = _trim(match["rest"])
    end = match.start("rest") + len(rest)
    scheme = "http" if (match["scheme"] or "").lower().startswith("http:") else "https"
    url = f"{scheme}://{host.lower()}{rest}"
    if len(url) > MAX_ADDRESS_LENGTH or "@" in rest.partition("/")[0]:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return FoundAddress(url, match.start(), end) if parts.hostname else None


def _trim(rest: str) -> str:
    """The part of an address after the host, without the punctuation of the surrounding sentence."""
    if cut := _NEXT.search(rest):
        rest = rest[: cut.start()]
    while True:
        before = rest
        rest = _SENTENCE.sub("", rest.rstrip(_TAIL))
        for opening, closing in ("()", "[]"):
            while rest.endswith(closing) and rest.count(closing) > rest.count(opening):
                rest = rest[:-1]
        rest = rest.rstrip("([")
        if rest == before:
            return rest


# Hosts


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Whether a host is this machine, or an IP address outside the public internet, in any notation.

    Names other than `localhost` are not looked up. Also local: private and shared networks, link-local, multicast and
    reserved addresses, and IPv6 addresses that lead to such an IPv4 address.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _ip_address(name)
    return address is not None and not _is_public(address)


def is_local_url(url: str) -> bool:
    """Whether an address is on this machine or, by its IP address, in its private network."""
    return is_local(urlsplit(url).hostname or "")


def _ip_address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address that the system's resolver reads in a text, such as 127.0.0.1 for `127.1` or `0x7f000001`."""
    import ipaddress
    import socket

    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    import ipaddress

    if address.version == 6:
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in ipaddress.IPv6Network("64:ff9b::/96"):
            # Networks without IPv4 reach every IPv4 host at such an address (RFC 6052).
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None:
            return address.is_global and address in ipaddress.IPv6Network("2000::/3")
        address = inner
    is_assignment = address in ipaddress.IPv4Network("192.0.0.0/24")  # Partly global to Python before 3.13.
    return address.is_global and not address.is_multicast and not is_assignment
