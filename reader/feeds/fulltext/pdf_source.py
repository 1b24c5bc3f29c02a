"""Texts of papers from their PDFs, which are read in a process of its own.

PDFium ends its process at some damaged files, and a small file can ask for any amount of memory and time: the process
has limits of both, and what it answers is a document or one sentence.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from reader.access_token import child_environment
from reader.core.document import codec
from reader.core.document.model import Document
from reader.core.errors import NoFullText, ReaderError
from reader.core.steps import note_step
from reader.feeds.fulltext.pdf_client import PdfClient

PDF = "pdf"
"""The name of the PDFs among the sources of texts."""

NEEDS_EXTRA = "its PDF can be read with the extra dailypapers[pdf], which is not installed"

MEMORY = 1536 * 1024 * 1024
"""Bytes that the process may use; 66 pages need 41 MB."""

SECONDS = 45
"""Seconds of processor time, and twice as many on the clock; 66 pages need 3."""

FindPdf = Callable[[str], Path | None]
"""Finds a PDF that has been fetched before, by the paper's id."""

_NO_TEXT = 3
"""The exit code of a process that says why there is no text."""


class PdfTexts:
    """The PDFs of arXiv as full texts."""

    name = PDF
    """What the source is called in messages and in the cache."""

    def __init__(self, client: PdfClient, find: FindPdf) -> None:
        self._client = client
        self._find = find

    async def text(self, id: str) -> Document:
        """The full text of a paper by its arXiv id; raises NoFullText, and FeedError if it can't be asked."""
        if find_spec("pypdfium2") is None:
            raise NoFullText(NEEDS_EXTRA)
        async with self._file(id) as file:
            return await read_apart(file)

    @asynccontextmanager
    async def _file(self, id: str) -> AsyncIterator[Path]:
        if (kept := self._find(id)) is not None:
            yield kept
            return
        with TemporaryDirectory(prefix="dailypapers-") as folder:
            file = Path(folder, "paper.pdf")
            try:
                await self._client.fetch(id, file, lambda done, total: note_step())
            except NoFullText as missing:
                raise NoFullText("arXiv has neither HTML nor a PDF of it") from missing
            yield file

    async def aclose(self) -> None:
        await self._client.aclose()


async def read_apart(file: Path) -> Document:
    """The text of a PDF, read in a process of its own; raises NoFullText with what stands in the way."""
    root = str(Path(__file__).parents[3])
    start = f"import sys; sys.path.insert(0, sys.argv[2]); from {__name__} import main; main(sys.argv[1])"
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
        async with asyncio.timeout(2 * SECONDS):
            said, _ = await process.communicate()
    except TimeoutError as error:
        raise NoFullText("its PDF takes too long to read") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode == _NO_TEXT:
        raise NoFullText(said.decode("utf-8", "replace"))
    if process.returncode != 0:
        raise NoFullText("its PDF needs too much memory or time, or is damaged")
    try:
        return codec.load(said)
    except codec.UnreadableDocument as error:
        raise NoFullText("its PDF is damaged") from error


# In the process of its own


def main(file: str) -> None:
    """Write the text of a PDF to standard output, or why there is none."""
    from reader.feeds.fulltext.pdf import read_pdf
    from reader.feeds.fulltext.pdf_lines import read_pages

    _limit()
    out = sys.stdout.buffer
    try:
        out.write(codec.dump(read_pdf(read_pages(Path(file)))))
    except NoFullText as missing:
        out.write(str(missing).encode())
        sys.exit(_NO_TEXT)


def _limit() -> None:
    """Limit the memory and the time of this process."""
    try:
        import resource
    except ImportError:
        # Windows has no such limits; the time on the clock holds there too.
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(kind)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (lowest, hard))
