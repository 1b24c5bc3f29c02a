"""What the environment says about reaching the feed, by the names that Hugging Face's own tools use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_YES = {"1", "ON", "TRUE", "YES"}
_TOKEN_LIMIT = 1_000


def find_token(environ: Mapping[str, str]) -> str | None:
    """The access token: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or the file at HF_TOKEN_PATH; None if there is none."""
    said = environ.get("HF_TOKEN", "").strip() or environ.get("HUGGING_FACE_HUB_TOKEN", "").strip()
    token = said or _read_token(_token_path(environ))
    # What can't stand in a header is no token: better none than a request that can't be sent.
    return token if token.isascii() and token.isprintable() and token and " " not in token else None


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether HF_HUB_OFFLINE asks to stay off the network."""
    return environ.get("HF_HUB_OFFLINE", "").strip().upper() in _YES


def _token_path(environ: Mapping[str, str]) -> Path:
    if said := environ.get("HF_TOKEN_PATH"):
        return Path(said).expanduser()
    home = environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home).expanduser() / "token"


def _read_token(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_TOKEN_LIMIT).strip()
    except (OSError, ValueError, RuntimeError):
        return ""
