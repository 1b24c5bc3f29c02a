"""Web addresses from feeds, made safe to show, copy and open."""

from __future__ import annotations

import re

from reader.core.foreign import ADDRESS_LIMIT, Address, web_url
from reader.core.text import clean

_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_GITHUB = re.compile(r"(?:https?://)?(?:www\.)?github\.com/+(.*)", re.IGNORECASE)


def github_url(text: str) -> Address | None:
    """The address of a GitHub user, repository or folder in its plain form; None for anything else.

    `owner/name` alone is accepted. `.git`, queries and trailing slashes are removed. A folder within the repository
    stays, because it is where the code is.
    """
    text = clean(text, 4 * ADDRESS_LIMIT).replace(" ", "")
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
