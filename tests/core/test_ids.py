"""Ids of papers in all their forms, addresses in texts, and local hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from reader.core.addresses import (
    MAX_ADDRESS_LENGTH,
    MAX_ADDRESSES,
    address_key,
    addresses_in,
    is_local,
    is_loopback,
    urls_in,
    what_is,
)
from reader.core.ids import (
    arxiv_id,
    doi_in,
    feed_entry_id,
    hf_url,
    id_in_file_name,
    ids_in,
    named_id,
    page_id,
    paper_url,
    pdf_url,
)
from tests.table import each


@each(
    ("text", "expected"),
    [
        ("  2406.12345v3\n", "2406.12345"),
        ("0704.0001", "0704.0001"),
        ("arXiv:2406.12345", "2406.12345"),
        ("arxiv: 2406.12345v2 [cs.CL]", "2406.12345"),
        ("arXiv:math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001"),
        ("http://www.arxiv.org/pdf/2406.12345v1.pdf", "2406.12345"),
        ("arxiv.org/html/2406.12345v1#S2", "2406.12345"),
        ("https://ar5iv.labs.arxiv.org/html/2406.12345", "2406.12345"),
        ("https://huggingface.co/papers/2406.12345?utm=x", "2406.12345"),
        ("https://huggingface.co/papers/2406.12345.md", "2406.12345"),
        ("hf.co/papers/2406.12345/", "2406.12345"),
        ("https://www.alphaxiv.org/overview/2406.12345v1", "2406.12345"),
        ("10.48550/arXiv.2406.12345", "2406.12345"),
        ("doi:10.48550/arxiv.2406.12345", "2406.12345"),
        ("https://doi.org/10.48550/arXiv.2406.12345", "2406.12345"),
        ("https://arxiv.org/html/2406.12345/sections/introduction", "2406.12345"),
        ("2413.12345", None),
        ("2406.123456", None),
        ("٢٤٠٦.١٢٣٤٥", None),
        ("https://example.org/abs/2406.12345", None),
        ("https://arxiv.org.example.org/abs/2406.12345", None),
        ("https://arxiv.org/list/cs.CL", None),
        ("https://arxiv.org/abs/2406.123456", None),
        ("https://doi.org/10.1000/2406.12345", None),
        ("ftp://arxiv.org/abs/2406.12345", None),
        ("https://[::1/abs/2406.12345", None),
        ("page:0123456789ab", None),
        ("2406.12345" + " " * 400 + "x", None),
        ("https://arxiv.org/html/2406.12345/" + "x" * 266, "2406.12345"),
        ("https://arxiv.org/html/2406.12345/" + "x" * 267, None),
        ("https://arxiv.org/abs/2406.12345x", None),
        ("https://huggingface.co/api/papers/2406.12345", "2406.12345"),
        ("http://arxiv.org/abs/2406.12345", "2406.12345"),
        ("https://dx.doi.org/10.48550/arXiv.2406.12345", "2406.12345"),
        ("astro-ph/9901001", "astro-ph/9901001"),
        ("somebodys-repository/1234567", None),
        ("<https://arxiv.org/abs/2406.12345>", "2406.12345"),
        ("oai:arXiv.org:2406.12345v1", "2406.12345"),
        ("arXiv.2406.12345", "2406.12345"),
        ("https://www.semanticscholar.org/arxiv/2406.12345", "2406.12345"),
        ("https://api.semanticscholar.org/arXiv:2406.12345", "2406.12345"),
        ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:2406.12345?fields=title", "2406.12345"),
        ("https://www.semanticscholar.org/paper/A-title/0123456789abcdef0123456789abcdef01234567", None),
        ("https://scirate.com/arxiv/2406.12345", "2406.12345"),
        ("DBLP:journals/corr/abs-2406-12345", "2406.12345"),
        ("https://dblp.org/rec/journals/corr/abs-2406-12345.bib", "2406.12345"),
    ],
)
def test_an_id_is_found_in_each_of_its_forms(text: str, expected: str | None) -> None:
    assert arxiv_id(text) == expected


def test_addresses_are_made_from_the_id() -> None:
    assert paper_url("2406.12345") == "https://arxiv.org/abs/2406.12345"
    assert pdf_url("hep-th/9901001") == "https://arxiv.org/pdf/hep-th/9901001"
    assert hf_url("2406.12345") == "https://huggingface.co/papers/2406.12345"


@each("id", [page_id("A title"), "x y", "2406.12345v2", "../etc", ""])
def test_other_ids_have_no_address(id: str) -> None:
    assert paper_url(id) is None
    assert pdf_url(id) is None
    assert hf_url(id) is None


def test_a_page_id_is_stable_and_ignores_spelling() -> None:
    assert page_id("LiveEdit: Towards Real-Time Editing") == page_id("liveedit  towards REAL TIME editing")
    assert page_id("LiveEdit") != page_id("LiveEdits")
    # The id is stored in caches, so it must never change.
    assert page_id("Attention Is All You Need") == "page:12286c43e70e"


def test_the_id_of_a_feed_entry_depends_on_feed_and_entry() -> None:
    id = feed_entry_id("https://lab.example.org/feed.xml", "post-1")
    assert id.startswith("feed:")
    assert len(id) == len("feed:") + 12
    assert id == feed_entry_id("https://lab.example.org/feed.xml", "post-1")
    assert id not in (
        feed_entry_id("https://lab.example.org/feed.xml", "post-2"),
        feed_entry_id("https://b.example", "post-1"),
    )
    assert arxiv_id(id) is None


@each(
    ("text", "expected"),
    [
        ("arXiv:2406.12345v2 [cs.CL]", "2406.12345"),
        ("2406.12345v2.pdf", "2406.12345"),
        ("~/Papers/2406.12345 LiveEdit: a title.pdf", "2406.12345"),
        ("file:///home/me/papers/2406.12345.html", "2406.12345"),
        (r"C:\Papers\Wang_2406.12345v3.PDF", "2406.12345"),
        ("'/tmp/arXiv-2406.12345v1.tar.gz'", "2406.12345"),
        ("2406.12345 and 2406.12346.pdf", "2406.12345"),
        ("2406.12345/notes.pdf", None),
        ("report-2013.12345.pdf", None),
        ("2406.12345.exe", None),
        ("x" * 2_000 + "2406.12345.pdf", None),
    ],
)
def test_a_file_name_contains_the_id(text: str, expected: str | None) -> None:
    assert named_id(text) == expected


@each(
    ("text", "expected"),
    [
        ("10.1103/PhysRevD.76.013009", "10.1103/physrevd.76.013009"),
        ("doi: 10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://example.org/10.1145/3292500.3330701", None),
        ("10.1145", None),
        ("2406.12345", None),
    ],
)
def test_a_doi_is_found_in_its_forms(text: str, expected: str | None) -> None:
    assert doi_in(text) == expected


def test_only_introduced_ids_are_found_in_a_text() -> None:
    text = (
        "arXiv:2406.12345v2, arxiv.org/abs/2406.12345, https://arxiv.org/pdf/hep-th/9901001, 10.48550/arXiv.2401.00001"
    )
    assert ids_in(f"{text}; 2405.00001") == ["2406.12345", "hep-th/9901001", "2401.00001"]
    assert id_in_file_name("papers/2406.12345v2.pdf") == "2406.12345" and id_in_file_name("papers/a.pdf") is None


# Addresses


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
        ("at https://github.com/ada/ and elsewhere.", ["https://github.com/ada/"]),
        ("\\url{https://ada.org/~x}", ["https://ada.org/~x"]),
        ("https://a.org/1,https://a.org/2", ["https://a.org/1", "https://a.org/2"]),
        ("代码见https://github.com/ada/engine。", ["https://github.com/ada/engine"]),
        ("HTTPS://GitHub.com/Ada/Engine", ["https://github.com/Ada/Engine"]),
        ("Perplexity.ai and SD3.5.Co, e.g. torch.com", []),
        ("write to ada@github.com/x or https://ada@evil.example/", []),
        ("https://ada.org?x@evil.example/", []),
        (f"https://ada.org/{'x' * MAX_ADDRESS_LENGTH}", []),
        ("ftp://ada.org/x javascript:alert(1) file:///etc/passwd", []),
        ("https://localhost/x http://[::1]/ https://", []),
    ],
)
def test_an_address_ends_before_the_punctuation_of_its_sentence(text: str, urls: list[str]) -> None:
    assert [found.url for found in addresses_in(text)] == urls


def test_each_address_has_its_position() -> None:
    text = "Code: github.com/ada/engine, page: https://ada.org/."
    assert [text[found.start : found.end] for found in addresses_in(text)] == [
        "github.com/ada/engine",
        "https://ada.org/",
    ]


def test_spellings_of_an_address_are_returned_once() -> None:
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
def test_code_and_project_pages_are_recognized_by_their_host(url: str, what: str) -> None:
    assert what_is(url) == what


_PIECES = st.sampled_from(
    ["https://", "http:", "//", "github.com/", "ada/engine", ".", ",", " ", "(", ")", "]", "@", "www.", "a.org",
     ":99999", "%", "é", "{", "\n", "?q=", "#", "…", "a" * 70, "-", "_", "http"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
def test_every_found_address_is_a_web_address_in_the_text(text: str) -> None:
    found = addresses_in(text)
    assert len(found) <= MAX_ADDRESSES
    end = 0
    for address in found:
        parts = urlsplit(address.url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname and "." in parts.hostname and "@" not in parts.netloc
        assert parts.port is None or parts.port < 65536
        assert (
            len(address.url) <= MAX_ADDRESS_LENGTH
            and address.url.isascii()
            and not any(char.isspace() for char in address.url)
        )
        assert end <= address.start < address.end <= len(text)
        assert address.end == address.start + len(text[address.start : address.end])
        assert address_key(address.url).partition("/")[0] in text.lower().replace(" ", "").replace("\n", "")
        end = address.end


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
def test_local_addresses(host: str) -> None:
    assert is_local(host)


@each("host", PUBLIC)
def test_public_addresses_and_names_are_not_local(host: str) -> None:
    assert not is_local(host)


def test_loopback_hosts() -> None:
    hosts = "localhost", "127.0.0.9", "::1", "10.0.0.1", "x.example", ""
    assert [is_loopback(host) for host in hosts] == [True, True, True, False, False, False]
