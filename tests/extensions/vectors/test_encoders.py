"""Vectors from a server: what it answers is checked, and what fails is said in a sentence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reader.core.errors import ConfigError, FeedError, FeedOffline
from reader.core.settings.tables import Vectors
from reader.extensions.vectors.encoders import KEY_VARIABLE, LIMITS, EndpointEncoder
from reader.feeds.http.responses import Limits
from tests.embeddings_server import EmbeddingsServer

PATIENT = replace(LIMITS, read_timeout=10, total_timeout=30, body_size=1_000_000)
QUICK = replace(PATIENT, read_timeout=1, total_timeout=3)
"""For a server that keeps one waiting."""


async def no_wait(_: float) -> None:
    pass


def encode(
    server: EmbeddingsServer,
    *texts: str,
    environ: dict[str, str] | None = None,
    path: str = "",
    limits: Limits = PATIENT,
) -> Any:
    async def run() -> Any:
        made = Vectors("small", server.url + path)
        encoder = EndpointEncoder(made, environ=environ or {}, limits=limits, sleep=no_wait)
        try:
            return await encoder.encode(texts)
        finally:
            await encoder.aclose()

    return asyncio.run(run())


def test_a_server_makes_a_vector_of_each_text() -> None:
    with EmbeddingsServer("ok", "backwards", "error", "busy") as server:
        rows = encode(server, "clean laundry", "songs", environ={KEY_VARIABLE: "abc", "HF_HUB_OFFLINE": "1"})
        assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])
        assert rows[0].argmax() == 0 and rows[1].argmax() == 1
        asked = {"model": "small", "input": ["clean laundry", "songs"], "encoding_format": "float"}
        assert server.asked == [asked | {"path": "/v1/embeddings"}]
        assert server.keys == ["Bearer abc"]
        assert np.allclose(encode(server, "clean laundry", "songs", path="/v1"), rows)
        # The third fails twice, and is answered then.
        assert np.allclose(encode(server, "clean laundry", "songs", path="/v1/embeddings/"), rows)
        assert server.keys[1:] == [None] * 4
        assert {asked["path"] for asked in server.asked} == {"/v1/embeddings"}


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (["error"] * 3, "made no vectors (500): the model is not loaded."),
        (["hang"] * 2, "did not answer within 1 s"),
        (["redirect"], "redirected to http://example.org/v1/embeddings, which was not followed."),
        (["secret"], "did not accept the request (401); set DAILYPAPERS_VECTORS_KEY to its key."),
        (["unknown"], "has no /v1/embeddings, so check vectors.server."),
        (["nan"], "numbers that are not finite"),
        (["infinite"], "numbers that are not finite"),
        (["words"], "vectors of different lengths"),
        (["ragged"], "vectors of different lengths"),
        (["none"], "vectors of 0 numbers"),
        (["fewer"], "did not answer with 2 vectors"),
        (["page"], "did not answer with 2 vectors; check vectors.server."),
        (["deep"], "did not answer with 2 vectors"),
        (["huge"], "sent more than 0 MiB at once"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_fails_is_said(faults: list[str], said: str) -> None:
    with EmbeddingsServer(*faults) as server:
        with pytest.raises(FeedError) as failure:
            encode(server, "laundry", "songs", limits=QUICK if "hang" in faults else PATIENT)
        assert said in str(failure.value)
        assert len(server.asked) == len(faults)


@pytest.mark.parametrize(
    ("address", "remote", "said"),
    [
        ("https://example.org", False, "example.org is not this machine"),
        ("http://127.0.0.1.example.org", False, "is not this machine"),
        ("http://example.org", True, "only by https"),
        ("http://192.168.1.8:8080", True, ""),
        ("https://example.org", True, ""),
        ("http://[::1]:8080", False, ""),
        ("http://localhost:11434", False, ""),
    ],
)
def test_other_machines_are_asked_if_they_are_allowed(address: str, remote: bool, said: str) -> None:
    made = Vectors("small", address, allow_remote=remote)
    assert said in made.trouble() and bool(said) == bool(made.trouble())
    if said:
        with pytest.raises(ConfigError):
            EndpointEncoder(made, environ={})


def test_nothing_is_asked_of_the_internet_while_offline() -> None:
    made = Vectors("small", "https://example.org", allow_remote=True)
    with pytest.raises(FeedOffline):
        asyncio.run(EndpointEncoder(made, environ={"HF_HUB_OFFLINE": "1"}).encode(["laundry"]))
