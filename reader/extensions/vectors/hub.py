"""Fetch a static model from the hub: three files of one commit, each compared with the digest that the hub names.

The files hold numbers and JSON, and nothing in them is executed. Only the user starts a download.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from reader import api
from reader.api import paths

FILES = ("config.json", "tokenizer.json", "model.safetensors")
"""What a static model consists of."""

LARGEST = 1_000_000_000
"""Maximum bytes of a file; a static model of all languages has 500 MB."""

ABOUT = "fetched.json"

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)

_LIMITS = replace(api.Limits(), read_timeout=30, total_timeout=3_600)

OnProgress = Callable[[int, int], None]
"""Called with the bytes that have come, and all bytes."""


class HubFile(NamedTuple):
    """A file of a model."""

    name: str
    size: int
    sha256: str
    """Of a large file; empty for others."""
    git: str
    """Git's digest of the file."""


class Fetched(NamedTuple):
    """A model that was fetched."""

    folder: Path
    commit: str
    sha256: dict[str, str]
    """The digest of each file."""


def is_name(text: str) -> bool:
    """Whether a text is a model's name on the hub, such as `minishlab/potion-base-8M`."""
    return _NAME.fullmatch(text) is not None and ".." not in text


def model_folder(models: Path, name: str) -> Path:
    """The folder of a model that was fetched, by its name on the hub."""
    return models / name.replace("/", "--")


class HubClient(api.DocumentClient):
    """Files of the hub, which sends large ones from another host."""

    def __init__(
        self, endpoint: str, *, offline: bool, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        # The hub itself may stand on this machine; what it redirects to may not, unless it does.
        is_here = api.is_loopback(urlsplit(endpoint).hostname or "")
        super().__init__(
            endpoint,
            cross_host=True,
            public_only=not is_here,
            accept="*/*",
            # Digests are of the files as they are.
            encoding="identity",
            offline=offline,
            limits=_LIMITS,
            sleep=sleep,
        )
        self._to: Path | None = None
        self._on_bytes: Callable[[int], None] = lambda _: None

    async def fetch(self, name: str, models: Path, on_progress: OnProgress, *, sha256: str = "") -> Fetched:
        """Fetch a model into its folder, in full or not at all.

        With `sha256` its weights must have that digest. Raises FeedError, and ReaderError if it can't be written.
        """
        if not is_name(name):
            raise api.UsageError(f"{api.brief(name)!r} is not the name of a model, such as minishlab/potion-base-8M.")
        if self.offline:
            raise api.FeedOffline(
                "Offline mode is on (HF_HUB_OFFLINE), so nothing was fetched; unset it to fetch again."
            )
        try:
            commit, files = await self.document(f"{self.endpoint}/api/models/{name}?blobs=true", _read_listing)
        except api.HttpRefused as refused:
            if refused.status in (401, 404):
                raise api.HttpRefused(f"The hub has no model {name}, or it is not public.", refused.status) from refused
            raise
        target = model_folder(models, name)
        unfinished = target.with_name(f".{target.name}.part")
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700, parents=True)
            paths.make_private(models, unfinished)
            digests = await self._fetch_files(name, commit, files, unfinished, on_progress)
            weights = digests[FILES[-1]]
            if sha256 and weights != sha256.lower():
                raise api.FeedMalformed(f"{name} has the digest {weights}, not the requested one, and was not kept.")
            about = {"model": name, "commit": commit, "sha256": digests}
            (unfinished / ABOUT).write_text(json.dumps(about), encoding="utf-8")
            paths.make_private(*unfinished.iterdir())
            shutil.rmtree(target, ignore_errors=True)
            unfinished.rename(target)
        except OSError as error:
            raise api.ReaderError(f"The model can't be written to {models}: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return Fetched(target, commit, digests)

    async def _fetch_files(
        self, name: str, commit: str, files: Sequence[HubFile], folder: Path, on_progress: OnProgress
    ) -> dict[str, str]:
        total, before = sum(file.size for file in files), 0
        digests = {}
        for file in files:
            self._to = folder / file.name

            def tell(come: int, done: int = before) -> None:
                on_progress(done + come, total)

            self._on_bytes = tell
            try:
                await self.document(f"{self.endpoint}/{name}/resolve/{commit}/{file.name}", lambda _: None)
            finally:
                self._to = None
            digests[file.name] = _check(folder / file.name, file)
            before += file.size
        return digests

    async def _read_body(self, answer: api.Answer) -> bytes:
        if self._to is None or answer.status != 200:
            return await super()._read_body(answer)
        come = 0
        with self._to.open("wb") as out:
            async for chunk in answer.chunks:
                out.write(chunk)
                come += len(chunk)
                if come > LARGEST:
                    raise api.FeedMalformed(
                        f"{self.host} sent more than {LARGEST // 1_000_000:,} MB, which were not kept."
                    )
                self._on_bytes(come)
        return b""


def _read_listing(response: api.Response) -> tuple[str, list[HubFile]]:
    try:
        answer = cast(Any, api.parse_json(response.body))
        commit = answer["sha"]
        there = {one["rfilename"]: one for one in answer["siblings"]}
        if not re.fullmatch(r"[0-9a-f]{40}", commit):
            raise ValueError
    except (api.UnreadableJson, ValueError, KeyError, TypeError) as error:
        raise api.FeedMalformed("The hub did not send the files of a model; try again later.") from error
    if missing := [name for name in FILES if name not in there]:
        raise api.FeedMalformed(f"This is not a static model of model2vec: it has no {' and no '.join(missing)}.")
    return commit, [_read_file(name, there[name]) for name in FILES]


def _read_file(name: str, said: Any) -> HubFile:
    large = said.get("lfs") or {}
    size = int(said.get("size") or large.get("size") or 0)
    file = HubFile(name, size, large.get("sha256") or "", said.get("blobId") or "")
    if not file.sha256 and not file.git:
        raise api.FeedMalformed(f"The hub gives no digest for {name}, so it was not fetched.")
    if file.size > LARGEST:
        raise api.FeedMalformed(f"{name} is larger than {LARGEST // 1_000_000:,} MB and was not fetched.")
    return file


def _check(path: Path, file: HubFile) -> str:
    """The digest of a file that was fetched; raises FeedMalformed if the hub named another."""
    size = path.stat().st_size
    own, git = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as opened:
        while chunk := opened.read(1 << 20):
            own.update(chunk)
            git.update(chunk)
    is_same = own.hexdigest() == file.sha256 if file.sha256 else git.hexdigest() == file.git
    if not is_same:
        raise api.FeedMalformed(
            f"{file.name} does not have the digest that the hub gives, and was not kept; try again."
        )
    return own.hexdigest()
