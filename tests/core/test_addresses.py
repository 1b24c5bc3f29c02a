"""Addresses in prose are found as a reader would; hosts of this machine and its network are known in any notation."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from reader.core.addresses import LONGEST, MOST, addresses_in, is_local, is_loopback, same, urls_in, what_is
from tests.table import each


@each(
    ("text", "urls"),
    [
        ("Code is at github.com/ada/engine, and more", ["https://github.com/ada/engine"]),
        (
            "see https://ada.org/engine_(1), and [https://ada.org/x[1]].",
            ["https://ada.org/engine_(1)", "https://ada.org/x[1]"],
        ),
        ("(https://ada.github.io/engine_(1)/)", ["https://ada.github.io/engine_(1)/"]),
        ("see [page](http://www.ada.org/a?b=c#d).", ["http://www.ada.org/a?b=c#d"]),
        ("see [ada.github.io/x](ada.github.io/x).", ["https://ada.github.io/x", "https://ada.github.io/x"]),
        ("available at https: //github.com/ada/engine.git.", ["https://github.com/ada/engine.git"]),
        ("available at https:/github.com/ada/engine", ["https://github.com/ada/engine"]),
        ("available athttps://ada.org/x", ["https://ada.org/x"]),
        ("at https://github.com/ada/ my-engine.", ["https://github.com/ada/my-engine"]),
        ("at https://github.com/ada/ and elsewhere.", ["https://github.com/ada/"]),
        ("\\url{https://ada.org/~x}", ["https://ada.org/~x"]),
        ("https://a.org/1,https://a.org/2", ["https://a.org/1", "https://a.org/2"]),
        ("代码见https://github.com/ada/engine。", ["https://github.com/ada/engine"]),
        ("HTTPS://GitHub.com/Ada/Engine", ["https://github.com/Ada/Engine"]),
        ("Perplexity.ai and SD3.5.Co, e.g. torch.com", []),
        ("write to ada@github.com/x or https://ada@evil.example/", []),
        ("https://ada.org?x@evil.example/", []),
        (f"https://ada.org/{'x' * LONGEST}", []),
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
    assert urls_in(*texts, "https://ada.github.io/", "https://ada.github.io") == (texts[0], "https://ada.github.io/")


@each(
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


LOCAL = [
    "localhost", "LocalHost.", "app.localhost", "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001",
    "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "10.0.0.1", "10.1", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "2852039166", "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.7", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a00:1",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:c0a8:101::1", "2001:0:7f00:1::1", "2001:0:808:808::80ff:fffe", "fe80::1", "fe80::1%eth0", "fe80::1%25eth0",
    "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "4000::1",
]  # fmt: skip

PUBLIC = [
    "example.org", "localhost.example.org", "notlocalhost", "nas", "1.1.1.1", "16843009", "0x01010101", "1.1",
    "8.8.8.8.",
    "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1", "2002:101:101::1", "", "a b", "256.0.0.1", "0x", "1.2.3.4.5",
]  # fmt: skip


@each("host", LOCAL)
def test_local(host: str) -> None:
    assert is_local(host)


@each("host", PUBLIC)
def test_public_or_a_name(host: str) -> None:
    assert not is_local(host)


def test_this_machine_is_named_or_an_address_of_its_own() -> None:
    hosts = "localhost", "127.0.0.9", "::1", "10.0.0.1", "x.example", ""
    assert [is_loopback(host) for host in hosts] == [True, True, True, False, False, False]


def test_an_address_is_found_with_its_place() -> None:
    text = "See (github.com/ada/ my-engine), https://a.example/x."
    places = [text[one.start : one.end] for one in addresses_in(text)]
    assert places == ["github.com/ada/ my-engine", "https://a.example/x"]
