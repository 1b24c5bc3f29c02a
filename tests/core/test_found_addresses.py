"""Addresses in prose: which there are, where they end, and which are of code."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.addresses import LONGEST, MOST, addresses_in, same, urls_in, what_is


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Code is at https://github.com/ada/engine.", ["https://github.com/ada/engine"]),
        ("Code is at github.com/ada/engine, and more", ["https://github.com/ada/engine"]),
        ("(https://ada.github.io/engine_(1)/)", ["https://ada.github.io/engine_(1)/"]),
        ("see [page](http://www.ada.org/a?b=c#d).", ["http://www.ada.org/a?b=c#d"]),
        ("see [ada.github.io/x](ada.github.io/x).", ["https://ada.github.io/x", "https://ada.github.io/x"]),
        ("available at https: //github.com/ada/engine.git.", ["https://github.com/ada/engine.git"]),
        ("available at https:/github.com/ada/engine", ["https://github.com/ada/engine"]),
        ("available athttps://ada.org/x", ["https://ada.org/x"]),
        ("at https://github.com/ada/ my-engine.", ["https://github.com/ada/my-engine"]),
        ("at https://github.com/ada/ and elsewhere.", ["https://github.com/ada/"]),
        ("at https://github.com/ada/engine{this repository}.", ["https://github.com/ada/engine"]),
        ("\\url{https://ada.org/~x}", ["https://ada.org/~x"]),
        ("https://a.org/1,https://a.org/2", ["https://a.org/1", "https://a.org/2"]),
        ("at https://github.com/ada/engine.The code", ["https://github.com/ada/engine"]),
        ("代码见https://github.com/ada/engine。", ["https://github.com/ada/engine"]),
        ("HTTPS://GitHub.com/Ada/Engine", ["https://github.com/Ada/Engine"]),
        ("Perplexity.ai and SD3.5.Co, e.g. torch.com", []),
        ("write to ada@github.com/x or https://ada@evil.example/", []),
        ("ftp://ada.org/x javascript:alert(1) file:///etc/passwd", []),
        ("https://localhost/x http://[::1]/ https://", []),
    ],
)
def test_addresses_end_where_the_sentence_goes_on(text: str, urls: list[str]) -> None:
    assert [found.url for found in addresses_in(text)] == urls


def test_each_says_where_it_stands() -> None:
    text = "Code: github.com/ada/engine, page: https://ada.org/."
    assert [text[one.start : one.end] for one in addresses_in(text)] == ["github.com/ada/engine", "https://ada.org/"]


def test_spellings_of_one_address_are_one() -> None:
    texts = ("https://www.github.com/ada/engine.git", "github.com/ada/engine", "http://GitHub.com/ada/engine/", None)
    assert urls_in(*texts) == ("https://www.github.com/ada/engine.git",)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("https://github.com/ada/engine", "code"),
        ("https://www.github.com/ada/engine/tree/main", "code"),
        ("https://gitlab.com/ada/engine", "code"),
        ("https://anonymous.4open.science/r/engine-1234", "code"),
        ("https://github.com/ada", "other"),
        ("https://github.com/features/actions", "other"),
        ("https://github.com.evil.example/ada/engine", "other"),
        ("https://ada.github.io/engine", "project"),
        ("https://sites.google.com/view/engine", "project"),
        ("https://huggingface.co/ada/engine", "other"),
    ],
)
def test_the_host_tells_code_from_project_pages(url: str, what: str) -> None:
    assert what_is(url) == what


_PIECES = st.sampled_from(
    ["https://", "http:", "//", "github.com/", "ada/engine", ".", ",", " ", "(", ")", "]", "@", "www.", "a.org",
     ":99999", "%", "é", "{", "\n", "?q=", "#", "…", "a" * 70, "-", "_", "http"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
def test_whatever_is_found_is_a_web_address_of_the_text(text: str) -> None:
    found = addresses_in(text)
    assert len(found) <= MOST
    end = 0
    for one in found:
        parts = urlsplit(one.url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname and "." in parts.hostname and "@" not in parts.netloc
        assert parts.port is None or parts.port < 65536
        assert len(one.url) <= LONGEST and one.url.isascii() and not any(char.isspace() for char in one.url)
        assert end <= one.start < one.end <= len(text)
        assert one.end == one.start + len(text[one.start : one.end])
        assert same(one.url).partition("/")[0] in text.lower().replace(" ", "").replace("\n", "")
        end = one.end


def test_a_text_of_signs_alone_takes_no_longer_than_a_plain_one() -> None:
    # The finder reads a text once: no part of it is tried again from each place.
    for unit in ("https://", "www.", "a.", "github.com/a/ ", "https://a.b/("):
        assert len(addresses_in(unit * 20_000)) <= MOST
