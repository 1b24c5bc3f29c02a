from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.lines import Piece, literal
from reader.ui.kit.lines import hits, mark, pattern, with_keys
from tests.core.test_text import text
from tests.table import each


@each(
    ("words", "value", "found"),
    [
        (("agent",), "Agents, an agent and reagents", ["Agent", "agent"]),
        (('"agent"',), "Agents, an agent and reagents", ["agent"]),
        (("frechet",), "The Fréchet distance", ["Fréchet"]),
        (("Fréchet",), "the Fre\u0301chet distance", ["Fre\u0301chet"]),
        (("kv cache",), "KV-cache and kv caches", ["KV-cache", "kv cache"]),
        (("a", "agent"), "agent", ["agent"]),
        (("fin",), "a ﬁner ﬁn", ["ﬁn", "ﬁn"]),
        ((".*", "[", ""), "any [text] .* at all", []),
        ((), "any text", []),
    ],
)
def test_searched_words_are_found_where_words_begin(words: tuple[str, ...], value: str, found: list[str]) -> None:
    assert [value[start:end] for start, end in hits(value, pattern(words))] == found


@given(text, st.lists(text, max_size=3))
def test_marking_changes_no_text(value: str, words: list[str]) -> None:
    pieces = mark(value, "text", pattern(tuple(words)))
    assert "".join(piece.text for piece in pieces) == literal(value)
    assert all(piece.text for piece in pieces)


def test_each_hit_is_a_piece_of_its_own() -> None:
    for value, parts in (
        ("an agent, Agents", ["an ", "agent", ", ", "Agent", "s"]),
        ("agent", ["agent"]),
        ("no", ["no"]),
    ):
        pieces = mark(value, "title", pattern(("agent",)))
        assert pieces == [Piece(part, "title", hit=part.lower() == "agent") for part in parts]


def test_keys_of_a_message_stand_between_backticks() -> None:
    (line,) = with_keys("`r` try again")
    assert line == (Piece("r", "key"), Piece(" try again", "muted"))
