"""Fetch PDFs from arXiv, and read their texts in a separate process.

A fetched file gets its final name only when it is complete and checked. The process has limits on memory and time,
because PDFium crashes on some damaged files, and a small file can require any amount of both. It returns a document or
an error message.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from reader.access_token import child_environment
from reader.core.document import codec
from reader.core.document.model import Document
from reader.core.errors import FeedMalformed, NoFullText, ReaderError
from reader.core.ids import in_arxiv_address, in_file_name, is_arxiv_id
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.http import Client, HttpRefused, Limits, Response, arxiv_pace, origin_of
from reader.installed import needs_extra
from reader.paths import read_start, response_cache_folder, sync

PDF = "pdf"
"""The name of arXiv's PDFs as a source of texts."""


MAX_MEMORY_BYTES = 3 << 29
"""Maximum memory of the process, 1.5 GiB; 66 pages need 41 MB."""

MAX_CPU_SECONDS = 45
"""Maximum seconds of processor time, and half of the maximum elapsed time; 66 pages need 3."""

FindPdf = Callable[[str], Path | None]
"""Finds a PDF that was fetched earlier, by the paper's id."""

_NO_TEXT_EXIT_CODE = 3
"""The exit code of a process whose output is the reason why there is no text."""


ENDPOINT = "https://arxiv.org"

MAX_PDF_BYTES = 500_000_000
"""Maximum bytes of a PDF; arXiv's largest PDFs have about 100 MB."""

MIN_PDF_BYTES = 500

_MAGIC, _END = b"%PDF-", b"%%EOF"
_TAIL_BYTES = 8_192
"""Bytes at the end of a file in which a complete PDF has its end mark; other data may follow the mark."""

# A silent host is reported within half a minute: two attempts and the wait between them.
_LIMITS = Limits(
    read_timeout=13, total_timeout=1_800, body_size=MAX_PDF_BYTES, attempts=4, backoff=3.0, longest_wait=60
)

OnProgress = Callable[[int, int | None], None]
"""Called with the received bytes and the total, which is None if unknown."""


class PdfTexts(Client):
    """arXiv's PDFs and their texts, one at a time for all programs that share `folder`."""

    name = PDF
    """The name of the source in messages and in the cache."""

    def __init__(
        self,
        endpoint: str = ENDPOINT,
        *,
        folder: Path | None = None,
        offline: bool = False,
        find: FindPdf = lambda id: None,
    ) -> None:
        """`folder` has the lock file that all programs share, and a PDF while it is read."""
        super().__init__(
            origin_of(endpoint),
            title="arXiv",
            accept="application/pdf, */*;q=0.1",
            offline=offline,
            limits=_LIMITS,
            pace=arxiv_pace(endpoint, folder, "arxiv.org.pdf.lock", "pdf"),
        )
        self._folder = folder
        self._find = find
        self._part = Path()
        self._on_progress: OnProgress = lambda _, __: None

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText and FeedError."""
        if find_spec("pypdfium2") is None:
            raise NoFullText(needs_extra("reading its PDF needs", "pdf").rstrip("."))
        if (own := self._find(id)) is not None:
            return await read_in_process(own)
        file = (self._folder or response_cache_folder()) / f"{in_file_name(id)}.pdf"
        try:
            await self.fetch(id, file)
        except NoFullText as missing:
            raise NoFullText("it has neither HTML nor a PDF at arXiv") from missing
        try:
            return await read_in_process(file)
        finally:
            file.unlink(missing_ok=True)

    async def fetch(self, id: str, file: Path, on_progress: OnProgress | None = None) -> None:
        """Fetch the PDF of a paper to `file`, in full or not at all.

        Raises NoFullText if there is no PDF, FeedError, and ReaderError if the file can't be written.
        """
        if not is_arxiv_id(id):
            raise NoFullText("arXiv has no PDF of a paper without an arXiv id.")
        self._on_progress = on_progress or self._on_progress
        # All programs may use the same name, because the host's pace makes them take turns.
        self._part = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            await self.get(f"/pdf/{in_arxiv_address(id)}", self._check)
            sync(self._part)
            self._part.replace(file)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoFullText(f"arXiv has no PDF of {id}.") from refused
            raise
        except OSError as error:
            raise ReaderError(f"The PDF can't be written to {file.parent}: {error.strerror or error}.") from error
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _check(self, _: Response) -> None:
        size = self._part.stat().st_size
        if read_start(self._part, len(_MAGIC)) != _MAGIC or size < MIN_PDF_BYTES:
            raise FeedMalformed("arXiv sent another file instead of the PDF; try again later.")
        with self._part.open("rb") as opened:
            opened.seek(max(0, size - _TAIL_BYTES))
            if _END not in opened.read():
                raise FeedMalformed("arXiv sent only part of the PDF; try again later.")

    async def _read_body(self, status: int, headers: Mapping[str, str], parts: AsyncIterator[bytes]) -> bytes:
        """Write the body of a PDF to the file; return other bodies."""
        if status != 200:
            return await super()._read_body(status, headers, parts)
        length = headers.get("Content-Length", "")
        total = int(length) if length.isascii() and length.isdecimal() and len(length) < 12 else None
        done = 0
        with self._part.open("wb") as out:
            async for chunk in parts:
                if done == 0 and not chunk.startswith(_MAGIC[: len(chunk)]):
                    raise FeedMalformed("arXiv sent a page instead of the PDF; try again later.")
                out.write(chunk)
                done += len(chunk)
                if (total or 0) > MAX_PDF_BYTES:
                    raise FeedMalformed(f"The PDF is larger than {MAX_PDF_BYTES // 1_000_000} MB and was not fetched.")
                self._on_progress(done, total)
        return b""


def open_pdf_texts(folder: Path | None, environ: Mapping[str, str], find: FindPdf = lambda id: None) -> PdfTexts:
    """A client with the environment's offline mode; ARXIV_ENDPOINT stands in for arXiv."""
    return PdfTexts(arxiv_stand_in(environ) or ENDPOINT, folder=folder, offline=is_offline(environ), find=find)


async def read_in_process(file: Path) -> Document:
    """The text of a PDF, read in a separate process; raises NoFullText with the reason."""
    try:
        return codec.load(await _run_process(file))
    except codec.UnreadableDocument as error:
        raise NoFullText("its PDF is damaged") from error


async def _run_process(file: Path) -> bytes:
    """The output of `main` for a PDF in a separate process; raises NoFullText with its message."""
    root = str(Path(__file__).parents[3])
    start = f"import sys; sys.path.insert(0, sys.argv.pop()); from {__name__} import main; main(*sys.argv[1:])"
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", start, str(file), root),
            env=child_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ReaderError(f"The PDF can't be read: {error.strerror}; try again later.") from error
    try:
        async with asyncio.timeout(2 * MAX_CPU_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise NoFullText("its PDF takes too long to read") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode == _NO_TEXT_EXIT_CODE:
        raise NoFullText(output.decode("utf-8", "replace"))
    if process.returncode != 0:
        raise NoFullText("its PDF needs too much memory or time, or is damaged")
    return output


# In the separate process


def main(file: str) -> None:
    """Write the text of a PDF to standard output, or the reason why there is none."""
    from reader.feeds.fulltext.pdf import read_pdf
    from reader.feeds.fulltext.pdf_lines import read_pages

    _set_limits()
    out = sys.stdout.buffer
    try:
        out.write(codec.dump(read_pdf(read_pages(Path(file)))))
    except NoFullText as missing:
        out.write(str(missing).encode())
        sys.exit(_NO_TEXT_EXIT_CODE)


def _set_limits() -> None:
    import resource

    for kind, most in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CPU, MAX_CPU_SECONDS)):
        _, hard = resource.getrlimit(kind)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (lowest, hard))
