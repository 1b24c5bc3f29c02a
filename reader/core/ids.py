"""The ids of papers, and the addresses made from them."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from reader.core.text import title_hash

PAGE_PREFIX = "page:"
FEED_PREFIX = "feed:"

OWN_PREFIXES = (PAGE_PREFIX, FEED_PREFIX)
"""Prefixes of the ids of papers without a known arXiv id."""

_ARXIV = r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z]{1,12}(?:-[a-z]{1,8})?/[0-9]{7}"
PAPER_ID = rf"{_ARXIV}|(?:{'|'.join(OWN_PREFIXES)})[0-9a-f]{{12}}"
"""The regular expression of all ids of papers."""

_PAPER_ID = re.compile(PAPER_ID)
_OWN_ID = re.compile(rf"(?:{'|'.join(OWN_PREFIXES)})[0-9a-f]{{12}}")
_ARXIV_ID = re.compile(_ARXIV)

# 2406.12345 since 2007 (month 01 to 12; four digits until 2014); before, hep-th/9901001 or math.GT/0309136.
_BARE = re.compile(
    r"(?P<id>[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}|[a-z]{1,12}(?:-[a-z]{1,8})?(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]{1,3})?"
)
_PREFIX = re.compile(r"^(?:oai:arxiv\.org:|arxiv[:.]|(?:doi:\s*)?10\.48550/arxiv\.)\s*", re.IGNORECASE)
_ARCHIVE_AND_CLASS = re.compile(r"\.[A-Z]{2}(?=/)")
_CATEGORY = re.compile(r"\s*\[[A-Za-z-]+(?:\.[A-Za-z-]+)?\]$")

_SITES = (
    *("arxiv.org", "export.arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org", "huggingface.co", "hf.co", "alphaxiv.org"),
    *("semanticscholar.org", "api.semanticscholar.org", "scirate.com", "emergentmind.com"),
)
"""Sites whose addresses contain the id of the paper."""
# More path may follow the id, such as a section, a name or an ending.
_IN_PATH = re.compile(rf"/(?:(?i:arxiv):)?{_BARE.pattern}(?=[/.]|$)")

_HOSTS = r"(?:(?:export\.|www\.)?arxiv\.org|ar5iv(?:\.labs\.arxiv)?\.org|alphaxiv\.org)/[a-z-]{2,8}/"
_INTRODUCED = re.compile(
    rf"(?:{_HOSTS}|arxiv(?:\.org)?:\s?|10\.48550/arxiv\.|semanticscholar\.org/arxiv/|(?:huggingface|hf)\.co/papers/"
    rf"|\babs/){_BARE.pattern}(?![0-9])",
    re.IGNORECASE,
)
ACCOUNT = re.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?")
"""The name of a person's or an organization's account in the feed."""

_DBLP = re.compile(r"(?:.*[/:])?journals/corr/abs-(\d{4})-(\d{4,5})(?:\.\w+)?", re.IGNORECASE)
_NUMBER = r"(?P<id>[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5})(?:v[0-9]{1,3})?"
_ENDING = r"\.(?:pdf|html?|md|ps|tex|txt|epub|djvu|tar|t?gz|zip)"
_FILE = re.compile(rf"(?<![0-9.]){_NUMBER}(?![0-9])[^/\\\n]*{_ENDING}\b", re.IGNORECASE)
_MAX_FILE_NAME_CHARACTERS = 1_000
_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"<>]{1,200})", re.IGNORECASE
)


def arxiv_id(text: str) -> str | None:
    """The bare arXiv id in a text, in arXiv's own form, or None.

    The text is an id or `arXiv:ID`, both with or without a version, arXiv's DOI, DBLP's key, or an address of arXiv,
    Hugging Face, alphaXiv, Semantic Scholar or doi.org, with or without a scheme.
    """
    text = text.strip().strip("<>").strip()
    if len(text) > 300:
        return None
    if keyed := _DBLP.fullmatch(text):
        text = f"{keyed[1]}.{keyed[2]}"
    if "/" in text and (address := _id_in_address(text)):
        return address
    match = _BARE.fullmatch(_CATEGORY.sub("", _PREFIX.sub("", text, count=1)))
    return _canonical(match["id"]) if match else None


def ids_in(text: str) -> list[str]:
    """The bare arXiv ids in a text, in order, each once: from `arXiv:ID`, arXiv's DOI and addresses.

    A bare number is not taken as an id; `id_in_file_name` handles files.
    """
    ids = (arxiv_id(match["id"]) or arxiv_id(match["id"].lower()) for match in _INTRODUCED.finditer(text))
    return list(dict.fromkeys(filter(None, ids)))


def id_in_file_name(text: str) -> str | None:
    """The id in a file's name, in a path or a list of paths: `papers/Wang 2406.12345v2.pdf`."""
    match = _FILE.search(text[:_MAX_FILE_NAME_CHARACTERS])
    return arxiv_id(match["id"]) if match else None


def named_id(text: str) -> str | None:
    """The bare arXiv id of a paper that a user names in any form: `arxiv_id`, or a file with the id in its name."""
    return arxiv_id(text) or id_in_file_name(text)


def doi_in(text: str) -> str | None:
    """The DOI that a text consists of, in lower case: bare, after `doi:`, or in an address of doi.org."""
    match = _DOI.fullmatch(text.strip())
    return match[1].lower() if match else None


def _canonical(id: str) -> str:
    """Drop the subject class of an old id: `math.GT/0309136` becomes `math/0309136`."""
    return _ARCHIVE_AND_CLASS.sub("", id)


def page_id(title: str) -> str:
    """The stable id of a paper that has only a title: `page:` and twelve hexadecimal digits."""
    return f"{PAGE_PREFIX}{(title_hash(title) >> 16) & 0xFFFFFFFFFFFF:012x}"


def feed_entry_id(url: str, guid: str) -> str:
    """The stable id of a feed's entry without an arXiv id: `feed:` and twelve hexadecimal digits.

    It depends on both `guid` and `url`, since two feeds may use the same guids.
    """
    from hashlib import sha256

    return FEED_PREFIX + sha256(f"{url}\n{guid}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def is_paper_id(text: str) -> bool:
    """Whether a text is the id of a paper in this program's canonical form."""
    return _PAPER_ID.fullmatch(text) is not None


def is_arxiv_id(text: str) -> bool:
    """Whether a text is an arXiv id in this program's canonical form."""
    return _ARXIV_ID.fullmatch(text) is not None


def is_own_id(text: str) -> bool:
    """Whether a text is the id of a paper without an arXiv id."""
    return _OWN_ID.fullmatch(text) is not None


def in_address(id: str) -> str:
    """An arXiv id as one part of an address; raises ValueError for other text, which could lead to another page."""
    return quote(_check(id), safe="")


def in_arxiv_address(id: str) -> str:
    """An arXiv id in arXiv's own addresses, where an old id is two parts; raises ValueError for other text."""
    return "/".join(quote(part, safe="") for part in _check(id).split("/"))


def _check(id: str) -> str:
    if not is_arxiv_id(id):
        raise ValueError("it is not an arXiv id")
    return id


def in_file_name(id: str) -> str:
    """A paper's id as part of a file's name; raises ValueError for other text, which could lead elsewhere."""
    if not is_paper_id(id):
        raise ValueError("it is not the id of a paper")
    return id.replace("/", "_").replace(":", "_")


def paper_url(id: str) -> str | None:
    """The abstract's page on arXiv; None for a paper without an arXiv id."""
    return _url_with_id("https://arxiv.org/abs/", id)


def pdf_url(id: str) -> str | None:
    """The PDF on arXiv; None for a paper without an arXiv id."""
    return _url_with_id("https://arxiv.org/pdf/", id)


def hf_url(id: str) -> str | None:
    """The paper's page in the feed; None for a paper without an arXiv id."""
    return _url_with_id("https://huggingface.co/papers/", id)


def profile_url(account: str) -> str | None:
    """The page of an account in the feed; None for an invalid name."""
    return f"https://huggingface.co/{account}" if ACCOUNT.fullmatch(account) else None


def _url_with_id(base: str, id: str) -> str | None:
    # Only valid ids may become part of an address that is opened or copied.
    return base + in_arxiv_address(id) if is_arxiv_id(id) else None


def _id_in_address(text: str) -> str | None:
    """The id in an address of a known site, or None."""
    if "://" not in text:
        text = f"https://{text}"
    try:
        address = urlsplit(text)
        host = (address.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if address.scheme not in ("http", "https"):
        return None
    if host in ("doi.org", "dx.doi.org"):
        path = address.path.strip("/")
        return arxiv_id(path) if _PREFIX.match(path) else None
    match = _IN_PATH.search(address.path) if host in _SITES else None
    return _canonical(match["id"]) if match else None
