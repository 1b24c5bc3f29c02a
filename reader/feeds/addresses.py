"""Web addresses from feeds, made safe to show, copy and open."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from reader.core.text import clean

_LIMIT = 2_000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_FIRST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?(/|$)")
_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_GITHUB = re.compile(r"(?:https?://)?(?:www\.)?github\.com/+(.*)", re.IGNORECASE)


def web_url(text: str) -> str | None:
    """The text as a valid http or https address, else None.

    Whitespace is removed and a missing scheme becomes https. Other schemes, addresses with a user name (they
    imitate another site) and addresses over 2,000 characters are refused.
    """
    address = clean(text, 4 * _LIMIT).replace(" ", "")
    if address.startswith("//"):
        address = f"https:{address}"
    elif _HOST_FIRST.match(address):
        address = f"https://{address}"
    elif not _SCHEME.match(address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or len(address) > _LIMIT:
        return None
    return address


def github_url(text: str) -> str | None:
    """The address of a GitHub user, repository or folder in its plain form; None for anything else.

    `owner/name` alone is accepted. `.git`, queries and trailing slashes are removed. A folder within the repository
    stays, because it is where the code is.
    """
    text = clean(text, 4 * _LIMIT).replace(" ", "")
    if _OWNER_AND_NAME.fullmatch(text):
        path = text
    elif found := _GITHUB.fullmatch(text):
        path = re.split(r"[?#]", found[1])[0]
    else:
        return None
    segments = [segment for segment in path.split("/") if segment not in ("", ".", "..")]
    if not segments:
        return None
    if len(segments) > 1:
        segments[1] = segments[1].removesuffix(".git") or segments[1]
    return web_url("https://github.com/" + "/".join(segments))
