"""Texts of papers from their PDFs, which are read in a process of its own.

PDFium ends its process at some damaged files, and a small file can ask for any amount of memory and time: the process
has limits of both, and what it answers is a document or one sentence.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from reader.access_token import child_environment
from reader.core.document import codec
from reader.core.document.model import Document, PdfSpot
from reader.core.errors import NoFullText, NoPicture, ReaderError
from reader.core.ids import in_file_name
from reader.core.steps import note_step
from reader.feeds.fulltext.pdf_client import PdfClient

PDF = "pdf"
"""The name of the PDFs among the sources of texts."""

NEEDS_EXTRA = "its PDF can be read with the extra dailypapers[pdf], which is not installed"

MEMORY = 1536 * 1024 * 1024
"""Bytes that the process may use; 66 pages need 41 MB."""

SECONDS = 45
"""Seconds of processor time, and twice as many on the clock; 66 pages need 3."""

MOST_KEPT = 3
"""PDFs that are kept after they were read, so that their pages can be shown."""

FindPdf = Callable[[str], Path | None]
"""Finds a PDF that has been fetched before, by the paper's id."""

_NO_TEXT = 3
"""The exit code of a process that says why there is no text."""


class PdfTexts:
    """The PDFs of arXiv as full texts, and as pictures."""

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
        """A part of a paper's PDF as a PNG of at most so many pixels; raises NoPicture, and FeedError."""
        try:
            file = await self._file(spot.id)
            return await _run_apart("draw", str(file), json.dumps(spot), str(width), str(height))
        except NoFullText as missing:
            raise NoPicture(f"There is no picture: {missing}.") from missing

    async def _file(self, id: str, *, is_new: bool = False) -> Path:
        """The file of a PDF, which is fetched if it is not here, or if it must be today's."""
        if find_spec("pypdfium2") is None:
            raise NoFullText(NEEDS_EXTRA)
        if (kept := self._find(id)) is not None:
            return kept
        file = self._folder / f"{in_file_name(id)}.pdf"
        if is_new or not file.exists():
            try:
                await self._client.fetch(id, file, lambda done, total: note_step())
            except NoFullText as missing:
                raise NoFullText("arXiv has neither HTML nor a PDF of it") from missing
            for old in sorted(self._folder.glob("*.pdf"), key=lambda one: one.stat().st_mtime)[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        return file

    async def aclose(self) -> None:
        await self._client.aclose()


async def read_apart(file: Path) -> Document:
    """The text of a PDF, read in a process of its own; raises NoFullText with what stands in the way."""
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
    return said


# In the process of its own


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
