"""Words that make the full-text index merge long lists are replaced by ones that do not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.cache.search.full_text import has_words, is_letter, search_key, without_merging
from reader.core.query import And, Match, Node, Not, Or

A, LONG = Match("to"), Match("model")


@pytest.mark.parametrize(
    ("node", "instead"),
    [
        (Match("m"), None),
        (Match("mo"), Match("mo")),
        (Match("mod"), Match("mod")),
        (Match("mode"), Match("mod")),
        (Match("m", exact=True), Match("m", exact=True)),
        (Match("a-mo"), Match("a-mo")),
        (Match("world-mo"), Match("world-mo")),
        (Match("to-m", field="title"), Match("to", exact=True, field="title")),
        (Match("in-the-m"), Match("in the", exact=True)),
        (Match("to-model", field="title"), Match("to mod", field="title")),
        (Not(A), Not(A)),
        (Not(LONG), None),
        (Or((A, LONG)), Or((A, Match("mod")))),
        (Or((A, Match("m"))), None),
        (And((A, Match("m"))), And((A,))),
        (And((Match("m"), Not(LONG))), None),
    ],
)
def test_a_word_is_cut_to_a_prefix_that_the_index_stores(node: Node, instead: Node | None) -> None:
    assert without_merging(node) == instead


words = st.text(st.sampled_from("abAB éÉñßæøαΣςжЖЙй中, .-_'\"\n1²½"), max_size=12)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
    yield opened
    opened.close()


@given(words, words, st.booleans())
@example("a é", "A É b", True)
@example("new", "old news", False)
@example("a b", "a  b", True)
@example("a b", "a c b", True)
@settings(max_examples=300)
def test_a_text_has_the_words_that_the_index_finds(
    index: sqlite3.Connection, text: str, word: str, exact: bool
) -> None:
    for wanted in (word, text[1:5]):
        key = search_key(wanted, exact)
        if not key:
            continue
        index.execute("DELETE FROM f")
        index.execute("INSERT INTO f VALUES (?)", (text,))
        star = "" if exact or not is_letter(wanted[-1:]) else " *"
        quoted = '"' + wanted.replace('"', '""') + '"' + star
        hits = index.execute("SELECT count(*) FROM f WHERE f MATCH ?", (quoted,)).fetchone()[0]
        assert has_words(key, text) == bool(hits)


def test_words_do_not_run_on_from_one_text_to_the_next() -> None:
    assert has_words(" a b ", "x a b")
    assert not has_words(" a b ", "x a", "b", None)
    assert not has_words(" a b ")
    assert search_key("+ &", exact=True) == ""
    assert not is_letter("")
