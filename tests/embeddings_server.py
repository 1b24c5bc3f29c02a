"""A server on loopback that makes vectors as `/v1/embeddings` does, with faults, each on the request that asks for it.

Its model knows three meanings, each with several words: texts of one meaning have nearly the same vector.
"""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from tests.feed_server import Handler, LocalServer

MEANINGS = (("laundry", "clothes", "washing"), ("music", "songs", "melody"), ("stars", "galaxies", "telescope"))


def vector(text: str) -> list[float]:
    """How often a text has words of each meaning, and a little of everything."""
    words = re.findall(r"\w+", text.lower())
    return [0.1 + sum(word in meaning for word in words) for meaning in MEANINGS] + [0.1]


class EmbeddingsServer(LocalServer):
    """`faults` holds a name for each coming request; once it is empty, all are answered."""

    def __init__(self, *faults: str) -> None:
        super().__init__(_Handler)
        self.faults = deque(faults)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def texts(self) -> list[str]:
        """All texts that came."""
        return [text for asked in self.asked for text in asked["input"]]


class _Handler(Handler):
    server: EmbeddingsServer

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
                self.send({"error": 500, "busy": 429, "secret": 401, "unknown": 404}[fault], said)
            case "redirect":
                self.send(307, {}, {"Location": "http://example.org/v1/embeddings"})
            case "page" | "deep" | "huge":
                pages = {
                    "page": b"<html>Sign in</html>",
                    "deep": b"[" * 100_000,
                    "huge": b"[" + b"0" * 3_000_000 + b"]",
                }
                self.send(200, pages[fault])
            case "backwards":
                answer = _answer(rows)
                answer["data"].reverse()
                self.send(200, answer)
            case _:
                self.send(200, _answer(ODD[fault](rows) if fault in ODD else rows))


ODD: dict[str, Callable[[list[list[float]]], Sequence[Sequence[object]]]] = {
    "nan": lambda rows: [[math.nan, *row[1:]] for row in rows],
    "infinite": lambda rows: [[1e300, *row[1:]] for row in rows],
    "words": lambda rows: [["many"] * 4 for _ in rows],
    "wider": lambda rows: [[*row, 1.0] for row in rows],
    "ragged": lambda rows: [row[: 2 + at % 2] for at, row in enumerate(rows)],
    "none": lambda rows: [[] for _ in rows],
    "fewer": lambda rows: rows[1:],
}
"""What the rows of an answer may be in place of the right ones."""


def _answer(rows: Sequence[Sequence[object]]) -> dict[str, Any]:
    return {"object": "list", "data": [{"index": at, "embedding": list(row)} for at, row in enumerate(rows)]}
