"""A server on loopback that makes vectors as `/v1/embeddings` does, with faults, each on the request that asks for it.

Its model knows three meanings, each with several words: texts of one meaning have nearly the same vector.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MEANINGS = (("laundry", "clothes", "washing"), ("music", "songs", "melody"), ("stars", "galaxies", "telescope"))


def vector(text: str) -> list[float]:
    """How often a text has words of each meaning, and a little of everything."""
    words = re.findall(r"\w+", text.lower())
    return [0.1 + sum(word in meaning for word in words) for meaning in MEANINGS] + [0.1]


class EmbeddingsServer(ThreadingHTTPServer):
    """`faults` holds a name for each coming request; once it is empty, all are answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults: deque[str] = deque()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        """All texts that came."""
        return [text for asked in self.asked for text in asked["input"]]

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def embeddings_server(*faults: str) -> Iterator[EmbeddingsServer]:
    server = EmbeddingsServer()
    server.faults += faults
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A body would wait 40 ms for the client to acknowledge the head.
    disable_nagle_algorithm = True
    server: EmbeddingsServer

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body) | {"path": self.path})
        self.server.keys.append(self.headers["Authorization"])
        fault = self.server.faults.popleft() if self.server.faults else "ok"
        texts = self.server.asked[-1]["input"]
        rows = [vector(text) for text in texts]
        match fault:
            case "hang":
                self.server.stopping.wait(5)
                self.close_connection = True
            case "error" | "busy" | "secret" | "unknown":
                said = {"error": {"message": "the model is not loaded."}} if fault == "error" else {}
                self._send(said, {"error": 500, "busy": 429, "secret": 401, "unknown": 404}[fault])
            case "redirect":
                self._send({}, 307, {"Location": "http://example.org/v1/embeddings"})
            case "nan":
                self._send(_answer([[math.nan, *row[1:]] for row in rows]))
            case "infinite":
                self._send(_answer([[1e300, *row[1:]] for row in rows]))
            case "words":
                self._send(_answer([["many"] * 4 for _ in rows]))
            case "wider":
                self._send(_answer([[*row, 1.0] for row in rows]))
            case "ragged":
                self._send(_answer([row[: 2 + at % 2] for at, row in enumerate(rows)]))
            case "none":
                self._send(_answer([[] for _ in rows]))
            case "fewer":
                self._send(_answer(rows[1:]))
            case "page":
                self._send(b"<html>Sign in</html>")
            case "deep":
                self._send(b"[" * 100_000)
            case "huge":
                self._send(b"[" + b"0" * 3_000_000 + b"]")
            case "backwards":
                answer = _answer(rows)
                answer["data"].reverse()
                self._send(answer)
            case _:
                self._send(_answer(rows))

    def _send(self, answer: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _answer(rows: Sequence[Sequence[object]]) -> dict[str, Any]:
    return {"object": "list", "data": [{"index": at, "embedding": list(row)} for at, row in enumerate(rows)]}
