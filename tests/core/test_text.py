from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.core import latex
from reader.core.latex import latex_to_unicode
from reader.core.text import (
    brief,
    clean,
    clean_block,
    clean_note,
    fold,
    is_letter,
    reason,
    split_words,
    text_size,
    title_hash,
    visible,
)
from tests.table import each

# Every code point, lone surrogates included, with more of the dangerous than chance would give.
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
def test_a_clean_line_is_harmless_and_clean_for_good(text: str) -> None:
    line = clean(text)
    assert is_harmless(line)
    assert unicodedata.is_normalized("NFC", line)
    assert line == " ".join(line.split())
    assert clean(line) == line


@given(hostile)
@example("\u0300 0")
def test_a_clean_block_is_clean_lines_parted_by_empty_ones(text: str) -> None:
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
def test_lines(text: str, expected: str) -> None:
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
def test_blocks(text: str, expected: str) -> None:
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
def test_folding(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text(st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x24F), min_size=1))
def test_a_title_is_the_same_whatever_its_punctuation(title: str) -> None:
    assert title_hash(f"  {title[:3]}-{title[3:]}: ") == title_hash(title)


def test_titles_without_letters_are_told_apart() -> None:
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
def test_latex(text: str, expected: str) -> None:
    assert latex_to_unicode(text) == expected


def test_of_a_text_and_an_answer_only_so_much_of_formulas_is_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latex, "LETTERS", 5)
    monkeypatch.setattr(latex, "ANSWER_LETTERS", 12)
    assert latex_to_unicode("$x^2$ $x^3$") == "x² $x^3$"
    with latex.of_one_answer():
        assert [latex_to_unicode("$x^2$") for _ in range(5)] == ["x²"] * 4 + ["$x^2$"]
    assert latex_to_unicode(r"$x^2$ \'e") == "x² é"


@each("piece", ["{", "\\textbf{", "$x", "\\(", "^{", "\\", "\\'{", "\\a{b}{c}{d", "{\\em "])
def test_floods_of_latex_take_no_time(piece: str) -> None:
    # Quadratic behaviour would take minutes here.
    assert latex_to_unicode(piece * (20_000 // len(piece)))


@given(st.text())
def test_a_clean_note_stays_as_it_is(text: str) -> None:
    once = clean_note(text)
    assert clean_note(once) == once


def test_the_size_of_texts_in_parts() -> None:
    assert text_size(("ab", None, 7, ("c", ("de",)))) == 5


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


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    assert visible("a\x1b[1mb\u202e\n\x9b") == "a\\u001b[1mb\\u202e\n\\u009b"
    assert visible("\x1b[1ma\x1b[0m\x07", styled=True) == "\x1b[1ma\x1b[0m\\u0007"
    assert [is_letter(char) for char in ("a", "", " ", "-", "\u0301", "中")] == [True, False, False, False, False, True]
