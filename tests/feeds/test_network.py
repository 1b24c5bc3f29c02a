"""Requests go to public hosts only, and carry a token only where the user allows it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from reader.core.addresses import is_local
from reader.core.errors import FeedRefused
from reader.feeds.environment import find_token, is_offline, may_have_token
from reader.feeds.http import Limits
from reader.feeds.syndication import SyndicationClient
from tests.feeds.servers import Documents, Page, item, rss
from tests.table import each

pytest.importorskip("feedparser")

Names = dict[str, list[list[str]]]
"""The answers of a name server for each host."""

ALLOWED_BY = "on this machine or its network and was not asked; the setting allow_local_feeds permits it."


@pytest.fixture
def site() -> Iterator[Documents]:
    with Documents() as documents:
        documents.pages["/feed"] = Page(rss(item("One")))
        yield documents


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The answers of a name server, one after the other for each host; the last one stays."""
    answers: Names = {}
    real = socket.getaddrinfo

    def find(host: bytes, port: int, *how: int, **more: int) -> object:
        known = answers.get(host.decode())
        if known is None:
            return real(host, port, *how, **more)
        found = known.pop(0) if len(known) > 1 else known[0]
        if not found:
            raise socket.gaierror(-2, "Name or service not known")
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (one, port, 0, 0) if ":" in one else (one, port))
            for kind, one in zip(kinds, found, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return answers


async def fetch(url: str, *, allow_local: bool = False) -> str:
    """The title of the feed's only entry."""
    async with SyndicationClient(allow_local=allow_local, limits=Limits(attempts=1)) as feeds:
        fetched = await feeds.fetch(url)
    assert fetched.feed is not None
    return fetched.feed.entries[0].draft.title


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f000001", "0177.1", "0", "LOCALHOST.", "a.localhost"])
async def test_this_machine_is_refused_however_it_is_written(host: str, site: Documents) -> None:
    with pytest.raises(FeedRefused) as refusal:
        await fetch(f"http://{host}:{site.server_port}/feed")
    assert str(refusal.value) == f"{host.lower()} is {ALLOWED_BY}"
    assert site.requests == []


async def test_the_local_network_is_refused(site: Documents) -> None:
    for host in ("[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "10.0.0.1", "169.254.169.254"):
        with pytest.raises(FeedRefused, match=f"{ALLOWED_BY}$"):
            await fetch(f"http://{host}:9/feed")
    with pytest.raises(FeedRefused, match=f"{ALLOWED_BY}|invalid address"):
        await fetch("http://[fe80::1%25lo]:9/feed")
    # The setting allows it, without encryption too.
    assert await fetch(f"{site.url}/feed", allow_local=True) == "One"
    assert await fetch(f"http://127.1:{site.server_port}/feed", allow_local=True) == "One"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["2606:4700::1111", "::1"]])
async def test_a_name_that_has_a_local_address_is_refused(addresses: list[str], names: Names, site: Documents) -> None:
    names["lab.example.org"] = [addresses]
    with pytest.raises(FeedRefused) as refusal:
        await fetch(f"http://lab.example.org:{site.server_port}/feed")
    assert str(refusal.value) == f"lab.example.org ({addresses[-1]}) is {ALLOWED_BY}"
    assert site.requests == []


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/feed", "http://127.1:{port}/", "http://lab.example.org/"])
async def test_a_redirect_into_the_local_network_is_not_followed(
    target: str, names: Names, site: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host is taken for public: only what is asked after its answer is checked."""
    names |= {"feeds.example.org": [["127.0.0.1"]], "lab.example.org": [["10.0.0.1"]]}
    location = target.format(port=site.server_port)
    site.pages["/feed"] = Page(status=301, headers={"Location": location})
    monkeypatch.setattr("reader.feeds.http.is_local", lambda host: bool(site.requests) and is_local(host))
    with pytest.raises(FeedRefused, match=rf"^feeds\.example\.org redirected to .*, which is {ALLOWED_BY}$"):
        await fetch(f"http://feeds.example.org:{site.server_port}/feed")
    assert [request.headers["Host"] for request in site.requests] == [f"feeds.example.org:{site.server_port}"]


# Proxies


async def test_a_proxy_may_be_local_and_looks_up_names_itself(site: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", site.url)
    assert await fetch("http://feeds.example.org/feed") == "One"
    assert site.requests.pop().headers["Host"] == "feeds.example.org"
    for host in ("127.1", "localhost", "10.0.0.1", "[::1]", "127。0。0。1", "%6cocalhost", "localhost%2e"):
        with pytest.raises(FeedRefused, match=f"{ALLOWED_BY}$"):
            await fetch(f"http://{host}/feed")
    site.pages["/feed"] = Page(status=302, headers={"Location": "http://0x7f000001/feed"})
    with pytest.raises(FeedRefused, match=rf"^feeds\.example\.org redirected to 0x7f000001, which is {ALLOWED_BY}$"):
        await fetch("http://feeds.example.org/feed")
    assert len(site.requests) == 1


# The token


@each(
    ("token", "expected"),
    [
        (" hf_first ", "hf_first"),
        ("x" * 1_000, "x" * 1_000),
        # What can't stand in a header is no token.
        *((token, None) for token in ("", " ", "two words", "a\r\nX-Evil: 1", "schlüssel", "x" * 1_001)),
    ],
)
def test_a_token_that_can_be_sent_comes_from_the_environment(token: str, expected: str | None) -> None:
    assert find_token({"HF_TOKEN": token, "HUGGING_FACE_HUB_TOKEN": "old"}) == expected
    assert find_token({}) is None


@each(
    ("endpoint", "expected"),
    [
        ("https://huggingface.co", True),
        ("https://HuggingFace.co:443/", True),
        ("http://huggingface.co", False),
        ("https://huggingface.co:8443", False),
        ("https://huggingface.co.example.org", False),
        ("https://other.huggingface.co", False),
        ("https://huggingface.co@example.org", False),
        ("http://127.0.0.1:8765", False),
        ("nowhere", False),
        ("https://[", False),
    ],
)
def test_only_the_hub_may_have_the_token(endpoint: str, expected: bool) -> None:
    assert may_have_token(endpoint) is expected


@each(("message", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)])
def test_offline_by_choice(message: str, expected: bool) -> None:
    assert is_offline({"HF_HUB_OFFLINE": message}) is expected
    assert is_offline({}) is False
