"""Vectors from a server of the user's that speaks OpenAI's `/v1/embeddings`, such as ollama, llama.cpp or vLLM.

Only the address of the settings is asked: no redirect is followed.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from reader.api import (
    BodyReader,
    BodyTooLarge,
    ConfigError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    HttpRefused,
    Limits,
    RetryableError,
    UnknownEncoding,
    Vectors,
    __version__,
    checked_vectors,
    clean,
    explain_environment,
    explain_failure,
    is_local,
    is_offline,
    lookup_environment,
    note_step,
    note_wait,
    parse_json,
    refusal_reason,
    retry_after,
)

if TYPE_CHECKING:
    import httpx
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]

KEY_VARIABLE = "DAILYPAPERS_VECTORS_KEY"
"""The environment variable with the server's key. No other is used: a key of another server must not go to this one."""

PATH = "/v1/embeddings"

# A server without a graphics card takes seconds for a batch, and a minute to load a model.
LIMITS = replace(Limits(), read_timeout=90, total_timeout=120, attempts=3, silent_attempts=2, backoff=1.0)


class EndpointEncoder:
    """The model of an endpoint; used in one event loop."""

    at_once = 32
    trust = 1.0

    def __init__(
        self,
        settings: Vectors,
        *,
        environ: Mapping[str, str] | None = None,
        limits: Limits = LIMITS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Raises ConfigError if the settings do not allow the endpoint."""
        if trouble := settings.trouble():
            raise ConfigError(trouble)
        environ = lookup_environment() if environ is None else environ
        self._model = settings.model
        self._url = _embeddings_url(settings.server)
        self._host = urlsplit(self._url).netloc
        # Nothing is asked of the internet then, but this machine and its network may be.
        self._offline = is_offline(environ) and not is_local(urlsplit(self._url).hostname or "")
        self._secret = environ.get(KEY_VARIABLE, "").strip()
        self._limits = limits
        self._sleep = sleep
        self._client: httpx.AsyncClient | None = None

    @property
    def key(self) -> str:
        return f"endpoint {self._model}"

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def encode(self, texts: Sequence[str]) -> Rows:
        if self._offline:
            raise FeedOffline("Offline mode is on (HF_HUB_OFFLINE), so no vectors were asked for; unset it to do so.")
        failures = 0
        while True:
            try:
                return await self._attempt(texts)
            except RetryableError as failure:
                failures += 1
                if failures >= min(self._limits.attempts, failure.attempts):
                    raise failure.error from failure.__cause__
                wait = self._limits.backoff * 2.0**failures if failure.wait is None else failure.wait
                note_wait(wait)
                await self._sleep(wait)

    async def _attempt(self, texts: Sequence[str]) -> Rows:
        import httpx

        try:
            async with asyncio.timeout(self._limits.total_timeout):
                note_wait(self._limits.total_timeout)
                body = await self._ask(texts)
        except (TimeoutError, httpx.HTTPError, ExceptionGroup) as error:
            raise explain_failure(self._host, error, self._limits) from error
        note_step()
        return await asyncio.to_thread(_read_rows, body, len(texts), self._host)

    async def _ask(self, texts: Sequence[str]) -> bytes:
        asked = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        async with self._open().stream("POST", self._url, json=asked) as response:
            body = await self._read_body(response)
            if response.is_success:
                return body
            raise _refusal(response, body, self._host, has_key=bool(self._secret))

    async def _read_body(self, response: httpx.Response) -> bytes:
        try:
            reader = BodyReader(response.headers.get("Content-Encoding", ""), self._limits.body_size)
            async for chunk in response.aiter_raw():
                reader.add(chunk)
            return reader.body()
        except BodyTooLarge:
            size = self._limits.body_size // (1024 * 1024)
            raise FeedMalformed(f"{self._host} sent more than {size} MiB at once, which was not read.") from None
        except (UnknownEncoding, zlib.error):
            raise FeedMalformed(f"{self._host} packed its answer in a way that was not asked for.") from None

    def _open(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            headers = {"Accept-Encoding": "gzip", "User-Agent": f"dailypapers/{__version__}"}
            if self._secret:
                headers["Authorization"] = f"Bearer {self._secret}"
            try:
                self._client = httpx.AsyncClient(
                    headers=headers,
                    timeout=httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout),
                    follow_redirects=False,
                    # To read all certificates takes 20 ms; without encryption there are none.
                    verify=self._url.startswith("https:"),
                    trust_env=not is_local(urlsplit(self._url).hostname or ""),
                )
            except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
                raise explain_environment(error) from error
        return self._client


def _embeddings_url(endpoint: str) -> str:
    """The address that is asked; an endpoint may be named with or without its last parts."""
    endpoint = endpoint.rstrip("/")
    for end in (PATH, "/v1"):
        endpoint = endpoint.removesuffix(end)
    return endpoint + PATH


def _refusal(response: httpx.Response, body: bytes, host: str, *, has_key: bool) -> Exception:
    """The error that an unsuccessful response means."""
    status = response.status_code
    if response.is_redirect:
        place = clean(response.headers.get("location", ""), 80)
        return FeedRefused(f"{host} redirected to {place or 'another place'}, which was not followed.")
    if status in (401, 403):
        advice = f"check {KEY_VARIABLE}" if has_key else f"set {KEY_VARIABLE} to its key"
        return HttpRefused(f"{host} did not accept the request ({status}); {advice}.", status)
    reason = refusal_reason(body) or _reason(body)
    said = f"{host} made no vectors ({status})" + (f": {reason}" if reason else "")
    if status == 404 and not reason:
        return HttpRefused(f"{said}; it has no {PATH}, so check vectors.server.", status)
    refused = HttpRefused(f"{said}.", status)
    if status == 429 or status >= 500:
        wait = retry_after(response.headers)
        return RetryableError(refused, said, 3, wait if wait is not None and wait <= 60 else None)
    return refused


def _reason(body: bytes) -> str:
    """The reason that an error names as OpenAI's do: `{"error": {"message": …}}`."""
    try:
        said = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return clean(said, 200).rstrip(".") if isinstance(said, str) else ""


def _read_rows(body: bytes, count: int, host: str) -> Rows:
    """The vectors of an answer in the order of the texts; raises FeedMalformed."""
    try:
        data = cast(Any, parse_json(body))["data"]
        if len(data) != count:
            raise ValueError
        rows: list[Any] = [None] * count
        for at, one in enumerate(data):
            rows[int(one.get("index", at))] = one["embedding"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FeedMalformed(
            f"{host} answered with something other than {count} vectors; is vectors.server right?"
        ) from error
    return checked_vectors(rows, count, host)
