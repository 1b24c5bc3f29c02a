"""Environment variables for the network, with the same names as in Hugging Face's own tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_YES = {"1", "ON", "TRUE", "YES"}
_TOKEN_LIMIT = 1_000


def find_token(environ: Mapping[str, str]) -> str | None:
    """The access token from HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the file at HF_TOKEN_PATH; None if there is none."""
    value = environ.get("HF_TOKEN", "").strip() or environ.get("HUGGING_FACE_HUB_TOKEN", "").strip()
    token = value or _read_token(_token_path(environ))
    # A token that is not a valid header value would make every request fail.
    return token if token.isascii() and token.isprintable() and token and " " not in token else None


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether HF_HUB_OFFLINE forbids network access."""
    return environ.get("HF_HUB_OFFLINE", "").strip().upper() in _YES


def _token_path(environ: Mapping[str, str]) -> Path:
    if path := environ.get("HF_TOKEN_PATH"):
        return Path(path).expanduser()
    home = environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home).expanduser() / "token"


def _read_token(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_TOKEN_LIMIT).strip()
    except (OSError, ValueError, RuntimeError):
        return ""
