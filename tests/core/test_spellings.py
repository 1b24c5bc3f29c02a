from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.spellings import spellings


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("llms", "large language model"),
        ("llms", "llm"),
        ("large language models", "llm"),
        ("Large Language Models (LLMs)", "llm"),
        ("retrieval-augmented generation", "rag"),
        ("pretraining", "pre training"),
        ("pre-training", "pretraining"),
        ("category", "categories"),
        ("categories", "category"),
    ],
)
def test_a_keyword_is_searched_for_in_its_other_spellings(asked: str, found: str) -> None:
    assert found in spellings(asked, exact=False)


def test_whole_words_are_searched_for_with_their_plurals() -> None:
    assert spellings("world model", exact=True) == ("world model", "world models")
    assert spellings("world model", exact=False) == ("world model",)
    assert "benches" in spellings("bench", exact=True)
    assert spellings("toy", exact=True) == ("toy", "toys")
    assert spellings("toy", exact=False) == ("toy",)
    assert spellings("copy", exact=False) == ("copy", "copies")
    assert "multi agent" in spellings("multiagent", exact=False)


@given(st.text(max_size=40), st.booleans())
def test_what_was_typed_comes_first_and_nothing_twice(asked: str, exact: bool) -> None:
    found = spellings(asked, exact)
    assert found[0] == asked.casefold()
    assert len(set(found)) == len(found) < 20
