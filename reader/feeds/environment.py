"""Environment variables for the network, with the same names as in Hugging Face's own tools."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

ARXIV_VARIABLE = "ARXIV_ENDPOINT"
"""Variable with the address of a stand-in for all of arXiv's sites."""

_TRUE_VALUES = {"1", "ON", "TRUE", "YES"}
_MAX_TOKEN_LENGTH = 1_000


def find_token(environ: Mapping[str, str]) -> str | None:
    """The access token in HF_TOKEN; None if there is none, or if it could not be sent in a header."""
    token = environ.get("HF_TOKEN", "").strip()
    is_whole = 0 < len(token) <= _MAX_TOKEN_LENGTH
    return token if is_whole and token.isascii() and token.isprintable() and " " not in token else None


def may_have_token(endpoint: str) -> bool:
    """Whether the token may be sent to `endpoint`: only to huggingface.co, encrypted."""
    try:
        parts = urlsplit(endpoint.strip())
        return (parts.scheme, parts.hostname, parts.port or 443) == ("https", "huggingface.co", 443)
    except ValueError:
        return False


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether HF_HUB_OFFLINE forbids network access."""
    return environ.get("HF_HUB_OFFLINE", "").strip().upper() in _TRUE_VALUES


def arxiv_stand_in(environ: Mapping[str, str]) -> str:
    """The address of the stand-in for arXiv's sites; empty for arXiv itself."""
    return environ.get(ARXIV_VARIABLE, "").strip().rstrip("/")
