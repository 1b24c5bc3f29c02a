"""`has_words` finds in a text the same words as the full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.cache.search.full_text import any_form
from reader.cache.search.sql_functions import has_words, search_keys
from reader.core.text import is_letter
from reader.core.words import indexed

words = st.text(st.sampled_from("abAB éÉñßæøαΣςжЖЙй中, .-_'\"\n1²½&"), max_size=12)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='porter unicode61 remove_diacritics 2')")
    yield opened
    opened.close()


@given(words, words)
@example("a é", "A É b")
@example("new", "old news")
@example("a b", "a  b")
@example("a-b", "ab")
@settings(max_examples=300)
def test_the_index_finds_all_texts_that_have_quoted_words(index: sqlite3.Connection, text: str, word: str) -> None:
    for wanted in (word, text[1:5]):
        key, expression = search_keys(wanted, exact=True), any_form(wanted, exact=True)
        assert bool(key) == bool(expression)
        if key and has_words(key, text):
            index.execute("DELETE FROM f")
            index.execute("INSERT INTO f VALUES (?)", (indexed(text),))
            assert index.execute("SELECT count(*) FROM f WHERE f MATCH ?", (expression,)).fetchone() == (1,)


def test_words_do_not_run_on_from_one_text_to_the_next() -> None:
    assert has_words(" a b ", "x a b")
    assert not has_words(" a b ", "x a", "b", None)
    assert not has_words(" a b ")
    assert search_keys("+ #", exact=True) == ""
    assert not is_letter("")
