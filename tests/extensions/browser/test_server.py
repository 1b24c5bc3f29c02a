"""`dailypapers serve`: who gets to the reader in the browser, and what is said to those who do not."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import cast
from unittest.mock import AsyncMock, Mock, call

import pytest
from aiohttp import ClientResponse, WSMessage, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from reader import access_token
from reader.core.errors import UsageError
from reader.extensions.browser import server
from reader.extensions.browser.server import HEADERS, NO_KEY, OTHER_ADDRESS, OTHER_PAGE, Address, Guard, GuardedServer
from tests.commands.conftest import Run, Session
from tests.table import each

HOST = "127.0.0.1:8000"
SITE = f"http://{HOST}"

ECHO = """
import os, sys
sys.stdout.write("__GANGLION__\\n"); sys.stdout.flush()
while (kind := sys.stdin.buffer.read(1)):
    data = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if kind == b"M" and b"quit" in data:
        break
    if data == b"t":
        data = os.environ["HF_TOKEN"].encode()
    sys.stdout.buffer.write(kind + len(data).to_bytes(4, "big") + data); sys.stdout.flush()
"""
"""Speaks as an app does to Textual's server, and draws what is typed, or its token after a t."""

COMMAND = shlex.join([sys.executable, "-c", ECHO])


class Visitor:
    """A browser at the server, which listens elsewhere than it believes."""

    def __init__(self, client: TestClient[web.Request, web.Application], guard: Guard) -> None:
        self.client = client
        self.guard = guard

    @property
    def key(self) -> str:
        return self.guard.entrance.partition("?key=")[2]

    @property
    def own(self) -> dict[str, str]:
        """The headers of the user's own browser, once it has opened the address."""
        return {"Host": HOST, "Origin": SITE, "Cookie": f"{self.guard.cookie}={self.key}"}

    async def get(self, path: str, headers: dict[str, str]) -> ClientResponse:
        return await self.client.get(path, headers=headers, allow_redirects=False)

    async def typed(self, headers: dict[str, str], key: str = "s") -> bytes:
        """What a websocket draws after a key."""
        async with self.client.ws_connect("/ws?width=80&height=24", headers=headers) as websocket:
            await websocket.send_json(["stdin", key])
            return await websocket.receive_bytes(timeout=30)


@asynccontextmanager
async def visit(address: Address | None = None, command: str = COMMAND) -> AsyncIterator[Visitor]:
    guard = Guard(address or Address.parse("127.0.0.1", 8000))
    async with TestClient(TestServer(await GuardedServer(command, guard).make_app())) as client:
        yield Visitor(client, guard)


async def test_the_printed_address_gives_a_key_that_opens_the_reader() -> None:
    async with visit() as one:
        entrance = await one.get(f"/?fontsize=26&key={one.key}", {"Host": HOST})
        assert entrance.status == 200
        assert 'content="0; url=/?fontsize=26"' in await entrance.text()
        cookie = SimpleCookie(entrance.headers["Set-Cookie"])["dailypapers-8000"]
        assert (cookie.value, cookie["samesite"], cookie["httponly"]) == (one.key, "Strict", True)
        assert (cookie["domain"], cookie["path"], cookie["expires"], cookie["max-age"]) == ("", "/", "", "")
        assert entrance.headers["Cache-Control"] == "no-store"
        page = await one.get("/?fontsize=26", {"Host": HOST, "Cookie": one.own["Cookie"]})
        text = await page.text()
        assert page.status == 200
        assert f'data-session-websocket-url="ws://{HOST}/ws"' in text
        assert one.key not in text
        assert await one.typed(one.own) == b"s"


async def test_the_page_is_for_phones_too_and_asks_no_other_host() -> None:
    async with visit() as one:
        page = await one.get("/", one.own)
        text = await page.text()
        assert 'name="viewport" content="width=device-width' in text
        asked = re.findall(r"""(?:src|href)="([^"]+)"|url\("([^"]+)"\)""", text)
        assert len(asked) > 3 and all(f"{a}{b}".startswith((f"{SITE}/static/", "data:")) for a, b in asked)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        for path in re.findall(rf'"{SITE}(/static/[^"]+)"', text):
            assert (await one.get(path, one.own)).status == 200


async def test_the_names_of_this_machine_are_one_address() -> None:
    async with visit() as one:
        for host in ("127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000"):
            own = {**one.own, "Host": host, "Origin": f"http://{host}"}
            page = await one.get("/", own)
            # Under another name the browser would send no cookie.
            assert page.status == 200 and f'"ws://{host}/ws"' in await page.text()
            assert await one.typed(own) == b"s"


MALFORMED = (
    *("", "{", "[]", "{}", "null", "1", '"stdin"', '["stdin"]', '["stdin", 5]', '["stdin", "a", "b"]', "[" * 100_000),
    *('["resize", {}]', '["resize", {"width": "x", "height": 1}]', '["resize", null]', '["ping"]', '["ping", [1]]'),
    *('["stdin", null]', "[[1], 2]", '["unknown", 1]', "\u202e[31m"),
)


async def test_a_page_that_sends_nonsense_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    async with visit() as one, one.client.ws_connect("/ws?width=80&height=24", headers=one.own) as websocket:
        for sent in MALFORMED:
            await websocket.send_str(sent)
        await websocket.send_bytes(b"\x00\xff")
        await websocket.send_json(["ping", 7])
        await websocket.send_json(["stdin", "\ud800s"])
        assert await websocket.receive_json(timeout=30) == ["pong", 7]
        assert await websocket.receive_bytes(timeout=30) == b"?s"
    assert capfd.readouterr() == ("", "")


async def test_a_reader_is_told_the_size_and_focus_of_its_page() -> None:
    class Page:
        """Sends what a page does."""

        async def __aiter__(self) -> AsyncIterator[WSMessage]:
            for sent in (["resize", {"width": -5, "height": 99_999}], ["blur"], ["focus"], ["stdin", "é"]):
                yield WSMessage(WSMsgType.TEXT, json.dumps(sent), None)

    reader = AsyncMock()
    await GuardedServer._process_messages(Mock(), cast(web.WebSocketResponse, Page()), reader)
    assert reader.mock_calls == [
        *(call.set_terminal_size(1, server.LARGEST), call.blur(), call.focus()),
        call.send_bytes("é".encode()),
    ]


EVIL = "evil.example:8000"

REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    # A name that was bound to this machine, that name as origin too, and others.
    ({"Host": EVIL}, OTHER_ADDRESS),
    ({"Host": EVIL, "Origin": f"http://{EVIL}"}, OTHER_ADDRESS),
    *(({"Host": host}, OTHER_ADDRESS) for host in (f"127.0.0.1.{EVIL}", "127.0.0.1", "127.0.0.1:8001", "")),
    # Pages of others, of another port, by https, of another name, in a sandbox, of none.
    *(({"Origin": origin}, OTHER_PAGE) for origin in (f"https://{EVIL}", "http://127.0.0.1:3000", f"https://{HOST}")),
    *(({"Origin": origin}, OTHER_PAGE) for origin in ("http://localhost:8000", "null", "")),
    # No cookie, that of an earlier run, a part of the key, none, and another port's cookie.
    *(({"Cookie": f"dailypapers-{said}"}, NO_KEY) for said in ("", f"8000={'x' * 32}", "8000=KE", "8000=", "8001=KEY")),
)


async def test_all_others_are_refused_everywhere_with_a_sentence() -> None:
    async with visit(command="false") as one:
        assert one.guard.cookie == "dailypapers-8000"
        for change, sentence in REFUSED:
            headers = one.own | {
                name: said.replace("KEY", one.key).replace("KE", one.key[:-1]) for name, said in change.items()
            }
            for path in ("/", "/static/js/textual.js", "/download/0", "/ws", "/nowhere"):
                answer = await one.get(path, headers)
                assert (path, answer.status, await answer.text()) == (path, 403, f"{sentence}\n"), change
                assert answer.content_type == "text/plain"
                assert "Set-Cookie" not in answer.headers
            with pytest.raises(WSServerHandshakeError) as refused:
                await one.typed(headers)
            assert refused.value.status == 403, change


async def test_a_websocket_says_from_which_page_it_is() -> None:
    async with visit(command="false") as one:
        without = {name: value for name, value in one.own.items() if name != "Origin"}
        answer = await one.get("/ws", without)
        assert (answer.status, await answer.text()) == (403, f"{OTHER_PAGE}\n")
        # A page that is typed or clicked does not.
        assert (await one.get("/", without)).status == 200


async def test_a_wrong_key_is_as_good_as_none() -> None:
    async with visit() as one:
        keys = ("", "x", "%ff%fe", "é", "%00", "%ED%A0%80", "x" * 99)
        for path in (*(f"/?key={key}" for key in keys), f"/static/?key={one.key}", f"/ws?key={one.key}"):
            answer = await one.get(path, {"Host": HOST, "Origin": SITE})
            assert (answer.status, await answer.text()) == (403, f"{NO_KEY}\n")


async def test_no_other_page_may_frame_the_reader_or_take_in_its_answers() -> None:
    async with visit() as one:
        for path in ("/", "/static/js/textual.js", "/nowhere"):
            for headers in (one.own, {}):
                answer = await one.get(path, headers)
                assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_what_a_page_is_given_is_no_code() -> None:
    async with visit() as one:
        text = await (await one.get(f'/?key={one.key}&fontsize="><script>', {"Host": HOST})).text()
        assert "<script" not in text and text.count('"') == 4


async def test_two_pages_have_a_reader_each_and_all_end_with_the_server() -> None:
    async with visit() as one:
        first = await one.client.ws_connect("/ws", headers=one.own)
        second = await one.client.ws_connect("/ws", headers=one.own)
        for websocket, key in ((first, "a"), (second, "b"), (first, "c")):
            await websocket.send_json(["stdin", key])
            assert await websocket.receive_bytes(timeout=30) == key.encode()
        await one.client.server.close()
        for websocket in (first, second):
            await websocket.receive(timeout=30)
            assert websocket.closed


async def test_a_reader_has_the_tokens_as_if_a_shell_had_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "of-a-test")
    access_token.hide_tokens()
    try:
        async with visit() as one:
            assert await one.typed(one.own, "t") == b"of-a-test"
        assert "HF_TOKEN" not in os.environ
    finally:
        access_token.hold_tokens({})


@each(
    ("host", "port", "url", "is_local"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000", True),
        ("localhost", 80, "http://localhost", True),
        ("[::1]", 8000, "http://[::1]:8000", True),
        ("127.0.0.2", 8000, "http://127.0.0.2:8000", True),
        ("192.168.1.5", 8000, "http://192.168.1.5:8000", False),
        ("FD00::5", 8000, "http://[fd00::5]:8000", False),
        ("desk.example", 80, "http://desk.example", False),
    ],
)
def test_an_address_is_named_as_a_browser_opens_it(host: str, port: int, url: str, is_local: bool) -> None:
    address = Address.parse(host, port)
    assert (address.url, address.is_local) == (url, is_local)
    assert url.removeprefix("http://") in address.accepted
    assert (f"localhost:{port}" in address.accepted) is is_local
    assert Guard(address).entrance.startswith(f"{url}/?key=")


@each("host", ["", "0.0.0.0", "::", "[::]", "localhost:8000", "http://localhost", "a b", "-x", "é"])
def test_what_is_no_address_of_one_machine_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match=r"^--host "):
        Address.parse(host, 8000)


def test_each_run_has_a_key_of_its_own_which_is_not_shown_by_chance() -> None:
    address = Address.parse("127.0.0.1", 8000)
    one, other = Guard(address), Guard(address)
    assert one.entrance != other.entrance
    assert one.entrance.partition("?key=")[2] not in repr(one)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield int(one.getsockname()[1])


def test_what_can_not_be_served_is_one_sentence(session: Session, taken_port: int) -> None:
    session(
        """
        $ serve --port PORT
        1! dailypapers: Another program uses port PORT: choose another with --port.
        $ serve --host 192.0.2.1
        1! dailypapers: 192.0.2.1 is not this machine: name one of its own addresses with --host.
        $ serve --host 0.0.0.0
        2! dailypapers: --host 0.0.0.0 means all addresses: name one that a browser can open, such as 192.168.1.5.
        $ serve --host a_b
        2! dailypapers: --host 'a_b' is not a name or IP address of this machine; use --port for a port.
        $ serve --port 0
        2! dailypapers serve: argument --port: '0' is not a port: it is a number from 1 to 65535. See 'dailypapers serve --help'.
        $ serve --port 65536
        2! dailypapers serve: argument --port: '65536' is not a port: it is a number from 1 to 65535. See 'dailypapers serve --help'.
        $ serve --port http
        2! dailypapers serve: argument --port: 'http' is not a port: it is a number from 1 to 65535. See 'dailypapers serve --help'.
        """,  # noqa: E501
        PORT=str(taken_port),
    )


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What would be served; nothing listens."""
    told: list[dict[str, str]] = []

    def serve(command: str, guard: Guard, announce: Callable[[], None]) -> None:
        announce()
        told.append({"command": command, "entrance": guard.entrance})

    monkeypatch.setattr(server, "serve", serve)
    return told


def test_it_prints_the_address_and_how_to_end_it(run: Run, served: list[dict[str, str]]) -> None:
    found = run("serve", "--log-level", "info")
    (one,) = served
    assert (found.code, found.err) == (0, "")
    assert found.lines == [
        f"The reader is at {one['entrance']}",
        "Only a browser that opened this address gets in. Press ctrl+c to stop.",
    ]
    assert one["entrance"].startswith("http://127.0.0.1:8000/?key=")
    assert one["command"].endswith(" --log-level info")


def test_other_machines_are_warned_of(run: Run, served: list[dict[str, str]]) -> None:
    found = run("serve", "--host", "192.168.1.5", "--port", "8080")
    assert served[0]["entrance"].startswith("http://192.168.1.5:8080/?key=")
    assert found.err.startswith("Anyone with this address can read and mark as you") and found.err.count("\n") == 1


@pytest.mark.parametrize("package", ["aiohttp", "textual_serve"])
def test_without_the_extra_it_says_how_to_get_it(run: Run, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "reader.extensions.browser.server")
    monkeypatch.setitem(sys.modules, package, None)
    found = run("serve")
    assert (found.code, found.out) == (1, "")
    assert "pip install 'dailypapers[browser]'" in found.err and found.err.count("\n") == 1
