"""Time searches in a cache of many full texts, and the papers' own searches beside them.

    python -m tests.bench.texts --papers 100000 --texts 10000 [--folder DIR] [--without]

Prints the sizes, then for each query the milliseconds to its first screenful, to all of its list and to its number,
and last the milliseconds of the command `grep`, with the start of Python, to its first places and to its end. With
`--without`, the same queries in the same cache without a text. Times are medians of some calls, with the file in the
system's memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from reader.cache import connections, text_index
from reader.cache.mending import health
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.texts import Texts
from reader.core.document.codec import dump
from reader.core.document.model import Document, Heading, Paragraph, Reference, Span
from reader.core.document.search import find, searched_text
from reader.core.query import parse
from reader.ui.kit.lines import hits, pattern
from tests.bench import corpus, words

TIMES = 7
SCREENFUL = 200
TOGETHER = 50
"""Texts stored in one transaction."""

SECTIONS, PARAGRAPHS, SOURCES = 12, 10, 45
"""What a text is made of: some 10,000 words, 65 KB, as the recorded ones."""

OWN = ("diffusion", "the model", "agents", "latent space tokens", "topic:reasoning graph", "author:ada", "zyzzyva")
"""Queries of the papers' own texts: common, rare, several words, and one that nothing has."""

IN_TEXTS = ('fulltext:"attention"', 'fulltext:"the model"', "fulltext:diff", "fulltext:zyzzyva", "has:fulltext")

GREPPED = ("attention", '"the model"', "diff", "zyzzyva")

RARE = "quokka"
"""A word that three of the texts have."""


def document(number: int) -> Document:
    """A text that nobody wrote."""
    chance = Random(f"text {number}")
    drawn = partial(chance.choices, words.vocabulary(), cum_weights=words.frequencies())

    def paragraph() -> Paragraph:
        return Paragraph((Span(f"{' '.join(drawn(k=chance.randint(50, 110)))}."),))

    blocks: list[Heading | Paragraph | Reference] = []
    for section in range(1, SECTIONS + 1):
        blocks.append(Heading(1, str(section), (Span(" ".join(drawn(k=3)).title()),)))
        blocks += (paragraph() for _ in range(PARAGRAPHS))
    if number % 3_333 == 7:
        blocks.append(Paragraph((Span(f"A {RARE} is small."),)))
    names = chance.choices(words.authors(), k=SOURCES)
    blocks += (Reference(f"[{n}]", (Span(f"{name}. {' '.join(drawn(k=20))}."),)) for n, name in enumerate(names, 1))
    return Document(" ".join(drawn(k=8)).title(), tuple(blocks))


def fill(path: Path, texts: int) -> None:
    """Give the newest papers of a cache their texts."""
    with closing(connections.connect(path)) as connection:
        pks = [pk for (pk,) in connection.execute("SELECT pk FROM paper ORDER BY pk DESC LIMIT ?", (texts,))]
        for start in range(0, len(pks), TOGETHER):
            with connections.transaction(connection):
                for pk in pks[start : start + TOGETHER]:
                    made = document(pk)
                    connection.execute(
                        "INSERT INTO full_text (pk, source, fetched, used, body) VALUES (?, 'arxiv.org', ?, ?, ?)",
                        (pk, "2026-11-24T08:00:00Z", "2026-11-24", dump(made)),
                    )
                    text_index.add(connection, pk, searched_text(made))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def kept(folder: Path, papers: int, texts: int) -> Path:
    """A corpus with texts, made unless it is there."""
    plain = corpus.kept(folder, papers, corpus.told)
    path = plain.with_name(f"{plain.stem}-{texts}-texts.db")
    if texts and not path.exists():
        partial_file = path.with_suffix(".part")
        shutil.copyfile(plain, partial_file)
        fill(partial_file, texts)
        partial_file.rename(path)
    return path if texts else plain


def milliseconds(call: Callable[[], object]) -> float:
    """The median of some calls."""

    def timed() -> Iterator[float]:
        for _ in range(TIMES):
            began = time.perf_counter()
            call()
            yield 1_000 * (time.perf_counter() - began)

    return median(timed())


def measure_queries(path: Path, queries: tuple[str, ...]) -> None:
    """Print a line for each query."""
    print(f"{'query':28}{'papers':>9}{'first':>9}{'all':>9}{'count':>9}")
    with closing(Window.open(path)) as window:
        scope = Scope(date(2026, 11, 24), window.newest_day())
        for text in queries:
            selection = compile_query(parse(text), scope)
            found = window.count(selection)
            times = (
                milliseconds(lambda: window.first(selection, SCREENFUL)),  # noqa: B023
                milliseconds(lambda: window.order(selection)),  # noqa: B023
                milliseconds(lambda: window.count(selection)),  # noqa: B023
            )
            print(f"{text:28}{found:>9,}" + "".join(f"{one:9.1f}" for one in times))


def measure_grep(path: Path, folder: Path) -> None:
    """Run the command on a copy of the cache; print the milliseconds to the first places and to all."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    cache = home / "papers.db"
    cache.unlink(missing_ok=True)
    cache.hardlink_to(path)
    environ = {**os.environ, "DAILYPAPERS_HOME": str(home), "NO_COLOR": "1"}
    print(f"{'grep':28}{'places':>9}{'first':>9}{'all':>9}")
    for wanted, limit in (*((one, 20) for one in GREPPED), (RARE, None)):
        command = [sys.executable, "-m", "reader", "grep", wanted, *(("-n", str(limit)) if limit else ())]

        def run(command: Sequence[str] = command) -> tuple[float, float, int]:
            began = time.perf_counter()
            with subprocess.Popen(
                command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            ) as process:
                assert process.stdout is not None
                first = process.stdout.readline()
                until = time.perf_counter()
                places = bool(first) + len(process.stdout.readlines())
            return 1_000 * (until - began), 1_000 * (time.perf_counter() - began), places

        first, whole, places = (median(some) for some in zip(*(run() for _ in range(TIMES)), strict=True))
        print(f"{wanted:28}{places:>9,.0f}{first:9.0f}{whole:9.0f}")


def measure_finding(path: Path) -> None:
    """Print the milliseconds to find a word in a text that is kept, without any start."""
    with closing(Texts.open(path)) as texts, closing(connections.connect(path, query_only=True)) as connection:
        pks = [pk for (pk,) in connection.execute("SELECT pk FROM full_text ORDER BY pk LIMIT 20")]
        searched = pattern(("attention",))
        look = milliseconds(
            lambda: [
                list(find(kept.document, ["attention"], [partial(hits, searched=searched)]))
                for pk in pks
                if (kept := texts.get(pk))
            ]
        )
        print(f"to find a word in one text  {look / len(pks):9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=corpus.default_folder())
    parser.add_argument("--without", action="store_true", help="measure the same cache without texts")
    options = parser.parse_args()
    path = kept(options.folder, options.papers, 0 if options.without else options.texts)
    for part in health.sizes(path).parts:
        if part.name in ("full_text", "index of texts", "full-text index"):
            print(f"{part.name:28}{part.bytes / (1 << 20):9,.0f} MiB")
    measure_queries(path, OWN if options.without else (*OWN, *IN_TEXTS))
    if not options.without:
        measure_finding(path)
        measure_grep(path, options.folder)


if __name__ == "__main__":
    main()
