"""Static models: loaded from a folder, and fetched from the hub with their digests."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reader.core.errors import ConfigError, FeedError, FeedOffline, ReaderError, UsageError
from reader.extensions.vectors.encoders import StaticEncoder
from reader.extensions.vectors.hub import Fetched, HubClient, OnProgress, is_name
from tests.feed_server import Handler, LocalServer
from tests.static_model import make_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_static_model_makes_vectors(tmp_path: Path) -> None:
    encoder = StaticEncoder(make_model(tmp_path / "model"))
    rows = asyncio.run(encoder.encode(["laundry of clothes", "songs", "???"]))
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 0])
    assert rows[0].argmax() == 0 and rows[1].argmax() == 1
    asyncio.run(encoder.aclose())


def test_a_model_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"has no model\.safetensors"):
        StaticEncoder(tmp_path)
    folder = make_model(tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"no numbers")
    with pytest.raises(ConfigError, match="can't be loaded"):
        asyncio.run(StaticEncoder(folder).encode(["songs"]))
    monkeypatch.setitem(sys.modules, "model2vec", None)
    with pytest.raises(ConfigError, match=r"pip install 'dailypapers\[meaning\]'"):
        asyncio.run(StaticEncoder(folder).encode(["songs"]))


class Hub(LocalServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(_Handler)
        self.files = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.sent = dict(self.files)
        self.listing: object = None

    def list(self, **more: object) -> object:
        listed: list[dict[str, object]] = []
        for name, data in self.files.items():
            git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            one: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": git}
            if name.endswith("safetensors"):
                one["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            listed.append(one | more)
        return {"sha": COMMIT, "siblings": listed}


class _Handler(Handler):
    server: Hub

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/api/models/some/model?blobs=true":
            self.send(200, self.server.listing or self.server.list())
        elif self.path == f"/some/model/resolve/{COMMIT}/model.safetensors":
            self.send(302, b"", {"Location": f"{self.server.url}/large/model.safetensors"})
        elif name in self.server.sent and self.path in (f"/some/model/resolve/{COMMIT}/{name}", f"/large/{name}"):
            self.send(200, self.server.sent[name])
        else:
            self.send(404, {})


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(make_model(tmp_path / "on-hub")) as server:
        yield server


def fetch(
    hub: Hub,
    models: Path,
    name: str = "some/model",
    *,
    sha256: str = "",
    offline: bool = False,
    tell: OnProgress = lambda *_: None,
) -> Fetched:
    async def no_wait(_: float) -> None:
        pass

    async def run() -> Fetched:
        client = HubClient(hub.url, offline=offline, sleep=no_wait)
        try:
            return await client.fetch(name, models, tell, sha256=sha256)
        finally:
            await client.aclose()

    return asyncio.run(run())


def test_a_model_comes_from_the_hub_with_its_digests(hub: Hub, tmp_path: Path) -> None:
    digest = hashlib.sha256(hub.files["model.safetensors"]).hexdigest()
    told: list[tuple[int, int]] = []
    # What a program that was killed has left.
    (tmp_path / "models" / ".some--model.part").mkdir(parents=True)
    fetched = fetch(hub, tmp_path / "models", sha256=digest.upper(), tell=lambda *come: told.append(come))
    total = sum(map(len, hub.files.values()))
    assert told == sorted(told) and told[-1] == (total, total)
    assert fetched.folder == tmp_path / "models" / "some--model"
    assert (fetched.commit, fetched.sha256["model.safetensors"]) == (COMMIT, digest)
    assert asyncio.run(StaticEncoder(fetched.folder).encode(["songs"])).argmax() == 1
    assert json.loads((fetched.folder / "fetched.json").read_text())["commit"] == COMMIT
    assert not any(one.stat().st_mode & 0o077 for one in (tmp_path / "models").rglob("*"))


def test_what_is_not_the_model_is_not_kept(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    before = fetch(hub, models).folder
    cases: list[tuple[dict[str, bytes], object, str]] = [
        ({"model.safetensors": b"other"}, None, "model.safetensors does not have the digest"),
        ({"config.json": b"{}"}, None, "config.json does not have the digest"),
        ({}, {"sha": "short", "siblings": []}, "did not send the files of a model"),
        ({}, {"sha": COMMIT, "siblings": []}, "not a static model of model2vec: it has no config.json"),
        ({}, ["x"], "did not send the files of a model"),
        ({}, hub.list(size=1_000_000_001), "config.json is larger than 1,000 MB and was not fetched"),
        ({}, hub.list(blobId=None), "The hub gives no digest for config.json, so it was not fetched"),
    ]
    for sent, listing, said in cases:
        hub.sent, hub.listing = hub.files | sent, listing
        with pytest.raises(FeedError) as failure:
            fetch(hub, models)
        assert said in str(failure.value)
    hub.sent, hub.listing = dict(hub.files), None
    with pytest.raises(FeedError, match="not the requested one"):
        fetch(hub, models, sha256="00")
    with pytest.raises(FeedError, match="no model some/other"):
        fetch(hub, models, "some/other")
    with pytest.raises(FeedOffline):
        fetch(hub, models, offline=True)
    with pytest.raises(UsageError):
        fetch(hub, models, "../model")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReaderError, match="can't be written"):
        fetch(hub, tmp_path / "file")
    assert [one.name for one in models.iterdir()] == ["some--model"]
    assert (before / "model.safetensors").read_bytes() == hub.files["model.safetensors"]


def test_names_of_models() -> None:
    assert is_name("a/b") and is_name("minishlab/potion-base-8M")
    for name in ("", "a", "a/b/c", "../b", "a/..b", "-a/b", "a/b c", "a/b\n", "/a/b", "ä/b"):
        assert not is_name(name)
