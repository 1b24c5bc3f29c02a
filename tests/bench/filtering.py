"""What is measured of filters: topics picked, and queries typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from statistics import median

from reader.core.errors import QueryError
from reader.core.query import parse
from reader.core.query.choices import picked_topics
from reader.core.query.suggestions import asked
from tests.bench import floors
from tests.bench.drive import latency, settle, shows, until
from tests.bench.feed import feed
from tests.bench.stage import REST, Bench, in_ms, reading
from tests.rigs.terminal import Terminal

TOPIC = "image-generation"
TYPED = ("agents", "the model", "diffusion -video", "author:ada", "topic:reasoning upvotes:>20", "latent space tokens")
"""Queries that are typed letter by letter: rare and common words, a negation, a field, a topic with a range."""


def measure_topic(bench: Bench) -> None:
    """Picking a topic in the filter pane, and letting it go."""
    filtered, everything = shows(bench.titles(f"topic:{TOPIC}")), shows(bench.titles())
    picks, drops = [], []
    with feed() as endpoint, reading(bench, bench.home(), endpoint) as terminal:
        for keys in ("f", "/", TOPIC.replace("-", " "), "enter"):
            terminal.press(keys)
            settle(terminal, 0.5)
        for _ in range(7):
            settle(terminal, REST)
            picks.append(latency(terminal, ["space"], filtered))
            settle(terminal, REST)
            drops.append(latency(terminal, ["space"], everything))
    floor = 1_000 * median(floors.read_seconds(bench.corpus, floors.BY_TOPIC, TOPIC) for _ in range(5))
    bench.add("pick a topic", in_ms(picks), floor, note="floor: the statement in sqlite3")
    bench.add("let a topic go", in_ms(drops))


def measure_search(bench: Bench) -> None:
    """Typing queries: from each letter to the first screenful that is right for what is typed so far."""
    every: list[float] = []
    with feed() as endpoint, reading(bench, bench.home(), endpoint) as terminal:
        for text in TYPED:
            letters = _typed(bench, terminal, text)
            every += letters
            # A word that stands in every paper changes nothing on the screen.
            if letters:
                bench.add(f"type {text!r}, worst letter", max(letters), _search_floor(bench, text))
        bench.add("a letter of a query", every)


def _typed(bench: Bench, terminal: Terminal, text: str) -> list[float]:
    """Milliseconds of each letter that changes the list; the query is dropped at the end."""
    before = bench.titles()
    terminal.press("/")
    settle(terminal, 0.5)
    found = []
    for length in range(1, len(text) + 1):
        expected = _expected(bench, text[:length])
        settle(terminal, REST)
        if expected is None or expected == before:
            terminal.press(text[length - 1])
            continue
        found.append(1_000 * latency(terminal, [text[length - 1]], shows(expected)))
        before = expected
    settle(terminal, 0.5)
    terminal.press("escape")
    until(terminal, shows(bench.titles()))
    settle(terminal, 0.5)
    return found


def _expected(bench: Bench, text: str) -> list[str] | None:
    """The titles that stand first once a text is typed; None where the list stays as it is."""
    with closing(sqlite3.connect(bench.corpus)) as connection:
        known = {slug for (slug,) in connection.execute("SELECT slug FROM topic")}
    text = asked(text, known)
    try:
        query = parse(text)
    except QueryError:
        return None
    choice = picked_topics(query)
    return bench.titles(text) if known.issuperset((*choice.picked, *choice.excluded)) else None


def _search_floor(bench: Bench, text: str) -> Sequence[float]:
    """The plain statement, for queries of plain words."""
    if ":" in text or "-" in text:
        return ()
    said = " ".join(f'"{word}" *' for word in text.split())
    return in_ms([floors.read_seconds(bench.corpus, floors.BY_WORD, said) for _ in range(3)])
