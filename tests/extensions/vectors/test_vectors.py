"""Vectors on the command line: what is set, made, asked for by a list, and dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.embeddings_server import EmbeddingsServer


def test_a_server_of_the_user_finds_papers(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No model is set" in run("vectors", "status").out
    assert "No model is set" in run("vectors", "build").err
    assert run("vectors", "build", "small").code == 2
    with EmbeddingsServer() as server:
        run("config", "set", "vectors.server", f"{server.url}")
        assert "Also name the model" in run("vectors", "status").err
        run("config", "set", "vectors.model", "small")
        assert "0 of 6 papers have a vector" in run("vectors", "status").out
        built = run("vectors", "build")
        assert (built.code, built.out) == (0, "6 new vectors; 6 papers have one.\n")
        assert run("vectors", "build", "--json").json == {"new": 0, "papers": 6}
        said = run("vectors", "status", "--json").record
        assert (said["papers"], said["of"], said["numbers"], said["trouble"]) == (6, 6, 4, None)
        assert "of 4 numbers" in run("vectors", "status").out
        assert [line.split("\t")[0] for line in run("list", "~verifiers").lines] == ["2606.00003"]
        assert server.texts[-1] == "verifiers"
    failed = run("list", "~songs of verifiers")
    assert "Found by words alone: 127.0.0.1" in failed.err
    assert [line.split("\t")[0] for line in failed.lines] == ["2606.00003"]
    dropped = run("vectors", "drop")
    assert "freed" in dropped.out and "makes them again" in dropped.out
    run("config", "set", "vectors.server", "https://example.org")
    assert "Found by words alone: example.org is not this machine" in run("list", "~verifiers").err
    assert run("vectors", "status", "--json").record["trouble"].startswith("example.org is not this machine")
    run("config", "set", "vectors.server", "")
    run("config", "set", "vectors.model", "")
    assert run("vectors", "drop").out == "There were none.\n"
    assert run("vectors", "drop", "--json").json == {"freed_bytes": 0}
    assert "Name a static model" in run("vectors", "fetch").err
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    offline = run("vectors", "fetch", "some/model")
    assert (offline.code, "Offline mode is on" in offline.err) == (1, True)
