from __future__ import annotations

from pathlib import Path

import pytest

from reader.feeds.http.environment import find_token, is_offline


def test_a_token_is_looked_for_in_order(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")
    environ = {"HF_TOKEN": " first ", "HUGGING_FACE_HUB_TOKEN": "second", "HF_TOKEN_PATH": str(file)}
    assert find_token(environ) == "first"
    environ["HF_TOKEN"] = " "
    assert find_token(environ) == "second"
    del environ["HUGGING_FACE_HUB_TOKEN"]
    assert find_token(environ) == "from-file"


def test_a_token_stands_in_the_home_of_the_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("at-home")
    assert find_token({"HF_HOME": str(tmp_path)}) == "at-home"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    default = tmp_path / ".cache" / "huggingface"
    default.mkdir(parents=True)
    (default / "token").write_text("by-default")
    assert find_token({}) == "by-default"


@pytest.mark.parametrize("content", [b"", b" \n", b"two words", b"a\r\nX-Evil: 1", b"\xff\xfe", "schlüssel".encode()])
def test_what_can_not_stand_in_a_header_is_no_token(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    assert find_token({"HF_HOME": str(tmp_path)}) is None


def test_there_need_not_be_a_token(tmp_path: Path) -> None:
    assert find_token({"HF_HOME": str(tmp_path / "missing")}) is None


@pytest.mark.parametrize(("said", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)])
def test_offline_by_choice(said: str, expected: bool) -> None:
    assert is_offline({"HF_HUB_OFFLINE": said}) is expected
    assert is_offline({}) is False
