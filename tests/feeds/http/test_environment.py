"""The token comes only from where the user lets it come from, and goes only where the user lets it go."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config import Settings
from reader.feeds.http.environment import find_token, is_offline, may_have_token, sign_in_advice
from tests.table import each

DEFAULTS = Settings()
WITH_FILE = Settings(use_token_file=True)


def test_the_file_is_read_only_if_the_user_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    named, home, default = tmp_path / "named", tmp_path / "home", tmp_path / ".cache" / "huggingface"
    for folder in (home, default):
        folder.mkdir(parents=True)
        (folder / "token").write_text(f"of-{folder.name}")
    named.write_text("from-file\n")
    whole = {"HUGGING_FACE_HUB_TOKEN": "old", "HF_TOKEN_PATH": str(named), "HF_HOME": str(home)}
    for environ, settings, token in (
        (whole, DEFAULTS, None),
        (whole, WITH_FILE, "from-file"),
        (whole | {"HF_TOKEN": " "}, WITH_FILE, "from-file"),
        (whole | {"HF_TOKEN": " first "}, WITH_FILE, "first"),
        (whole | {"HF_TOKEN": " first "}, DEFAULTS, "first"),
        ({"HF_HOME": str(home)}, WITH_FILE, "of-home"),
        ({"HF_HOME": str(tmp_path / "missing")}, WITH_FILE, None),
        ({}, WITH_FILE, "of-huggingface"),
    ):
        assert find_token(environ, settings) == token
    # What can't stand in a header is no token.
    for content in (b"", b" \n", b"two words", b"a\r\nX-Evil: 1", b"\xff\xfe", "schlüssel".encode(), b"x" * 1_000):
        named.write_bytes(content)
        assert find_token(whole, WITH_FILE) is None
    named.write_bytes(b"x" * 999)
    assert find_token(whole, WITH_FILE) == "x" * 999


@each(
    ("endpoint", "named", "expected"),
    [
        ("https://huggingface.co", "", True),
        ("https://HuggingFace.co:443/", "", True),
        ("http://huggingface.co", "", False),
        ("https://huggingface.co:8443", "", False),
        ("https://huggingface.co.example.org", "", False),
        ("https://other.huggingface.co", "", False),
        ("https://huggingface.co@example.org", "", False),
        ("https://mirror.example.org/hf", "https://mirror.example.org", True),
        ("https://mirror.example.org:444", "https://mirror.example.org", False),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765", True),
        ("https://huggingface.co", "https://mirror.example.org", True),
        ("nowhere", "", False),
        ("https://[", "", False),
    ],
)
def test_only_the_hub_and_a_named_server_may_have_the_token(endpoint: str, named: str, expected: bool) -> None:
    assert may_have_token(endpoint, Settings(token_endpoint=named)) is expected


@each(("said", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)])
def test_offline_by_choice(said: str, expected: bool) -> None:
    assert is_offline({"HF_HUB_OFFLINE": said}) is expected
    assert is_offline({}) is False


HUB, OTHER = "https://huggingface.co", "https://example.org"
CHECK, SET = "check HF_TOKEN or unset it", "set HF_TOKEN to an access token"


@each(
    ("endpoint", "token", "settings", "advice"),
    [
        (HUB, "", DEFAULTS, SET),
        (HUB, "two words", DEFAULTS, SET),
        (HUB, "hf_x", DEFAULTS, CHECK),
        (HUB, "hf_x", WITH_FILE, CHECK),
        (HUB, "", WITH_FILE, "sign in again with Hugging Face's tools, or set use_token_file = false"),
        (OTHER, "hf_x", WITH_FILE, "to send it an access token, set token_endpoint to its address"),
        (OTHER, "hf_x", Settings(token_endpoint=OTHER), CHECK),
    ],
)
def test_what_to_do_when_a_sign_in_is_asked_for(
    endpoint: str, token: str, settings: Settings, advice: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("from-file")
    assert sign_in_advice(endpoint, {"HF_TOKEN": token, "HF_HOME": str(tmp_path)}, settings) == advice
