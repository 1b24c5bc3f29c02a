"""Environment variables for the network, with the same names as in Hugging Face's own tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from reader.config import Settings
from reader.paths import read_start

ARXIV_VARIABLE = "ARXIV_ENDPOINT"
"""Variable with the address of a stand-in for all of arXiv's sites."""

_TRUE_VALUES = {"1", "ON", "TRUE", "YES"}
_MAX_TOKEN_LENGTH = 1_000


def find_token(environ: Mapping[str, str], settings: Settings) -> str | None:
    """The access token from HF_TOKEN, or from the token file if the settings allow it; None if there is none."""
    token = environ.get("HF_TOKEN", "").strip()
    if not token and settings.use_token_file:
        token = _read_token(_token_path(environ))
    # An invalid header value would make every request fail, and a truncated token would be refused.
    is_whole = 0 < len(token) < _MAX_TOKEN_LENGTH
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


def _token_path(environ: Mapping[str, str]) -> Path:
    if path := environ.get("HF_TOKEN_PATH"):
        return Path(path).expanduser()
    home = environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home).expanduser() / "token"


def _read_token(path: Path) -> str:
    try:
        return read_start(path, _MAX_TOKEN_LENGTH).decode().strip()
    except (OSError, ValueError, RuntimeError):
        return ""
