"""Where vectors come from: a server that speaks OpenAI's `/v1/embeddings`, or a static model in a folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn, Unpack, cast
from urllib.parse import urlsplit

from reader import api

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]


KEY_VARIABLE = "DAILYPAPERS_VECTORS_KEY"
"""The environment variable with the server's key. No other is used, since another server's key must not be sent to this
one."""

PATH = "/v1/embeddings"

# A server without a graphics card takes seconds for a batch, and a minute to load a model.
LIMITS = replace(api.Limits(), read_timeout=90, total_timeout=120, attempts=3, silent_attempts=2, backoff=2.0)


AT_ONCE = 8
"""Maximum concurrent requests: a letter's vector must not wait for the previous letter's."""


class EndpointEncoder(api.DocumentClient):
    """The model of an endpoint, such as of ollama, llama.cpp or vLLM; used in one event loop.

    Only the address of the settings is asked: no redirect is followed.
    """

    at_once = 32
    trust = 1.0

    def __init__(
        self, settings: api.Vectors, *, environ: Mapping[str, str] | None = None, **options: Unpack[api.HttpOptions]
    ) -> None:
        """Raises ConfigError if the settings do not allow the endpoint."""
        if trouble := settings.trouble():
            raise api.ConfigError(trouble)
        environ = api.lookup_environment() if environ is None else environ
        self._model = settings.model
        self.key = f"endpoint {settings.model}"
        # A server may be named with or without the last parts of the address that is asked.
        self._url = settings.server.rstrip("/").removesuffix(PATH).removesuffix("/v1") + PATH
        parts = urlsplit(self._url)
        is_near = api.is_local(parts.hostname or "")
        # Offline mode forbids the internet, but not this machine and its network.
        options["offline"] = api.is_offline(environ) and not is_near
        options.setdefault("limits", LIMITS)
        options.setdefault("accept", "application/json")
        super().__init__(self._url, **options)
        self.host = parts.netloc
        self._method = "POST"
        self._trusts_environment = not is_near
        self._checks_certificates = parts.scheme == "https"
        self._lock = asyncio.Semaphore(AT_ONCE)
        self._has_key = bool(key := environ.get(KEY_VARIABLE, "").strip())
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    async def encode(self, texts: Sequence[str]) -> Rows:
        """A row of length 1 for each text; raises FeedError."""
        if self.offline:
            raise api.FeedOffline(
                "Offline mode is on (HF_HUB_OFFLINE), so no vectors were asked for; unset it to do so."
            )
        asked = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        body = await self._fetch(self._url, asked, lambda response: response.body)
        return await asyncio.to_thread(_read_rows, body, len(texts), self.host)

    def _redirect_target(self, _origin: str, target: str) -> str:
        raise api.FeedRefused(
            f"{self.host} redirected to {api.brief(target) or 'another place'}, which was not followed."
        )

    def _refuse(self, answer: api.Answer, body: bytes) -> NoReturn:
        status = answer.status
        if status in (401, 403):
            advice = f"check {KEY_VARIABLE}" if self._has_key else f"set {KEY_VARIABLE} to its key"
            raise api.HttpRefused(f"{self.host} did not accept the request ({status}); {advice}.", status)
        reason = api.refusal_reason(body) or _reason(body)
        said = f"{self.host} made no vectors ({status})" + (f": {reason}" if reason else "")
        if status == 404 and not reason:
            raise api.HttpRefused(f"{said}; it has no {PATH}, so check vectors.server.", status)
        refused = api.HttpRefused(f"{said}.", status)
        if status == 429 or status >= 500:
            wait = api.retry_after(answer.headers)
            raise api.RetryableError(refused, said, 3, wait if wait is not None and wait <= 60 else None)
        raise refused


def _reason(body: bytes) -> str:
    """The reason that an error names as OpenAI's do: `{"error": {"message": …}}`."""
    try:
        said = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return api.reason(said) if isinstance(said, str) else ""


def _read_rows(body: bytes, count: int, host: str) -> Rows:
    """The vectors of an answer in the order of the texts; raises FeedMalformed."""
    try:
        data = cast(Any, api.parse_json(body))["data"]
        if len(data) != count:
            raise ValueError
        rows: list[Any] = [None] * count
        for at, one in enumerate(data):
            rows[int(one.get("index", at))] = one["embedding"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise api.FeedMalformed(f"{host} did not answer with {count} vectors; check vectors.server.") from error
    return api.checked_vectors(rows, count, host)


# A static model, by model2vec, which is an extra: a mean of the vectors of words


WEIGHTS = "model.safetensors"
"""The file with the vectors of words: nothing in it is run."""


class StaticEncoder:
    """The model in a folder; it is loaded at its first use, 0.6 s."""

    at_once = 256
    trust = 1 / 6
    """A mean of words, without any notion of sentences, misleads with a greater weight."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError if there is no model."""
        self._folder = folder
        self._model: Any = None
        self._lock = Lock()
        try:
            found = (folder / WEIGHTS).stat()
        except OSError as error:
            shown = api.clean(str(folder))
            raise api.ConfigError(f"{shown} has no {WEIGHTS}, so it does not hold a static model.") from error
        self.key = f"static {folder} {found.st_size} {found.st_mtime_ns}"

    async def encode(self, texts: Sequence[str]) -> Rows:
        return await asyncio.to_thread(self._encode, texts)

    async def aclose(self) -> None:
        self._model = None

    def _encode(self, texts: Sequence[str]) -> Rows:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder)
            rows = self._model.encode(list(texts), use_multiprocessing=False, show_progress_bar=False)
        return api.checked_vectors(rows, len(texts), "The static model")


def _load(folder: Path) -> Any:
    try:
        from model2vec import StaticModel
    except ImportError as error:
        raise api.ConfigError(api.needs_extra("Static models need", "meaning")) from error
    try:
        return StaticModel.from_pretrained(folder)
    except Exception as error:
        # Its parts raise errors of many kinds, some of them plain `Exception`.
        said = api.reason(str(error))
        raise api.ConfigError(f"The static model in {api.clean(str(folder))} can't be loaded: {said}.") from error
