"""Fetch PDFs from arXiv into files: resumed after a break, checked, and under their final name only when whole.

Texts are read in a separate process with limits on memory and time, because PDFium crashes on some damaged files, and a
small file can demand any amount of both. It answers with a document, a picture or a sentence.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Unpack

from reader import platform
from reader.access_token import child_environment, lookup_environment
from reader.core.document import codec
from reader.core.document.model import Document, PdfSpot
from reader.core.errors import (
    FeedError,
    FeedMalformed,
    FeedRefused,
    FeedUnreachable,
    NoFullText,
    NoPicture,
    ReaderError,
)
from reader.core.ids import in_arxiv_address, in_file_name, is_arxiv_id
from reader.core.steps import note_step
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.http import (
    Answer,
    Client,
    HttpOptions,
    HttpRefused,
    Limits,
    Response,
    Validators,
    origin_of,
)
from reader.feeds.pace import busy_host_pace
from reader.installed import needs_extra
from reader.paths import read_start, sync
from reader.platform import Lock

PDF = "pdf"
"""The name of the PDFs among the sources of texts."""


MEMORY = 3 << 29
"""Bytes that the process may use, 1.5 GiB; 66 pages need 41 MB."""

SECONDS = 45
"""Seconds of processor time, and twice as many on the clock; 66 pages need 3."""

MOST_KEPT = 3
"""PDFs kept after reading, so that their pages can be shown."""

FindPdf = Callable[[str], Path | None]
"""Finds a PDF that has been fetched before, by the paper's id."""

_NO_TEXT = 3
"""The exit code of a process that says why there is no text."""


class PdfTexts:
    """arXiv's PDFs as full texts and pictures."""

    name = PDF
    """What the source is called in messages and in the cache."""

    def __init__(self, client: PdfClient, find: FindPdf, folder: Path) -> None:
        """`find` knows the user's own PDFs; in `folder` the last ones are kept that were fetched to be read."""
        self._client = client
        self._find = find
        self._folder = folder

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText, and FeedError if it can't be asked."""
        return await read_apart(await self._file(id, is_new=True))

    async def picture(self, spot: PdfSpot, width: int, height: int) -> bytes:
        """A part of a paper's PDF as a PNG of a limited number of pixels; raises NoPicture, and FeedError."""
        try:
            file = await self._file(spot.id)
            return await _run_apart("draw", str(file), json.dumps(spot), str(width), str(height))
        except NoFullText as missing:
            raise NoPicture(f"There is no picture: {missing}.") from missing

    async def _file(self, id: str, *, is_new: bool = False) -> Path:
        """The file of a PDF, fetched if it is missing or must be today's."""
        if find_spec("pypdfium2") is None:
            raise NoFullText(needs_extra("its PDF can be read with", "pdf").rstrip("."))
        if (kept := self._find(id)) is not None:
            return kept
        file = self._folder / f"{in_file_name(id)}.pdf"
        if is_new or not file.exists():
            try:
                await self._client.fetch(id, file, lambda done, total: note_step())
            except NoFullText as missing:
                raise NoFullText("it has neither HTML nor a PDF at arXiv") from missing
            except FeedError:
                # The previously read one is better than none.
                if not file.exists():
                    raise
            for old in sorted(self._folder.glob("*.pdf"), key=lambda one: one.stat().st_mtime)[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        return file

    async def aclose(self) -> None:
        await self._client.aclose()


async def read_apart(file: Path) -> Document:
    """The text of a PDF, read in a separate process; raises NoFullText with the reason."""
    try:
        return codec.load(await _run_apart("read", str(file)))
    except codec.UnreadableDocument as error:
        raise NoFullText("its PDF is damaged") from error


async def _run_apart(*arguments: str) -> bytes:
    """What `main` writes in a process of its own; raises NoFullText with what it says instead."""
    root = str(Path(__file__).parents[3])
    start = f"import sys; sys.path.insert(0, sys.argv.pop()); from {__name__} import main; main(*sys.argv[1:])"
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", start, *arguments, root),
            env=child_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ReaderError(f"The PDF can't be read: {error.strerror}; try again later.") from error
    try:
        async with asyncio.timeout(2 * SECONDS):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise NoFullText("its PDF takes too long to read") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode == _NO_TEXT:
        raise NoFullText(output.decode("utf-8", "replace"))
    if process.returncode != 0:
        raise NoFullText("its PDF needs too much memory or time, or is damaged")
    return output


# In the separate process


def main(task: str, file: str, *arguments: str) -> None:
    """Write the text of a PDF, or a picture of it, to standard output, or why there is none."""
    _limit()
    out = sys.stdout.buffer
    try:
        if task == "draw":
            from reader.feeds.fulltext.pdf_picture import draw_spot

            spot, width, height = map(json.loads, arguments)
            out.write(draw_spot(Path(file), PdfSpot(*spot), width, height))
        else:
            from reader.feeds.fulltext.pdf import read_pdf
            from reader.feeds.fulltext.pdf_lines import read_pages

            out.write(codec.dump(read_pdf(read_pages(Path(file)))))
    except NoFullText as missing:
        out.write(str(missing).encode())
        sys.exit(_NO_TEXT)


def _limit() -> None:
    import resource

    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(kind)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (lowest, hard))


ENDPOINT = "https://arxiv.org"

LARGEST = 500_000_000
"""Maximum bytes of a PDF; the largest of arXiv have some 100 MB."""

SMALLEST = 500

PACE, PACE_TIME = 16_000, 30.0
"""Minimum bytes within these seconds; otherwise a host that sends a byte now and then would never finish."""

_MAGIC, _END = b"%PDF-", b"%%EOF"
_TAIL = 8_192
"""Bytes of the end in which a whole PDF has its mark; other things may follow it."""

# A silent host is reported within half a minute: two attempts and the wait between them.
_LIMITS = replace(Limits(), read_timeout=13, total_timeout=1_800, attempts=4, backoff=3.0, longest_wait=60)

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes that are there and all bytes, None if the host does not say."""


@dataclass(frozen=True, slots=True)
class _Resume(Validators):
    """Requests the missing part of a file, if the PDF is unchanged."""

    part: Path = Path()

    def request_headers(self) -> dict[str, str]:
        with suppress(OSError):
            size, tag = self.part.stat().st_size, _tag_file(self.part).read_text("ascii")
            if size and tag:
                return {"Range": f"bytes={size}-", "If-Range": tag}
        return {}


class PdfClient(Client):
    """PDFs of arXiv, one at a time for all programs that share `folder`."""

    def __init__(self, endpoint: str = ENDPOINT, *, folder: Path | None = None, **options: Unpack[HttpOptions]) -> None:
        """`folder` has what programs share about the host."""
        options.setdefault("limits", _LIMITS)
        options["accept"] = "application/pdf, */*;q=0.1"
        # A part of a compressed file can't be joined to another.
        options["encoding"] = "identity"
        pace = busy_host_pace(endpoint, folder, turn="arxiv.org.pdf.lock", pause="arxiv.org.pages.busy")
        super().__init__(origin_of(endpoint), title="arXiv", pace=pace, **options)
        self._part = Path()
        self._on_progress: OnProgress = lambda _, __: None

    @classmethod
    def from_environment(cls, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> PdfClient:
        """A client with the environment's offline mode; ARXIV_ENDPOINT stands in for arXiv."""
        environ = lookup_environment() if environ is None else environ
        return cls(arxiv_stand_in(environ) or ENDPOINT, folder=folder, offline=is_offline(environ))

    async def fetch(self, id: str, file: Path, on_progress: OnProgress | None = None) -> None:
        """Fetch the PDF of a paper to `file`, in full or not at all; what came before a break is kept beside it.

        Raises NoFullText if there is none, FeedError, and ReaderError if the file can't be written.
        """
        if not is_arxiv_id(id):
            raise NoFullText("arXiv has no PDF of a paper without an arXiv id.")
        self._on_progress = on_progress or self._on_progress
        self._part = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with _alone(self._part) as self._part:
                await self._fetch_part(id)
                sync(self._part)
                self._part.replace(file)
                _tag_file(self._part).unlink(missing_ok=True)
        except OSError as error:
            raise ReaderError(f"The PDF can't be written to {file.parent}: {error.strerror or error}.") from error

    async def _fetch_part(self, id: str) -> None:
        def check(_: Response) -> None:
            size = self._part.stat().st_size
            if read_start(self._part, len(_MAGIC)) != _MAGIC or size < SMALLEST:
                self._forget()
                raise FeedMalformed("arXiv sent another file instead of the PDF; try again later.")
            with self._part.open("rb") as opened:
                opened.seek(max(0, size - _TAIL))
                is_whole = _END in opened.read()
            if not is_whole:
                self._forget()
                raise FeedMalformed("arXiv sent only part of the PDF; try again later.")

        try:
            await self.get(f"/pdf/{in_arxiv_address(id)}", check, validators=_Resume(part=self._part))
        except HttpRefused as refused:
            if refused.status == 416:
                # The existing part is not of today's PDF.
                self._forget()
            if refused.status in (404, 410):
                raise NoFullText(f"arXiv has no PDF of {id}.") from refused
            raise

    def _forget(self) -> None:
        for file in (self._part, _tag_file(self._part)):
            file.write_bytes(b"") if file == self._part else file.unlink(missing_ok=True)

    async def _read_body(self, answer: Answer) -> bytes:
        """Write the body of a PDF to the file; other bodies are returned."""
        if answer.status not in (200, 206):
            return await super()._read_body(answer)
        done = 0
        if answer.status == 206:
            done = self._part.stat().st_size
            if not answer.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
                self._forget()
                raise FeedRefused("arXiv sent the wrong part of the PDF; try again.")
        else:
            self._forget()
            if tag := Validators.from_headers(answer.headers).etag:
                _tag_file(self._part).write_text(tag, "ascii")
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isascii() and length.isdecimal() and len(length) < 12 else None
        if (total or 0) > LARGEST:
            raise FeedMalformed(f"The PDF is larger than {LARGEST // 1_000_000} MB and was not fetched.")
        begun, before = self.clock(), done
        with self._part.open("ab") as out:
            async for chunk in answer.chunks:
                if done == 0 and not chunk.startswith(_MAGIC[: len(chunk)]):
                    raise FeedMalformed("arXiv sent a page instead of the PDF; try again later.")
                out.write(chunk)
                done += len(chunk)
                if done > LARGEST:
                    raise FeedMalformed(f"The PDF is larger than {LARGEST // 1_000_000} MB and was not fetched.")
                self._on_progress(done, total)
                if self.clock() - begun > PACE_TIME:
                    if done - before < PACE:
                        sent = f"arXiv sent only {done - before:,} bytes of the PDF in {PACE_TIME:.0f} s"
                        raise FeedUnreachable(f"{sent}; that part is kept, so try again later.")
                    begun, before = self.clock(), done
        return b""


def _tag_file(part: Path) -> Path:
    """The file with the ETag of what is in an unfinished one."""
    return part.with_name(f"{part.name}.tag")


@contextmanager
def _alone(part: Path) -> Iterator[Path]:
    """Hold an unfinished file for this program; raises ReaderError if another one is fetching it.

    Where files can't be locked, it is one that no other program uses, and what comes is not kept after a break.
    """
    handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o644)
    lock = platform.try_lock(handle)
    if lock is Lock.THEIRS:
        os.close(handle)
        raise ReaderError("Another program is fetching this PDF; try again in a moment.")
    used = part.with_name(f".{os.getpid()}{part.name}") if lock is Lock.UNSUPPORTED else part
    try:
        yield used
    finally:
        os.close(handle)
        for left in {part, used}:
            with suppress(OSError):
                if left != part or left.stat().st_size == 0:
                    left.unlink()
                    _tag_file(left).unlink(missing_ok=True)
