"""`has_words` finds in a text the same words as the full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.cache.search.sql_functions import has_words, search_key
from reader.core.text import is_letter

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
