"""Vectors on the command line: what is set, made, asked for by a list, and dropped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.commands.conftest import Session
from tests.embeddings_server import EmbeddingsServer
from tests.extensions.vectors.test_hub import Hub, hub

__all__ = ["hub"]


def test_a_server_of_the_user_finds_papers(session: Session, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EmbeddingsServer() as server:
        place = server.url
        session(
            """
        $ vectors status
        No model is set, so ~ finds papers by words alone. To use your own:
          dailypapers config set vectors.server http://localhost:11434   and   vectors.model NAME
          dailypapers vectors fetch minishlab/potion-base-8M              a static model, by model2vec
        $ vectors build
        2! dailypapers: No model is set. 'dailypapers vectors status' says how.
        $ vectors build small
        2! dailypapers: build takes no model: 'dailypapers config set vectors.model NAME' sets one.
        $ vectors drop
        There were none.
        $ vectors fetch
        2! dailypapers: Name a static model of the hub: dailypapers vectors fetch minishlab/potion-base-8M.
        $ config set vectors.server SERVER
        $ vectors status
        1! dailypapers: Also name the model that the server uses: 'dailypapers config set vectors.model NAME'.
        $ config set vectors.model small
        $ vectors status
        small, SERVER
        0 of 6 papers have a vector
        0.0 MiB
        'dailypapers vectors build' makes the rest; the reader does so while it is open.
        $ vectors build
        6 new vectors; 6 papers have one.
        $ vectors build --jsonl
        {"new": 0, "papers": 6}
        $ vectors status
        small, SERVER
        6 of 6 papers have a vector of 4 numbers
        0.0 MiB
        $ vectors status --jsonl=on,model,server,papers,of,numbers,trouble
        {"on": true, "model": "small", "server": "SERVER", "papers": 6, "of": 6, "numbers": 4, "trouble": null}
        $ list ~verifiers
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons
        $ vectors build -q
        """,
            SERVER=place,
            HOST=place.removeprefix("http://"),
        )
        assert server.texts[-1] == "verifiers"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    session(
        """
        $ list "~songs of verifiers"
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons
        ! Found by words alone: HOST could not be reached; try again later.
        $ vectors drop
        0.0 MiB freed.
        The reader makes them again; "dailypapers config set vectors.model ''" switches them off.
        $ config set vectors.server https://example.org
        $ list ~verifiers
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons
        ! Found by words alone: example.org is not this machine, so it was not asked for vectors: 'dailypapers config set vectors.allow_remote true' allows it.
        $ vectors status --jsonl=trouble
        {"trouble": "example.org is not this machine, so it was not asked for vectors: 'dailypapers config set vectors.allow_remote true' allows it."}
        $ vectors drop
        There were none.
        The reader makes them again; "dailypapers config set vectors.model ''" switches them off.
        $ config set vectors.server ""
        $ config set vectors.model ""
        $ vectors drop
        There were none.
        $ vectors drop -q
        $ vectors fetch some/model
        1! dailypapers: Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again.
        """,  # noqa: E501
        SERVER=place,
        HOST=place.removeprefix("http://"),
    )


def test_a_static_model_is_fetched_and_used(
    session: Session, papers: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in hub.files.items()}
    session(
        """
        $ config set vectors.model some/model
        $ vectors status
        1! dailypapers: The model some/model is not on this machine; 'dailypapers vectors fetch some/model' fetches it.
        $ config set vectors.model home
        $ vectors build
        1! dailypapers: There is no folder TMP/home/home with a static model.
        $ vectors fetch some/model --sha256 WEIGHTS
        some/model, commit 0123456789abcdef0123456789abcdef01234567
          CONFIG  config.json
          WORDS  tokenizer.json
          WEIGHTS  model.safetensors
        To use it: dailypapers config set vectors.model some/model
        $ config set vectors.model some/model
        $ vectors fetch --jsonl
        {"model": "some/model", "folder": "TMP/home/models/some--model", "commit": "0123456789abcdef0123456789abcdef01234567", "sha256": {"config.json": "CONFIG", "tokenizer.json": "WORDS", "model.safetensors": "WEIGHTS"}}
        $ vectors fetch --quiet
        $ vectors build
        6 new vectors; 6 papers have one.
        $ vectors status
        some/model, a static model
        6 of 6 papers have a vector of 3 numbers
        0.0 MiB
        $ config set vectors.before_paper read:
        $ vectors status
        some/model, a static model
        0 of 6 papers have a vector
        0.0 MiB
        'dailypapers vectors build' makes the rest; the reader does so while it is open.
        $ vectors drop --quiet
        $ vectors status
        1! dailypapers: The model some/model is not on this machine; 'dailypapers vectors fetch some/model' fetches it.
        $ config set vectors.model ../on-hub
        $ vectors status
        ../on-hub, a static model
        0 of 6 papers have a vector
        0.0 MiB
        'dailypapers vectors build' makes the rest; the reader does so while it is open.
        """,  # noqa: E501
        CONFIG=digests["config.json"],
        WORDS=digests["tokenizer.json"],
        WEIGHTS=digests["model.safetensors"],
    )
