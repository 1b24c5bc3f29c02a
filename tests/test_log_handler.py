"""What is kept out of the log."""

from __future__ import annotations

import pytest

from reader.log_handler import LONGEST_LINE, redact
from tests.table import each


@each(
    ("secret", "logged"),
    [
        ("https://ann:pass1234@feed.example.org/x?token=abc#part", "https://***@feed.example.org/***?***"),
        (
            "GET https://feed.example.org/api?q=private 200, 5 bytes",
            "GET https://feed.example.org/***?*** 200, 5 bytes",
        ),
        ("POST https://hooks.example.org/services/T0/B0/x1", "POST https://hooks.example.org/***"),
        ("https://ann:p@ss@feed.example.org/x", "https://***@feed.example.org/***"),
        ("https://ann:pa/ss@feed.example.org/x", "https://***"),
        ("https://ann/p@ss/x and https://an_n/papers", "https://*** and https://***"),
        ("GET http://127.0.0.1:80/api/papers/1?q=x 200", "GET http://127.0.0.1:80/api/papers/1?*** 200"),
        ("GET https://feed.example.org/papers/key 200", "GET https://feed.example.org/*** 200"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("{'authorization': 'Bearer abc', 'accept': 'text/html'}", "{'authorization': ***, 'accept': 'text/html'}"),
        ("[(b'Authorization', b'Basic YWJj')]", "[(b'Authorization', b***)]"),
        ("Cookie: session=abc; other=def", "Cookie: ***"),
        ("sent bearer abc.def-ghi to it", "sent bearer *** to it"),
        ("the token hf_abcDEF123 expired", "the token hf_*** expired"),
        ("[SQL: INSERT] [parameters: ('2406.12345', 'a title')]", "[SQL: INSERT] [parameters: ***]"),
        ("see https://arxiv.org/abs/2406.12345.", "see https://arxiv.org/abs/2406.12345."),
        ("a title \x1b[31m with an escape", "a title \\u001b[31m with an escape"),
    ],
)
def test_secrets_are_taken_out(secret: str, logged: str) -> None:
    assert redact(secret) == logged


def test_the_values_of_secret_variables_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "not-of-the-usual-form")
    monkeypatch.setenv("HF_TOKEN_PATH", "/home/ann/token")
    assert redact("sent not-of-the-usual-form from /home/ann/token") == "sent *** from /home/ann/token"
    # A short one would hide a part of too many words.
    monkeypatch.setenv("API_KEY", "reading")
    monkeypatch.setenv("OTHER_KEY", "readings")
    assert redact("readings and reading") == "*** and reading"
    # A value that begins another one hides nothing of it from its pattern.
    monkeypatch.setenv("MAIL_PASSWORD", "not-of-the-usual-form-either")
    assert redact("not-of-the-usual-form-either, not-of-the-usual-form") == "***, ***"


def test_a_long_line_is_cut() -> None:
    assert [redact("x" * (LONGEST_LINE + more)) for more in (0, 1)] == ["x" * LONGEST_LINE + more for more in ("", "…")]
