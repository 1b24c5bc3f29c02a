"""Foreign text is cleaned, converted from LaTeX, split into words, and drawn in lines of a given width."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.core import foreign, latex
from reader.core.ids import in_address, in_arxiv_address, in_file_name, page_id
from reader.core.latex import latex_to_unicode
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
    without_breaks,
    wrap,
    wrap_text,
)
from reader.core.text import (
    brief,
    clean,
    clean_block,
    clean_note,
    fold,
    is_letter,
    reason,
    split_words,
    title_hash,
    visible,
)
from tests.table import each

# Every code point, including lone surrogates; dangerous characters are more frequent than by chance.
hostile = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Zl", "Zp", "Zs"]),
        st.sampled_from("\x1b[]m;\x07\x9b\x9d\\\u200d\u200c\u0301a é\n"),
    )
)


def is_harmless(text: str) -> bool:
    joiners = "\u200c\u200d"
    return all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co") or char in joiners for char in text)


@given(hostile)
@example("\u0300 0")
@example("\u0300 \u0300 0")
@example("a\u200d\u0301 é")
def test_a_clean_line_is_harmless_and_cleaning_is_idempotent(text: str) -> None:
    line = clean(text)
    assert is_harmless(line)
    assert unicodedata.is_normalized("NFC", line)
    assert line == " ".join(line.split())
    assert clean(line) == line


@given(hostile)
@example("\u0300 0")
def test_a_clean_block_has_clean_paragraphs(text: str) -> None:
    block = clean_block(text)
    paragraphs = block.split("\n\n") if block else []
    assert all(paragraph and paragraph == clean(paragraph, 20_000) for paragraph in paragraphs)
    assert clean_block(block) == block


@each(
    ("text", "expected"),
    [
        ("Adding NVMe SSDs on a\n  Single GPU", "Adding NVMe SSDs on a Single GPU"),
        ("an [IDK] token, [/] and [b]", "an [IDK] token, [/] and [b]"),
        ("red\x1b[31;1m alert\x1b[0m", "red alert"),
        ("a\x1b]0;new title\x07b", "ab"),
        ("a\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x9b31mb\x9d52;c;eA==\x9cc", "abc"),
        ("a\x1bP1$r\x1b\\b\x1bcd", "abd"),
        ("an unfinished \x1b]0;title", "an unfinished 0;title"),
        ("tab\tand\x0bmore\x0c\x85lines\u2028here\u2029", "tab and more lines here"),
        ("ev\u202elacs\u202c", "evlacs"),
        ("ze\u200bro\u2060\ufeff width", "zero width"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("private \ue0b0 use", "private use"),
        ("Cafe\u0301", "Café"),
        ("z" + "\u0335" * 50 + "!", "z" + "\u0335" * 4 + "!"),
        ("\u0301accent first", "accent first"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("pay\u200cload", "payload"),
        ("क्\u200dष", "क्\u200dष"),
        ("👨\u200d👩", "👨👩"),
        ("a\u3164\u115f\uffa0b", "ab"),
        ("heart ❤\ufe0f", "heart ❤"),
        ("no\u00a0break", "no break"),
        (" \n\t ", ""),
    ],
)
def test_lines_are_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_only_four_times_the_limit_is_read() -> None:
    assert clean(" " * 39 + "x", limit=10) == "x"
    assert clean(" " * 40 + "x", limit=10) == ""
    assert clean_block("\n" * 39 + "x", limit=10) == "x"
    assert clean_block("\n" * 40 + "x", limit=10) == ""


@each(
    ("text", "expected"),
    [
        ("  two\tspaces \r\nand\rlines\n\n\nkept \n", "  two\tspaces \nand\nlines\n\n\nkept"),
        ("Cafe\u0301", "Café"),
        ("é\u202e\tx\ny\u200b", "é\tx\ny"),
        ("é" * 21, "é" * 20),
        ("a\x1b[31mb\x9b2Jc\u202ed\x00e\ud800f        ", "abcdef"),
    ],
)
def test_notes_keep_their_lines_and_spaces(text: str, expected: str) -> None:
    assert clean_note(text, limit=max(20, len(text) - 1)) == expected


def test_length_is_capped_without_a_trailing_space() -> None:
    assert clean("ab " * 10, limit=6) == "ab ab"
    assert len(clean("a" * 1_000_000)) == 2_000
    assert (len(brief("a" * 999)), len(reason("a" * 999)), reason(" no  model. ")) == (100, 200, "no model")
    assert len(clean_block("a\n\n" * 1_000_000)) <= 20_000


@each(
    ("text", "expected"),
    [
        ("hard\nwrapped\nlines", "hard wrapped lines"),
        ("one\n  two\nmore", "one\n\ntwo more"),
        ("one\r\n\r\ntwo\r\nmore\rstill", "one\n\ntwo more still"),
        ("one\n \t\ntwo", "one\n\ntwo"),
        ("one\u2029two", "one\n\ntwo"),
        ("\n\n  \x1b[1m\n\n only \n\n", "only"),
    ],
)
def test_blocks_are_cleaned(text: str, expected: str) -> None:
    assert clean_block(text) == expected


@each(
    ("text", "expected"),
    [
        ("FRÉCHET", "frechet"),
        ("Straße", "strasse"),
        ("Ångström", "angstrom"),
        ("𝖳𝖢⁰ ﬁne", "tc0 fine"),
        ("İstanbul", "istanbul"),
    ],
)
def test_folding_of_case_and_accents(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text(st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x24F), min_size=1))
def test_the_hash_of_a_title_ignores_punctuation(title: str) -> None:
    assert title_hash(f"  {title[:3]}-{title[3:]}: ") == title_hash(title)


def test_titles_without_letters_have_different_hashes() -> None:
    assert title_hash("★★") != title_hash("☆☆")
    # Hashes are kept in the cache.
    assert (title_hash("B"), title_hash("C")) == (-8902839231844102283, 3981009880206486555)
    assert title_hash("Synth^2") == title_hash(latex_to_unicode("Synth$^2$"))


@each(
    ("text", "expected"),
    [
        ("no LaTeX, 5% & more ~ here", "no LaTeX, 5% & more ~ here"),
        ("Prefill \\& Decode", "Prefill & Decode"),
        ("\\$OneMillion-Bench", "$OneMillion-Bench"),
        ("Earn $1 Million and 2$", "Earn $1 Million and 2$"),
        ("$5 \\times 3$", "5 × 3"),
        ("Under $0.1", "Under $0.1"),
        ("from $5/$10 on", "from $5/$10 on"),
        ("a \\1 million prize, \\3) next", "a 1 million prize, 3) next"),
        ("Network\\ for Time", "Network for Time"),
        ("95\\% of 100%", "95% of 100%"),
        ("Synth$^2$: x", "Synth²: x"),
        ("$\\mathsf{TC}^0$", "(TC)⁰"),
        ("$\\mathcal{J}\\&\\mathcal{F}$", "J&F"),
        ("column-wise $\\ell_2$-norms", "column-wise ℓ₂-norms"),
        ("$10^{-3}$ and $x^{2n+1}$", "10⁻³ and x²ⁿ⁺¹"),
        ("SelfCap$_{\\text{LR}}$ dataset", "SelfCap_LR dataset"),
        ("e^{-2 K (p_{comp} - 0.5)}", "e^(−2K(p_comp−0.5))"),
        ("A$^*$ search, HumanEval$^{+}$", "A* search, HumanEval⁺"),
        ("360^{circ} and 5{\\deg}", "360° and 5°"),
        ("\\( O(n^3) \\) time", "O(n³) time"),
        ('Fr\\\'echet, Schr\\"odinger, T\\"ULU', "Fréchet, Schrödinger, TÜLU"),
        ("{\\textsection}3, {\\CYRA}{\\cyrb}, {\\textsterling}5", "§3, Аб, £5"),
        ("Ho{\\v r}ava, \\v{C}ech, \\c S, \\'{\\i}", "Hořava, Čech, Ş, í"),
        ("LS (\\textbf{L}arge-\\textbf{S}mall)", "LS (Large-Small)"),
        ("{\\em nice} {\\it Shallow UNet},", "nice Shallow UNet,"),
        ("\\textcolor{red}{hot} \\color{red}", "hot "),
        ("we propose \\ours, and {\\name} too", "we propose ours, and name too"),
        ("\\url{https://example.org/a_b}", "https://example.org/a_b"),
        ("\\href{https://example.org}{the site}, \\url", "the site, "),
        ("quickly, \\ie now, \\eg{} here", "quickly, i.e. now, e.g. here"),
        ("{\\textless}b{\\textgreater} {\\textbar} {\\textasciicircum} {\\textasciitilde}", "<b> | ^ ~"),
        ("jumping\\_cod", "jumping_cod"),
        ("line\\\\break", "line break"),
        ("$\\frac{a}{b}$", "a/b"),
        ("\\begin{x}", "x"),
        ("x^{2} y", "x² y"),
        ("x_{2} at 20^{circ}", "x₂ at 20°"),
        ("of \\(x^2\\)", "of x²"),
        ("the board\\footnote{https://example.org/.} Our", "the board[https://example.org/.] Our"),
        ("in R^{d times d} and $O(n log n)$", "in R^(d times d) and O(n log n)"),
    ],
)
def test_latex_becomes_unicode(text: str, expected: str) -> None:
    assert latex_to_unicode(text) == expected


def test_the_formulas_converted_in_one_text_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latex, "MAX_FORMULA_LETTERS", 5)
    assert latex_to_unicode("$x^2$ $x^3$") == "x² $x^3$"


@given(st.text())
def test_cleaning_a_note_is_idempotent(text: str) -> None:
    once = clean_note(text)
    assert clean_note(once) == once


@each(
    ("text", "words"),
    [
        ("Fréchet ΑΒΓ μ-law C++", ["frechet", "αβγ", "μ", "law", "c"]),
        ("x² 3½ Straße ﬁn", ["x²", "3½", "straße", "ﬁn"]),
        ("中文 한글 é\u0301 नमस्ते", ["中文", "한글", "e", "नमस", "त"]),
        ("a_b\ue000c ϵµς", ["a", "b\ue000c", "εμσ"]),
    ],
)
def test_words_are_those_of_the_index(text: str, words: list[str]) -> None:
    assert split_words(text) == words
    assert {char for char in text if is_letter(char)} >= {char for char in text if char.isascii() and char.isalnum()}


def test_terminal_controls_are_made_visible() -> None:
    assert visible("a\x1b[1mb\u202e\n\x9b") == "a\\u001b[1mb\\u202e\n\\u009b"
    assert visible("\x1b[1ma\x1b[0m\x07", styled=True) == "\x1b[1ma\x1b[0m\\u0007"
    assert [is_letter(char) for char in ("a", "", " ", "-", "\u0301", "中")] == [True, False, False, False, False, True]


# Lines


# Any character; wide, combining, joining, direction and control characters are more frequent than by chance.
text = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ab  -/[]…é中文。ｶ한🚀👩\u200d\ufe0f❤\u0301\u0323אب\u202e\x1b\x9b\n\t\u00a0\ud800"),
    ),
    max_size=120,
)


@given(text)
def test_literal_text_has_only_printable_characters(value: str) -> None:
    drawn = literal(value)
    assert all(char.isprintable() for char in drawn)
    assert literal(drawn) == drawn


def test_invisible_characters_are_removed_or_shown() -> None:
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


def test_cut_text_ends_in_an_ellipsis() -> None:
    assert cut("agents", 6) == "agents"
    assert cut("agents that plan", 7) == "agents…"
    assert cut("中文字", 4) == "中…"
    assert cut("agents", 0) == ""


@given(text, st.integers(2, 60))
def test_wrapped_lines_fit_the_width_and_lose_only_spaces(value: str, width: int) -> None:
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
    drawn = fill([Piece("by "), Piece(without_breaks("Ada Byron"))], 10)
    assert ["".join(piece.text for piece in line) for line in drawn] == ["by", "Ada Byron"]
    assert fill([Piece("by "), Piece("A"), Piece("")], None) == [(Piece("by "), Piece("A"))]


@given(text, st.integers(1, 30))
def test_fitted_text_has_exactly_its_columns(value: str, width: int) -> None:
    assert cell_len(fit(literal(value), width)) == width


def test_a_paragraph_without_a_width_is_one_line() -> None:
    assert wrap_text("two  words", None) == ["two  words"]
    assert wrap_text("two  words\nhere", 9) == ["two words", "here"]
    assert wrap_text("", None) == wrap_text("", 9) == []


# Foreign text

GOOD = [
    "2406.12345",
    "0704.0001",
    "hep-th/9901001",
    "cs/0112017",
    "page:0123456789ab",
    "feed:ffffffffffff",
    page_id("A"),
]
BAD = [
    "", "2406.12345v2", "2413.12345", "2406.123456", "../../api/settings/delete", "//evil.example/x", "-rf", "..",
    "hep-th/9901001/x", "hep-th//990100", "math.GT/0309136", "page:..", "page:0123456789AB", "feed:0123456789abc",
    "2406.12345\n", " 2406.12345", "２４０６.12345", "2406.12345?x", "2406.12345#", "%2e%2e", "a\x00",
]  # fmt: skip


@each("id", GOOD)
def test_an_id_of_a_paper_passes(id: str) -> None:
    assert foreign.paper_id(id) == id


@each("id", [*BAD, None, 2406.12345, ["2406.12345"]])
def test_an_invalid_id_is_refused_and_never_part_of_an_address_or_file_name(id: object) -> None:
    assert foreign.paper_id(id) is None
    if isinstance(id, str):
        for build in (in_address, in_arxiv_address, in_file_name):
            with pytest.raises(ValueError, match="it is not"):
                build(id)


def test_an_old_id_is_escaped_in_addresses_except_on_arxiv() -> None:
    assert in_address("2406.12345") == in_arxiv_address("2406.12345") == "2406.12345"
    assert in_address("hep-th/9901001") == "hep-th%2F9901001"
    assert in_arxiv_address("hep-th/9901001") == "hep-th/9901001"
    assert in_file_name("hep-th/9901001") == "hep-th_9901001"


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.lists(st.text()) | st.text())
def test_accepted_values_are_clean_and_bounded(value: object) -> None:
    address = foreign.web_url(value) if isinstance(value, str) else None
    for passed in (foreign.text(value), foreign.paper_id(value), foreign.category(value), address):
        assert passed is None or clean(passed, 2_000) == passed
    for number in (foreign.clock(value), foreign.count(value)):
        assert number is None or 0 <= number < 1 << 63


def test_json_and_text_are_cut_to_their_limits() -> None:
    assert foreign.read_json("[1]", 3) == [1] and foreign.read_json("[1]", 2) is None
    assert [foreign.text(value) for value in ("a" * 2_001, " a ", 3)] == ["a" * 2_000, "a", None]


@each(
    ("values", "check"),
    [
        (["cs.CL", "stat.ML", "hep-th", "math-ph", "cond-mat.mes-hall", "physics.data-an", "math"], foreign.category),
        (["https://a.example/x", "http://a.example:8080/"], foreign.web_url),
        ([0, 1, 10**9], foreign.count),
        ([0, 1_800_000_000_000, foreign.MAX_CLOCK], foreign.clock),
    ],
)
def test_valid_values_are_unchanged(values: list[object], check: object) -> None:
    assert callable(check)
    assert [check(value) for value in values] == values


@each(
    ("values", "check"),
    [
        (["", "cs.CL+cs.LG", "CS.CL", "cs.CL/..", "../x", "cs.CLXX", "a" * 40, None, 3], foreign.category),
        (["javascript:x", "https://u@a.example", "file:///x", "https://", "", "https://a.example:x"], foreign.web_url),
        ([-1, 10**9 + 1, float("nan"), float("inf"), True, "1", None], foreign.count),
        ([-1, foreign.MAX_CLOCK + 1, 1.5, True, "1", None], foreign.clock),
        (["", " \x9b31m ", "\u202e", 3, None], foreign.text),
    ],
)
def test_invalid_values_are_refused(values: list[object], check: object) -> None:
    assert callable(check)
    assert [check(value) for value in values] == [None] * len(values)
