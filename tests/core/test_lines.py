"""Text in lines: what is drawn is safe, as wide as it may be, and complete."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.core.lines import (
    Piece,
    centre,
    cut,
    cut_line,
    fill,
    fit,
    join_items,
    literal,
    measure,
    piece_at,
    spread,
    unbroken,
    wrap,
    wrapped,
)

# Any character, with a liking for those that are wide, combine, join, turn round, or end an app.
text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ab  -/[]…é中文。ｶ한🚀👩\u200d\ufe0f❤\u0301\u0323אب\u202e\x1b\x9b\n\t\u00a0\ud800"),
    ),
    max_size=120,
)


@given(text)
def test_literal_text_has_nothing_but_shapes(value: str) -> None:
    drawn = literal(value)
    assert all(char.isprintable() for char in drawn)
    assert literal(drawn) == drawn


def test_what_has_no_shape_is_removed_or_shown() -> None:
    assert literal("a\x1b\u200d\ufe0f\u00a0\tb\ue000\ud800") == "a  b\ufffd\ufffd"


def test_pieces_are_cut_centred_spread_and_found() -> None:
    line = Piece("中文", "title"), Piece("abc")
    cuts = [("",), ("…",), ("…",), ("中…",), ("中…",), ("中文", "…"), ("中文", "a…"), ("中文", "abc"), ("中文", "abc")]
    assert [tuple(piece.text for piece in cut_line(line, width)) for width in range(9)] == cuts
    assert cut_line(line, 5)[0] == line[0]
    assert [centre(line, width)[0].text for width in (5, 8, 9, 10)] == ["", "", " ", " "]
    assert [spread(line, line[:1], width) for width in (9, 11, 13)] == [
        (*line, Piece(" " * gap), line[0]) for gap in (0, 0, 2)
    ]
    assert [piece_at(line, column) for column in (0, 3, 4, 6, 7)] == [line[0], line[0], line[1], line[1], None]


def test_items_share_a_line_where_they_fit() -> None:
    items = [[Piece(text)] for text in ("one", "two", "three four five", "six", "seven")]
    found = join_items(items, Piece(", "), 10)
    assert ["".join(piece.text for piece in line) for line in found] == ["one, two", "three four", "five, six", "seven"]
    assert join_items([], Piece(", "), 10) == []
    assert [measure(line) for line in join_items([[Piece("abc")], [Piece("defgh")]], Piece(", "), 10)] == [10]


@given(text, st.integers(0, 60))
def test_cut_text_is_never_wider_than_its_room(value: str, width: int) -> None:
    drawn = cut(literal(value), width)
    assert cell_len(drawn) <= width
    kept = drawn.removesuffix("…")
    assert literal(value).startswith(kept)


def test_cut_keeps_what_fits_and_says_what_does_not() -> None:
    assert cut("agents", 6) == "agents"
    assert cut("agents that plan", 7) == "agents…"
    assert cut("中文字", 4) == "中…"
    assert cut("agents", 0) == ""


@given(text, st.integers(2, 60))
def test_wrapping_keeps_to_the_width_and_loses_nothing_but_spaces(value: str, width: int) -> None:
    value = literal(value)
    spans = wrap(value, width)
    assert all(cell_len(value[start:end]) <= width for start, end in spans)
    assert "".join(value[start:end] for start, end in spans).replace(" ", "") == value.replace(" ", "")
    edges = [0, *(edge for span in spans for edge in span), len(value)]
    assert edges == sorted(edges)


@given(st.lists(st.text("abc def", max_size=12), max_size=8), st.integers(2, 40))
def test_filled_pieces_keep_their_roles(texts: list[str], width: int) -> None:
    pieces = [Piece(value, f"role{index}") for index, value in enumerate(texts)]
    lines = fill(pieces, width)
    assert all(measure(line) <= width for line in lines)
    for index, value in enumerate(texts):
        kept = "".join(piece.text for line in lines for piece in line if piece.role == f"role{index}")
        assert kept.replace(" ", "") == value.replace(" ", "")


def lines(value: str, width: int) -> list[str]:
    return [value[start:end] for start, end in wrap(value, width)]


def test_lines_break_at_spaces_and_only_long_words_inside() -> None:
    assert lines("small verifiers, long horizons", 16) == ["small verifiers,", "long horizons"]
    assert lines("see pneumonoultramicroscopic", 10) == ["see pneumo", "noultramic", "roscopic"]
    assert lines("长视频理解的GPT评测", 8) == ["长视频理", "解的GPT", "评测"]
    assert lines("   ", 10) == []
    assert lines("a bcd", 3) == ["a", "bcd"] and lines("a bcde", 3) == ["a b", "cde"]
    assert lines("  one two  three ", 7) == ["one two", "three"]
    assert lines("abcd efgh", 4) == lines("abcd   efgh", 0 + 4) == ["abcd", "efgh"]
    assert lines("ab 한글 cd", 5) == ["ab 한", "글 cd"]
    assert lines("长视频理GPT评测", 10) == ["长视频理", "GPT评测"]
    assert lines("中abcd", 4) == ["中", "abcd"]
    assert lines("e\u0301e\u0301e\u0301", 1) == ["e\u0301e\u0301", "e\u0301"]


def test_a_character_without_width_is_not_lost() -> None:
    assert lines("\ufe00 0", 2) == ["\ufe00 0"]
    assert lines("中中 \u0301   a", 4) == ["中中", "\u0301   a"]


def test_an_unbroken_text_stays_on_one_line() -> None:
    drawn = fill([Piece("by "), Piece(unbroken("Ada Byron"))], 10)
    assert ["".join(piece.text for piece in line) for line in drawn] == ["by", "Ada Byron"]
    assert fill([Piece("by "), Piece("A"), Piece("")], None) == [(Piece("by "), Piece("A"))]


@given(text, st.integers(1, 30))
def test_fitted_text_has_exactly_its_columns(value: str, width: int) -> None:
    assert cell_len(fit(literal(value), width)) == width


def test_a_paragraph_is_one_line_in_a_pipe() -> None:
    assert wrapped("two  words", None) == ["two  words"]
    assert wrapped("two  words\nhere", 9) == ["two words", "here"]
    assert wrapped("", None) == wrapped("", 9) == []
