"""A local feed for tests, with the real shapes and with faults, each on the very request that asks for it.

    with FeedServer({"2026-05-12": [item("2605.00001")]}) as feed:
        feed.faults += ["error", "ok"]   # the first request fails, the others are answered
        ...
        feed.requests[0].query["date"]

It listens on this machine alone, and stops at once whatever its clients do.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

Item = dict[str, Any]

NOTHING: Mapping[str, str] = MappingProxyType({})


def item(id: str, title: str = "", day: str | None = None, **paper: object) -> Item:
    """One item as the feed has it; `paper` overrides the inner record, None takes a key out."""
    title = title or f"Paper {id}"
    inner: Item = {
        "id": id,
        "authors": [{"name": "Ada Example", "hidden": False}, {"name": "Bo Sample", "hidden": False}],
        "publishedAt": "2026-05-08T00:00:00.000Z",
        "title": title,
        "summary": f"We look at {title} and find that it holds.",
        "upvotes": 5,
        "ai_summary": "It holds.",
        "ai_keywords": ["agents", "tool use"],
    }
    if day is not None:
        inner["submittedOnDailyAt"] = f"{day}T00:58:08.622Z"
    inner.update(paper)
    return {
        "paper": {key: value for key, value in inner.items() if value is not None},
        "publishedAt": "2026-05-09T04:00:00.000Z",
        "title": title,
        "summary": inner["summary"],
        "thumbnail": f"https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{id}.png",
        "numComments": 2,
        "isAuthorParticipating": False,
    }


def _data(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in."""

    path: str
    query: Mapping[str, str]
    headers: Message


class LocalServer(ThreadingHTTPServer):
    """A server on this machine while its block lasts; `requests` lists what came in."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.requests: list[Request] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    """Answers in whole bodies, and prints nothing."""

    server: LocalServer
    protocol_version = "HTTP/1.1"
    # A body would wait 40 ms for the client to acknowledge the head.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def received(self) -> Request:
        """The request, which is noted."""
        url = urlsplit(self.path)
        request = Request(url.path, {key: values[-1] for key, values in parse_qs(url.query).items()}, self.headers)
        self.server.requests.append(request)
        return request

    def send(
        self,
        status: int,
        body: object,
        headers: Mapping[str, str] = NOTHING,
        cut: int | None = None,
        *,
        is_sized: bool = True,
    ) -> None:
        """Answer with bytes or JSON, perhaps cut off, or begin an answer that goes on until the client hangs up."""
        data = _data(body)
        self.send_response(status)
        for key, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(key, value)
        if is_sized:
            self.send_header("Content-Length", str(len(data)))
        self.close_connection = not is_sized
        self.end_headers()
        self.wfile.write(data[:cut])
        if cut is not None:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


class FeedServer(LocalServer):
    """The feed: `days` maps ISO days to items; days after `today` are refused. `ranking` is what is trending.

    `faults` holds a name for each coming request, optionally with a value (`limit:2`); once it is empty, `fault`
    applies to all. With `etags` answers have validators, and heed those of requests.
    """

    def __init__(self, days: Mapping[str, list[Item]] | None = None, today: str = "2026-05-12") -> None:
        super().__init__(_Handler)
        self.days = dict(days or {})
        self.today = today
        self.ranking: list[Item] = []
        self.pages: dict[str, bytes] = {}
        """Bodies of other answers by path: Markdown, or HTML if they begin so."""
        self.fault = "ok"
        self.faults: deque[str] = deque()
        self.links = True
        self.etags = False


Answer = tuple[int, object, dict[str, str]]
"""Status, body and headers."""

INSTEAD: dict[str, Callable[[str], Answer]] = {
    "error": lambda status: (int(status or 503), {"error": "Service unavailable"}, {}),
    "error-after": lambda seconds: (503, {"error": "Service unavailable"}, {"Retry-After": seconds}),
    "refuse": lambda status: (int(status), {"error": "It is \x1b[31mnot\x1b[0m allowed."}, {}),
    "garbage": lambda _: (200, b"\x00\xff<<<", {}),
    "html": lambda _: (200, b"<html><body>Sign in</body></html>", {"Content-Type": "text/html"}),
    "bare-html": lambda _: (200, b"\n<!doctype html><p>Sign in", {}),
    "wrongtype": lambda _: (200, {"error": None, "papers": 7}, {}),
    "bomb": lambda _: (200, gzip.compress(b" " * 4_000_000), {"Content-Encoding": "gzip"}),
    "bad-gzip": lambda _: (200, b"not gzip at all", {"Content-Encoding": "gzip"}),
    "limit": lambda seconds: (
        429,
        {"error": "Too many requests"},
        {"RateLimit": f'"api";r=0;t={seconds}', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'},
    ),
    "limit-after": lambda seconds: (429, {"error": "Too many requests"}, {"Retry-After": seconds}),
    "limit-bare": lambda _: (429, b"", {}),
    "redirect": lambda address: (302, b"", {"Location": address}),
}
"""What stands in the place of an answer, by the name and the value of its fault."""


class _Handler(Handler):
    server: FeedServer

    def do_GET(self) -> None:
        request, faults = self.received(), self.server.faults
        name, _, value = (faults.popleft() if faults else self.server.fault).partition(":")
        status, body, headers = self._answer(request.path, request.query)
        if instead := INSTEAD.get(name.replace("_", "-")):
            self.send(*instead(value))
        else:
            getattr(self, f"_{name.replace('-', '_')}")(value, status, body, headers)

    # Answers

    def _answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if (page := self.server.pages.get(path)) is not None:
            if page.startswith(b"%PDF"):
                return 200, page, {"Content-Type": "application/pdf"}
            kind = "text/html" if page.lstrip()[:1] == b"<" else "text/markdown"
            return 200, page, {"Content-Type": f"{kind}; charset=utf-8"}
        if path == "/api/daily_papers":
            return self._list(query)
        every = [one for day in self.server.days.values() for one in day]
        if path == "/api/papers/search":
            words = re.findall(r"\w+", query["q"].lower())
            return 200, [one for one in every if all(word in one["title"].lower() for word in words)], {}
        # A paper that is asked for by its id comes bare.
        found = next((one["paper"] for one in every if path == f"/api/papers/{one['paper']['id']}"), None)
        return (404, {"error": "Not found"}, {}) if found is None else (200, found, {})

    def _list(self, query: Mapping[str, str]) -> Answer:
        limit, page = int(query.get("limit", 50)), int(query.get("p", 0))
        if limit > 100:
            return 400, {"error": "Too big: expected number to be <=100"}, {}
        if query.get("sort") == "trending":
            items = self.server.ranking
        elif query["date"] > self.server.today:
            return 400, {"error": f"Date must not be after {self.server.today}."}, {}
        else:
            items = self.server.days.get(query["date"], [])
        headers = {}
        if self.server.links and len(items) > (page + 1) * limit:
            following = urlencode({**query, "p": page + 1})
            headers["Link"] = f'<{self.server.url}/api/daily_papers?{following}>; rel="next"'
        return 200, items[page * limit : (page + 1) * limit], headers

    def _drip(self, data: Callable[[], bytes], pause: float) -> None:
        """Write pieces until the client or the test has enough."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        while not self.server.stopping.wait(pause):
            piece = data()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    # Faults, by name

    def _ok(self, _: str, status: int, body: object, headers: dict[str, str]) -> None:
        if self.server.etags:
            tag = f'W/"{zlib.crc32(json.dumps(body).encode()):x}"'
            if self.headers["If-None-Match"] == tag:
                status, body = 304, b""
            headers = {**headers, "ETag": tag}
        self.send(status, body, headers)

    def _hang(self, *_: object) -> None:
        self.server.stopping.wait(30)
        self.close_connection = True

    def _slow(self, value: str, *_: object) -> None:
        self._drip(lambda: b" ", float(value))

    def _endless(self, *_: object) -> None:
        self._drip(lambda: b"A" * 65_536, 0)

    def _drop(self, _: str, status: int, body: object, headers: dict[str, str]) -> None:
        data = _data(body)
        self.send(status, data, headers, cut=len(data) // 2)

    def _cut(self, value: str, status: int, body: object, headers: dict[str, str]) -> None:
        self.send(status, body, headers, cut=int(value))

    def _truncate(self, _: str, status: int, body: object, headers: dict[str, str]) -> None:
        data = _data(body)
        self.send(status, data[: len(data) // 2], headers)

    def _nulls(self, _: str, status: int, body: object, headers: dict[str, str]) -> None:
        assert isinstance(body, list)
        bare = [
            {
                **dict.fromkeys(entry),
                "paper": {**dict.fromkeys(entry["paper"]), "id": entry["paper"]["id"], "title": "T"},
            }
            for entry in body
        ]
        self.send(status, bare, headers)

    def _gzip(self, _: str, status: int, body: object, headers: dict[str, str]) -> None:
        self.send(status, gzip.compress(_data(body)), {**headers, "Content-Encoding": "gzip"})

    def _spent(self, value: str, status: int, body: object, headers: dict[str, str]) -> None:
        self.send(status, body, {**headers, "RateLimit": f'"api";r=0;t={value}'})

    def _redirect_here(self, *_: object) -> None:
        self.send(302, b"", {"Location": self.path})
