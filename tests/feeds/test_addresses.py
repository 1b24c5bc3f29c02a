from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.foreign import web_url
from reader.feeds.addresses import github_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://acme.example.org/x?y=1#z", "https://acme.example.org/x?y=1#z"),
        (" https://acme.example.org ", "https://acme.example.org"),
        ("https://acme.example.org/a\n b", "https://acme.example.org/ab"),
        ("http://192.0.2.7:8080/demo", "http://192.0.2.7:8080/demo"),
        ("acme.example.org/x", "https://acme.example.org/x"),
        ("acme.example.org:8080", "https://acme.example.org:8080"),
        ("//acme.example.org", "https://acme.example.org"),
        ("HTTPS://Acme.example.org", "HTTPS://Acme.example.org"),
        ("https://acme.example.org/\x1b[31mx", "https://acme.example.org/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://example.org", None),
        ("https://user:secret@example.org", None),
        ("https://good.example.org@evil.example.net", None),
        ("https://[::1", None),
        ("https://example.org:port/", None),
        ("https://", None),
        ("coming soon", None),
        ("n/a", None),
        ("", None),
        ("https://example.org/" + "x" * 3_000, None),
    ],
)
def test_addresses_of_the_web(text: str, expected: str | None) -> None:
    assert web_url(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://github.com/acme/tools", "https://github.com/acme/tools"),
        ("https://github.com/acme/tools/", "https://github.com/acme/tools"),
        ("https://github.com/acme/tools///", "https://github.com/acme/tools"),
        ("http://www.GitHub.com/acme/tools.git", "https://github.com/acme/tools"),
        ("github.com/acme/tools", "https://github.com/acme/tools"),
        ("acme/tools", "https://github.com/acme/tools"),
        ("https://github.com/acme/\ntools.git", "https://github.com/acme/tools"),
        ("https://github.com/acme/tools?tab=readme-ov-file", "https://github.com/acme/tools"),
        ("https://github.com/acme/tools/tree/main/agents", "https://github.com/acme/tools/tree/main/agents"),
        ("https://github.com/acme", "https://github.com/acme"),
        ("https://github.com/", None),
        ("https://github.com/acme/../..", "https://github.com/acme"),
        ("https://github.io/acme/tools", None),
        ("https://github.com.example.org/acme/tools", None),
        ("", None),
    ],
)
def test_places_on_github(text: str, expected: str | None) -> None:
    assert github_url(text) == expected


@given(st.text() | st.from_regex(r"(https?:)?//[^\n]{0,30}", fullmatch=True))
def test_an_address_is_of_the_web_and_stays_so(text: str) -> None:
    address = web_url(text)
    if address is not None:
        assert address.lower().startswith(("https://", "http://"))
        assert web_url(address) == address
