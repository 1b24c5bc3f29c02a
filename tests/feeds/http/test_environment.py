"""The token comes only from where the user lets it come from, and goes only where the user lets it go."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.config import Settings
from reader.feeds.http.environment import find_token, is_offline, may_have_token, sign_in_advice
from tests.table import each

DEFAULTS = Settings()
WITH_FILE = Settings(use_token_file=True)


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    environ = {"HF_TOKEN": " first ", "HUGGING_FACE_HUB_TOKEN": "second", "HF_TOKEN_PATH": str(file)}
    assert find_token(environ, WITH_FILE) == "first"
    environ["HF_TOKEN"] = " "
    assert find_token(environ, WITH_FILE) == "from-file"


def test_the_file_is_read_only_if_the_user_said_so(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file")
    environ = {"HF_HOME": str(tmp_path), "HF_TOKEN_PATH": str(tmp_path / "token"), "HUGGING_FACE_HUB_TOKEN": "old"}
    assert find_token(environ, DEFAULTS) is None
    assert find_token(environ, WITH_FILE) == "from-file"


def test_a_token_stands_in_the_home_of_the_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("at-home")
    assert find_token({"HF_HOME": str(tmp_path)}, WITH_FILE) == "at-home"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    default = tmp_path / ".cache" / "huggingface"
    default.mkdir(parents=True)
    (default / "token").write_text("by-default")
    assert find_token({}, WITH_FILE) == "by-default"


@pytest.mark.parametrize("content", [b"", b" \n", b"two words", b"a\r\nX-Evil: 1", b"\xff\xfe", "schlüssel".encode()])
def test_what_can_not_stand_in_a_header_is_no_token(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    assert find_token({"HF_HOME": str(tmp_path)}, WITH_FILE) is None


def test_there_need_not_be_a_token(tmp_path: Path) -> None:
    assert find_token({"HF_HOME": str(tmp_path / "missing")}, WITH_FILE) is None


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
        ("https://mirror.example.org", "", False),
        ("https://mirror.example.org/hf", "https://mirror.example.org", True),
        ("https://mirror.example.org:444", "https://mirror.example.org", False),
        ("https://other.example.org", "https://mirror.example.org", False),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765", True),
        ("http://127.0.0.1:8765", "", False),
        ("https://huggingface.co", "https://mirror.example.org", True),
        ("nowhere", "", False),
        ("", "", False),
        ("https://[", "", False),
    ],
)
def test_only_the_hub_and_a_named_server_may_have_the_token(endpoint: str, named: str, expected: bool) -> None:
    assert may_have_token(endpoint, Settings(token_endpoint=named)) is expected


@each(("said", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)])
def test_offline_by_choice(said: str, expected: bool) -> None:
    assert is_offline({"HF_HUB_OFFLINE": said}) is expected
    assert is_offline({}) is False


@pytest.mark.parametrize(
    ("endpoint", "token", "settings", "advice"),
    [
        ("https://huggingface.co", "", DEFAULTS, "set HF_TOKEN to an access token"),
        ("https://huggingface.co", "two words", DEFAULTS, "set HF_TOKEN to an access token"),
        ("https://huggingface.co", "hf_x", DEFAULTS, "check HF_TOKEN or unset it"),
        ("https://huggingface.co", "hf_x", WITH_FILE, "check HF_TOKEN or unset it"),
        (
            "https://huggingface.co",
            "",
            WITH_FILE,
            "sign in again with Hugging Face's tools, or set use_token_file = false",
        ),
        ("https://example.org", "hf_x", WITH_FILE, "to send it an access token, set token_endpoint to its address"),
        ("https://example.org", "hf_x", Settings(token_endpoint="https://example.org"), "check HF_TOKEN or unset it"),
    ],
)
def test_what_to_do_when_a_sign_in_is_asked_for(
    endpoint: str, token: str, settings: Settings, advice: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("from-file")
    environ = {"HF_TOKEN": token, "HF_HOME": str(tmp_path)}
    assert sign_in_advice(endpoint, environ, settings) == advice
