"""Reading a full text: from the key to its first screen, and from each further key to the frame that shows it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.codec import dump, load
from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import (
    Block,
    Cell,
    Document,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Reference,
    Span,
    Table,
)
from tests.bench import bare
from tests.bench.drive import bare_key, latency, open_bare, settle, until
from tests.bench.feed import feed
from tests.bench.stage import REST, Bench, in_ms, reading, selected
from tests.rigs.terminal import Terminal

LETTERS = (200_000, 2_000_000)
"""The sizes of the texts: a long paper, and one as long as a book."""

TIMES = 20

WORDS = ["attention", "memory", "token", "layer", "gradient", "sample", "reward", "policy", "latent", "corpus"]

RARE = "zyzzyva"


def document(letters: int) -> Document:
    """A text with so many letters: paragraphs with formulas and citations, tables, and references."""
    blocks: list[Block] = []
    size = 0
    for number in count():
        words = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(26))
        if number % 12 == 0:
            title = (Span(f"Part {number // 12}"),)
            blocks.append(Heading(1 + number % 36 // 12, f"{1 + number // 12}", title, f"S{number}"))
        if number % 20 == 19:
            formula = r"\sum_{i=1}^{n} \frac{\partial f(x_i)}{\partial \theta} \le \lambda"
            blocks.append(Formula((formula,), f"({number})"))
            rows = tuple(tuple(Cell((Span(f"{row * column}"),)) for column in range(12)) for row in range(10))
            blocks.append(Figure(f"Table {number}", (Span("Numbers."),), (Table(rows),)))
        cited = Span(f"[{number % 60}]", "", f"#bib{number % 60}")
        symbols = Span(r"\alpha_{t} + \beta", "formula")
        blocks.append(Paragraph((Span(f"{words} "), symbols, Span(f" {words} "), cited, Span(f" {words}."))))
        size += 3 * len(words)
        if size > letters:
            break
    blocks.append(Paragraph((Span(f"At last a {RARE}."),)))
    blocks += [Reference(f"[{number}]", (Span("Ada Example. A title."),), f"bib{number}") for number in range(60)]
    return Document("A long paper", tuple(blocks), 1)


def measure_text(bench: Bench) -> None:
    """Opening, scrolling and searching, beside the same document without a screen, and a bare app."""
    for letters in LETTERS:
        text = document(letters)
        home = bench.home()
        _keep(home / "papers.db", text)
        name = f"{sum(text.sizes) / 1000:,.0f} KB"
        with (
            feed() as endpoint,
            open_bare(bench.home(empty=True)) as floor,
            reading(bench, home, endpoint) as terminal,
        ):
            until(floor, lambda terminal: bare.READY in terminal.text)
            least = in_ms([bare_key(floor) for _ in range(TIMES)])
            latency(terminal, ["enter"], _is_page)
            settle(terminal, REST)
            bench.add(f"{name}: the first text of a visit", 1_000 * _open(terminal), note="with its imports")
            opened = [_close_and_open(terminal) for _ in range(TIMES)]
            bench.add(f"{name}: open to the first screen", in_ms(opened), [_unpack(text) for _ in range(5)])
            for key, shown in (("j", "a line"), ("space", "a page"), ("]", "a section")):
                bench.add(f"{name}: {shown} to repaint", in_ms([_move(terminal, key) for _ in range(TIMES)]), least)
            bench.add(f"{name}: the end to repaint", in_ms([_ends(terminal) for _ in range(5)]), least)
            _measure_search(bench, terminal, name)


def _measure_search(bench: Bench, terminal: Terminal, name: str) -> None:
    terminal.press("g", "g")
    settle(terminal, REST)
    terminal.press("/")
    settle(terminal, REST)
    found = [latency(terminal, [letter], _typed(RARE[: at + 1])) for at, letter in enumerate(RARE)]
    bench.add(f"{name}: the first letter of a rare word", 1_000 * found[0])
    bench.add(f"{name}: a further letter of it", in_ms(found[1:]))
    bench.add(f"{name}: its count", 1_000 * latency(terminal, ["enter"], lambda terminal: " of 1 " in terminal.text))


def _keep(file: Path, text: Document) -> None:
    """Put a text into the cache, of the paper that the list begins with."""
    with closing(Window.open(file)) as window:
        pk = window.first(selected(window, ""), 1).pks[0]
    with closing(Texts.open(file)) as texts:
        texts.put(pk, text, "arxiv.org", "2026-01-01T00:00:00Z")


def _unpack(text: Document) -> float:
    packed = dump(text)
    began = time.perf_counter()
    Layout(load(packed), 80).placed(TextPlace(), 50)
    return 1_000 * (time.perf_counter() - began)


def _is_page(terminal: Terminal) -> bool:
    return "full text" in terminal.lines[-1] and not _is_open(terminal)


def _is_open(terminal: Terminal) -> bool:
    return re.search(r"\d+ %", terminal.lines[0]) is not None


def _open(terminal: Terminal) -> float:
    return latency(terminal, ["enter"], _is_open)


def _close_and_open(terminal: Terminal) -> float:
    latency(terminal, ["q"], _is_page)
    settle(terminal, REST)
    return _open(terminal)


def _move(terminal: Terminal, key: str) -> float:
    settle(terminal, REST)
    return latency(terminal, [key], _changed(terminal))


def _ends(terminal: Terminal) -> float:
    terminal.press("g", "g")
    until(terminal, lambda terminal: " 0 %" in terminal.lines[0])
    return _move(terminal, "G")


def _changed(terminal: Terminal) -> Callable[[Terminal], bool]:
    before = terminal.lines[1:-1]
    return lambda terminal: terminal.lines[1:-1] != before


def _typed(text: str) -> Callable[[Terminal], bool]:
    return lambda terminal: f"/{text}▏" in terminal.text
