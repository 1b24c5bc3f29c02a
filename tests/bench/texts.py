"""Time searches in a cache of many full texts, and the papers' own searches beside them.

    python -m tests.bench.texts --papers 100000 --texts 10000 [--folder DIR] [--without]

Prints the sizes, then for each query the milliseconds to its first screenful, to all of its list and to its number,
and last the milliseconds of `grep`. With `--without`, the same queries in the same cache without a text. Times are the
medians of some calls in one process, with the file in the system's memory.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from reader.cache import maintenance, schema, text_index
from reader.cache.search.compile import Scope, compile_query
from reader.cache.window import Window
from reader.core.document.codec import dump
from reader.core.document.model import Document, Heading, Paragraph, Reference, Span
from reader.core.document.searched import searched_text
from reader.core.query import parse
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
    with closing(schema.connect(path)) as connection:
        pks = [pk for (pk,) in connection.execute("SELECT pk FROM paper ORDER BY pk DESC LIMIT ?", (texts,))]
        for start in range(0, len(pks), TOGETHER):
            with schema.transaction(connection):
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=corpus.default_folder())
    parser.add_argument("--without", action="store_true", help="measure the same cache without texts")
    options = parser.parse_args()
    path = kept(options.folder, options.papers, 0 if options.without else options.texts)
    for part in maintenance.sizes(path).parts:
        if part.name in ("full_text", "index of texts", "full-text index"):
            print(f"{part.name:28}{part.bytes / (1 << 20):9,.0f} MiB")
    measure_queries(path, OWN if options.without else (*OWN, *IN_TEXTS))


if __name__ == "__main__":
    main()
