"""Formulas as Unicode: what each says, and that no two that differ look alike."""

from __future__ import annotations

import gzip
import html
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from string import ascii_letters, digits
from time import process_time
from unicodedata import name, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.formula import MAX_FORMULA_LINES, draw_formula, formula_text
from reader.core.document.formula_tree import (
    MAX_NESTING,
    MAX_TEX_LENGTH,
    Fence,
    Node,
    Row,
    Script,
    Symbol,
    is_known,
    read_tex,
)
from reader.core.document.symbols import in_font
from reader.core.lines import cell_len
from reader.core.text import clean
from tests.table import each, rest_long

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "fulltext" / "html"


@each(
    ("tex", "text"),
    [
        (r"W^{\top}x+b", "W^⊤x + b"),
        (r"e^{i\pi}+1=0", "e^(iπ) + 1 = 0"),
        (r"10^{-3}", "10⁻³"),
        (r"-x+-1-\log p", "−x + −1 − log p"),
        (r"\text{KL}(p\,\|\,q)", "KL(p ‖ q)"),
        (r"x\in[0,1]", "x ∈ [0, 1]"),
        (r"\{x\mid x>0\}", "{x ∣ x > 0}"),
        (r"a:=b,...,c", "a := b, ..., c"),
        (r"f'_i+g''^2", "fᵢ′ + g′′²"),
        (r"x_{1:T}", "x_(1:T)"),
        (r"p_{\text{data}}", "p_data"),
        (r"\left\lVert\theta\right\rVert_{2}^{2}", "‖θ‖₂²"),
        (r"a\not\in B", "a ∉ B"),
        (r"\lim_{n\to\infty}\frac{1}{n}", "lim_(n→∞) (1∕n)"),
        (r"\operatorname*{arg\,max}_{x}f(x)", "arg maxₓ f(x)"),
        (r"1{,}000", "1,000"),
        (r"\mathbf{x}\neq x", "𝐱 ≠ x"),
        (r"\bm{\theta}^{(t+1)}", "𝛉⁽ᵗ⁺¹⁾"),
        (r"\mathfrak{g}\mathbb{1}{\bf A}{\cal L}", "𝔤𝟙𝐀ℒ"),
        ("f^2'", "(f²)′"),
        ("f' 'x", "f′′x"),
        (r"\phantom{x}\textcolor{red}{x}\raisebox{1pt}[2pt]{y}", "xy"),
        (r"\smash{ab}^2\text{ab}^2\text{a$b$}^2", "(ab)²ab²(ab)²"),
        ("x_a_b", "(xₐ)_b"),
        (r"f\limits_a", "f_{a}"),
        (r"\max\limits_a b", "maxₐ b"),
        (r"x^\frac12", "x^½"),
        (r"\bar x_i", "x\u0304ᵢ"),
        (r"\underset{a}{=}b", "=_{a} b"),
        (r"\underoverset{a}{b}{=}", "=_{a}^{b}"),
        (r"\xleftarrow[a]{}", "←_{a}"),
        (r"a\pmod{n}", "a (mod n)"),
        (r"a\bmod n", "a mod n"),
        (r"\mathop{max}_x", "maxₓ"),
        (r"\text{if $x_i$ or}", "if xᵢ or"),
        (r"\boxed{x}", "boxed(x)"),
        ("a~b", "a b"),
        (r"{\rm x}y", "xy"),
        (r"a\,_i", "aᵢ"),
        (r"f^{\prime\prime}_i", "fᵢ′′"),
        (r"\left(a\middle|b\right)", "(a | b)"),
        (r"\left.a\right|_b", "a|_b"),
        (r"6.63\text{\times}{10}^{-34}\text{\,}\mathrm{J}{12}_{3}", "6.63 × 10⁻³⁴ J12₃"),
        (r"300\,\mathrm{K}+300\,{\rm K}^{2}", "300 K + 300 K²"),
        (r"\order{h^2}={\bf\it a}\it b", "𝒪(h²) = 𝐚b"),
        # What TeX stacks gets parentheses where it needs them.
        (r"\frac{a+b}{c}", "(a + b)∕c"),
        (r"\frac{a}{bc}", "a∕(bc)"),
        (r"\frac{\partial f}{\partial x}", "∂f∕∂x"),
        (r"\frac{1}{2}mv^{2}", "½mv²"),
        (r"{\frac{a}{b}}^{2}", "(a∕b)²"),
        (r"\frac{1}{z}I+\frac{1}{z}(a)-\frac{a}{b}", "(1∕z) I + (1∕z) (a) − a∕b"),
        (r"\frac{(x-\mu)^{2}}{2\sigma^{2}}", "(x − μ)²∕(2σ²)"),
        (r"\mathop{\mathrm{arg\,min}}_{x}f\overset{!}{=}0", "arg minₓ f =^{!} 0"),
        (r"\sqrt{a}b", "√a b"),
        (r"\sqrt[3]{a+b}", "∛(a + b)"),
        (r"\sqrt[n]{x}", "ⁿ√x"),
        (r"{(ab)}^{3}", "(ab)³"),
        (r"\underbrace{ab}_{n}c", "(ab)⏟(n)c"),
        (r"X\stackrel{d}{\to}Y\xleftarrow{f}Z", "X ─d→ Y ←f─ Z"),
        (r"\xrightarrow[n]{d}", "─d→_{n}"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"a\atop b", "{a over b}"),
        (r"\genfrac{(}{)}{0pt}{}{n}{k}", "(n choose k)"),
        (r"\sqrt[2]{x}", "√x"),
        ("{x_i}_j", "(xᵢ)ⱼ"),
        ("{(a)(b)}^2", "((a)(b))²"),
        (r"\sum_{\substack{i\\ j<k}}x", "∑_(i,j<k) x"),
        # It is one line with all its parts.
        (r"90^{\circ}x^{*}y^{\dagger}_{*}", "90°x*y_∗†"),
        (r"\hat{x_1^2}+\tilde{\underset{a}{b}}", "hat(x₁²) + tilde(b_{a})"),
        (r"\sqrt[ab]{\frac{c}{d}}", "ᵃᵇ√(c∕d)"),
        (r"\frac{(a)^{2}(b)}{x}", "((a)²(b))∕x"),
        (r"\frac{f(x,y)}{(a)_{i}}", "f(x, y)∕(a)ᵢ"),
        (r"\frac{x_{1}y}{\underset{a}{b}c}", "x₁y∕(b_{a}c)"),
        (r"\frac{f_{1}(x)}{d(x)(y)}", "f₁(x)∕(d(x)(y))"),
        (r"\frac{\sum(x)}{12}", "(∑(x))∕12"),
        (r"\begin{aligned}[t]a\\[2pt] b\end{aligned}", "a\nb"),
        (r"\begin{array}[t]{lr}a&b\\ cc&dd\end{array}", "[:a, b ; cc, dd:]"),
        ("∑_i a≤b", "∑ᵢ a ≤ b"),
        (r"\overset{a}{≤}b", "≤^{a} b"),
        (r"\frac{12}{a+b}", "12∕(a + b)"),
        (r"\frac{\sqrt{a}b}{c}", "(√a b)∕c"),
        (r"\frac{dx}{dt}\frac{d}{\Delta x}", "(dx∕dt) d∕Δx"),
        (r"x_{ab}y_{\theta}z", "x_ab y_θ z"),
        ("x^{qr}(y)", "x^qr(y)"),
        ("x_{q}2", "x_q 2"),
        (r"x_{\text{a b}}^{\text{c d}}", "x_(a b)^(c d)"),
        (r"a\begin{cases}1&a\\ 2&\\ &c\end{cases}b", "a{ 1 : a ; 2 ; : c :}b"),
        (r"\left[\begin{matrix}a&b\\ c&d\end{matrix}\right]", "[a, b ; c, d]"),
        (r"\left\{\begin{array}{l}a\\ b\end{array}\right\}", "{a ; b}"),
        ("{((a))}_i", "(((a)))ᵢ"),
        (r"\mathrm{ab}_i\mathbf{a}_i", "(ab)ᵢ𝐚ᵢ"),
        (r"\text{\hspace{2pt}a\color{red}b}\text{\alpha\foo}", "a bαfoo"),
        (r"a\sqrt[n]{b}c", "a ⁿ√b c"),
        (r"\textcolor[rgb]{1,0,0}{x}+y", "x + y"),
        (r"x\hskip 10pt plus 1fil y\kern-.5em z\mkern 3mu w", "x yz w"),
        (r"9.81\mkern 3mu\mathrm{m}+300\hspace{.2em}\mathrm{K}+a\kern0pt b", "9.81 m + 300 K + ab"),
        (r"\scalebox{0.8}{$x$}\hphantom{abc}", "x"),
        (r"x\label{eq:1}\nonumber", "x"),
        # What is not known falls back alone.
        (r"a+\ours", "a + ‹ours›"),
        (r"\frac{\ours{x}}{2}", "(‹ours›x)∕2"),
        (r"\begin{ours}x\end{ours}", "‹ours›x"),
        # What is cut off is read as far as it goes.
        ("}", ""),
        ("x^", "x"),
        (r"\frac{a}", "a∕()"),
        (r"\begin{matrix}a", "[:a:]"),
        (r"\left(x", "(x"),
        ("{x", "x"),
        (r"\sqrt[x", "√[ x"),
        ("_i x", "ᵢx"),
        ("{a}" * 50, "a" * 50),
        (r"\hat a" * 50, "â" * 50),
        ("{" * (MAX_NESTING - 1) + "x", "x"),
    ],
)
def test_a_formula_is_read_aloud_in_words(tex: str, text: str) -> None:
    assert formula_text(tex) == text


def test_rows_and_cells_stay_apart() -> None:
    assert formula_text(r"\begin{pmatrix}1&&0\\ a&b&c\end{pmatrix}") == "(1, , 0 ; a, b, c)"
    assert formula_text(r"f=\begin{cases}1&\text{if }x,\\ 0&\text{else}\end{cases}") == "f = { 1 if x ; 0 else"
    array = r"\left\{\begin{array}{ll}x&y>0\\z&w\end{array}\right."
    assert formula_text(array) == "{ x : y > 0 ; z : w"
    assert formula_text(array + "+1") == "{ x : y > 0 ; z : w :} + 1"
    assert formula_text(r"\begin{aligned}a&=b\\ &=c\end{aligned}") == "a = b\n= c"
    assert formula_text(r"a\\ =b") == "a\n= b"
    assert formula_text(r"\begin{array}{r@{l}c}a&b\end{array}") == "[:a, b:]"
    assert formula_text(r"\begin{bmatrix}[r]a\\ b\end{bmatrix}") == "[a ; b]"
    assert formula_text(r"\begin{rcases}a&b\\ c&d\end{rcases}") == "{: a : b ; c : d }"
    assert formula_text(r"\begin{alignat}{2}a&=b\\ &=c\end{alignat}") == "a = b\n= c"
    assert formula_text(r"\begin{ours}a\\ b\end{ours}") == "‹ours›a\nb"
    assert formula_text(r"\begin{matrix}a\\ \\ b\end{matrix}") == "[:a ; b:]"
    assert formula_text(r"a\cr b") == "a\nb"


def test_what_is_too_long_or_too_deep_is_shown_as_one_command() -> None:
    assert formula_text("x" * (MAX_TEX_LENGTH + 1)).startswith("‹xx")
    assert formula_text("{" * (MAX_NESTING + 2) + "x" + "}" * (MAX_NESTING + 2)).startswith("‹")


DEEP = (
    *("{a+", "}"),
    *(r"\frac{a}{", "}"),
    *(r"\frac{a+\frac{c}{d}}{", "}"),
    *("{a_{b", "}}"),
    *(r"{a \over ", "}"),
    *(r"\binom{a}{", "}"),
    *(r"\sqrt[n]{a", "}"),
    *(r"\sqrt[\sqrt{", "}]{a}"),
    *(r"{\left(a", r"\right)}^2"),
    *(r"\underbrace{a", "}_{n}"),
    *(r"\hat{a", "}"),
    *(r"\not{a", "}"),
    *(r"\text{a $", "$}"),
    *(r"\sum_{a", "}"),
    *(r"\begin{pmatrix}a&", r"\end{pmatrix}"),
    *(r"\begin{cases}a&", r"\end{cases}"),
)


@contextmanager
def counted(most: int) -> Iterator[None]:
    """Fails if more functions are called than that."""
    calls = 0

    def count(frame: object, event: str, value: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > most:
            sys.setprofile(None)
            pytest.fail(f"more than {most:,} calls")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


@each(("begin", "end"), list(zip(DEEP[::2], DEEP[1::2], strict=True)))
@each("depth", [18, MAX_NESTING - 3])
def test_what_is_deep_is_read_and_drawn_once(begin: str, end: str, depth: int) -> None:
    tex = begin * depth + r"\frac{a}{b}" + end * depth
    with counted(200_000):
        assert formula_text(tex)
        assert draw_formula(tex, 78)


@each(("tex", "width"), [("a+" * 1_000 + "a", 78), ("(x+" * 1_000 + "a", 10)])
def test_a_long_row_costs_what_its_lines_cost(tex: str, width: int) -> None:
    with counted(1_000_000):
        assert len(draw_formula(tex, width)) > 40


@each("piece", ["f(", "a_b^c", "a^b{}_c="])
def test_eight_times_as_long_a_formula_takes_about_eight_times_as_long(piece: str) -> None:
    def seconds(letters: int) -> float:
        formula_text.cache_clear()
        before = process_time()
        formula_text((piece * letters)[:letters])
        return process_time() - before

    assert min(seconds(9_600) for _ in range(3)) < 16 * min(seconds(1_200) for _ in range(3))


@pytest.mark.parametrize(
    "piece",
    [
        "'",
        "' ",
        "x^",
        r"x\limits_",
        "∑_",
        r"\not",
        r"\hat",
        r"\bm",
        r"\frac",
        r"\\[",
        r"\sqrt[",
        r"\text{$",
        r"\left(",
        "{",
    ],
)
@pytest.mark.parametrize("count", rest_long([60, 250, 900, MAX_TEX_LENGTH], [900]))
def test_what_is_repeated_raises_nothing_and_costs_no_more_than_its_length(piece: str, count: int) -> None:
    tex = (piece * count)[:MAX_TEX_LENGTH]
    with counted(100 * len(tex) + 5_000_000 * (piece[-1] == "[")):
        formula_text(tex)
        draw_formula(tex, 78)


@each("sign", ["\x1b[2J", "\x9b1m", "\u202e", "\x00", "\ud800", "\u2028", "\\\t", "\\\n", "\u200b"])
def test_no_formula_prints_what_a_terminal_would_obey(sign: str) -> None:
    for tex in (
        f"a{sign}b",
        rf"\frac{{a{sign}}}{{b}}",
        rf"\text{{{sign}}}^{sign}",
        rf"\genfrac{sign}{{\a{sign}}}0{{}}ab",
    ):
        lines = [*formula_text(tex).split("\n"), *(line for one in draw_formula(tex, 78) for line in one.lines)]
        assert all(line == clean(line) or line.replace("  ", "").isprintable() for line in lines), (tex, lines)


@each(
    "tex",
    [
        r"\begin{aligned}\end{aligned}",
        r"\begin{split}}{-\left.",
        r"\left(a\\b\right)",
        r"\not\not\not=",
        r"\hat{\begin{align}x\\",
    ],
)
def test_each_line_of_a_drawing_is_one(tex: str) -> None:
    for one in draw_formula(tex, 78):
        assert not [line for line in one.lines if "\n" in line]


# No two alike


def shape(value: object) -> object:
    """A tree as plain values, in which a pair of parentheses is the same with and without its growing."""
    if isinstance(value, Row | Fence) or (isinstance(value, Script) and isinstance(value.base, Fence)):
        parts = _parts(value)
        return parts[0] if len(parts) == 1 else ("Row", *parts)
    if isinstance(value, tuple):
        name = "Script" if isinstance(value, Script) else type(value).__name__
        return (name, *map(shape, value))
    return value


def _parts(item: Node) -> list[object]:
    """What an item is in its row: braces without a script do not show, and a fence is what stands in it, in signs."""
    if isinstance(item, Row):
        return [part for one in item.items for part in _parts(one)]
    if isinstance(item, Script) and isinstance(item.base, Fence) and len(_parts(item.base)) > 1:
        # The script of a pair of parentheses is typed at the closing one.
        *before, closing = _parts(item.base)
        return [*before, ("Script", closing, *map(shape, item[1:]))]
    if isinstance(item, Fence) and f"{item.opening}{item.closing}" in ("()", "[]", "{}", "||"):
        inner = item.body.items if isinstance(item.body, Row) else (item.body,)
        kinds = ("ord", "ord") if item.opening == "|" else ("open", "close")
        sides = [shape(Symbol(sign, kind)) for sign, kind in zip((item.opening, item.closing), kinds, strict=True)]
        return [sides[0], *(part for one in inner for part in _parts(one)), sides[1]]
    name = "Script" if isinstance(item, Script) else type(item).__name__
    return [(name, *map(shape, item))]


_LETTERS = st.sampled_from(
    [*"abxyzdn123", r"\alpha ", r"\mathbf{x}", r"\mathcal{L}", r"\mathbb{R}", r"\infty ", r"\prime "]
)
_SIGNS = st.sampled_from(["+", "-", "=", r"\leq ", r"\cdot ", ",", r"\in ", "!"])
_SIMPLE = st.one_of(_LETTERS, st.sampled_from([r"\sum ", r"\max ", r"\log ", r"\text{if}"]))


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.lists(st.one_of(inner, _SIGNS), min_size=1, max_size=4).map("".join),
        two.map(lambda pair: rf"\frac{{{pair[0]}}}{{{pair[1]}}}"),
        two.map(lambda pair: rf"{{{pair[0]}}}^{{{pair[1]}}}"),
        two.map(lambda pair: rf"{{{pair[0]}}}_{{{pair[1]}}}"),
        st.tuples(inner, inner, inner).map(lambda three: rf"{{{three[0]}}}_{{{three[1]}}}^{{{three[2]}}}"),
        inner.map(lambda one: rf"\sqrt{{{one}}}"),
        inner.map(lambda one: rf"\left({one}\right)"),
        inner.map(lambda one: rf"\hat{{{one}}}"),
        inner.map(lambda one: rf"\overline{{{one}}}"),
        two.map(lambda pair: rf"\underbrace{{{pair[0]}}}_{{{pair[1]}}}"),
        two.map(lambda pair: rf"\overset{{{pair[0]}}}{{{pair[1]}}}"),
        two.map(lambda pair: rf"\begin{{pmatrix}}{pair[0]}&{pair[1]}\\{pair[1]}\end{{pmatrix}}"),
        two.map(lambda pair: rf"\begin{{cases}}{pair[0]}&{pair[1]}\\{pair[1]}\end{{cases}}"),
    )


TEX = st.recursive(_SIMPLE, _compound, max_leaves=6)


@given(st.lists(TEX, min_size=2, max_size=30))
def test_different_formulas_are_drawn_differently(formulas: list[str]) -> None:
    ordered = sorted(dict.fromkeys(formulas), key=formula_text)
    for one, other in pairwise(ordered):
        if formula_text(one) == formula_text(other):
            assert shape(read_tex(one)) == shape(read_tex(other)), (one, other, formula_text(one))


@given(TEX)
def test_none_prints_its_commands(tex: str) -> None:
    assert not re.search(r"[\\‹$]|frac|sqrt|left|right|mathbf", formula_text(tex))


@given(st.text(alphabet=r"\{}[]^_&'ab12 frcsqtlehg()", max_size=60))
def test_whatever_is_typed_is_read(tex: str) -> None:
    assert "\\" not in formula_text(tex).replace("‹\\›", "") or len(tex) > MAX_TEX_LENGTH


def recorded() -> list[str]:
    found: dict[str, None] = {}
    for path in sorted(RECORDED.glob("*")):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(errors="replace")
        found |= dict.fromkeys(html.unescape(tex) for tex in re.findall(r'alttext="([^"]*)"', text))
    return list(found)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded pages are not here")
def test_recorded_formulas_are_distinct_and_few_show_a_command() -> None:
    texts: dict[str, str] = {}
    formulas = recorded()
    assert len(formulas) > 500
    for tex in formulas:
        other = texts.setdefault(formula_text(tex), tex)
        assert shape(read_tex(tex)) == shape(read_tex(other)), (tex, other)
    raw = [text for text in texts if re.search(r"[\\‹]", text)]
    assert len(raw) * 200 < len(texts), raw


# On several lines


def drawn(tex: str, width: int = 78) -> str:
    return "\n\n".join("\n".join(one.lines) for one in draw_formula(tex, width))


def test_limits_are_drawn_above_and_below() -> None:
    assert drawn(r"\sum_{i=1}^{n}x_{i}") == "\n".join((" n", " ∑ xᵢ", "i=1"))
    assert drawn(r"\sum_{\begin{subarray}{c}i<j\\ j\leq n\end{subarray}}a") == "\n".join((" ∑ a", "i<j", "j≤n"))
    assert drawn(r"\mathop{\mathbb{E}}_{x\sim p}x") == "\n".join((" 𝔼 x", "x∼p"))
    assert drawn(r"\operatorname{KL}_i f") == "KLᵢ f" and drawn(r"\operatorname*{KL}_i f") == "KL f\ni"
    assert drawn(r"\underset{\text{all}}{xy}=1") == "\n".join(("xy = 1", "all"))


def test_cases_and_matrices_have_columns() -> None:
    assert drawn(r"f=\begin{cases}1&x>0\\-10&x<0\end{cases}") == "\n".join(
        ("    ⎧ 1    x > 0", "f = ⎨", "    ⎩ −10  x < 0"),
    )
    assert drawn(r"\begin{bmatrix}1&20\\300&4\end{bmatrix}") == "\n".join(("⎡ 1   20⎤", "⎣300  4 ⎦"))


def test_a_sign_before_a_fraction_has_space_after_its_relation() -> None:
    assert drawn(r"a=-\frac{b}{c}.") == "\n".join(("      b", "a = − ─.", "      c"))
    assert drawn(r"a-\frac{b}{c}") == "\n".join(("    b", "a − ─", "    c"))
    assert formula_text(r"a=\sqrt{\pi}.") == "a = √π."


@each(
    ("tex", "lines"),
    [
        (
            r"f(x)=\frac{a}{b}+c=\sum_{i}d_{i}",
            ("       a", "f(x) = ─ + c", "       b", "", "    = ∑ dᵢ", "      i"),
        ),
        (r"aaaa+\frac{a}{b}+cccccc+d", ("       a", "aaaa + ─", "       b", "", "    + cccccc + d")),
        (r"a=b,\quad c=d+e", ("a = b,", "", "    c = d + e")),
        # A row that has no such place is on one line, and the others keep their height.
        (r"aaaa(bbbbbb,ccccccc)\\ a=\frac{b}{c}", ("aaaa(bbbbbb, ccccccc)", "", "    b", "a = ─", "    c")),
    ],
)
def test_a_row_that_is_too_wide_is_wrapped(tex: str, lines: tuple[str, ...]) -> None:
    assert drawn(tex, 16) == "\n".join(lines)


@each(
    ("width", "tex", "bases", "lines"),
    [
        (
            78,
            r"\left(\begin{array}{lr}\frac{a}{b}&1\\ c\\ dd&\frac{ee}{\frac{f}{g}}\end{array}\right.",
            [5],
            ("⎛a", "⎜─    1", "⎜b", "⎜", "⎜c", "⎜", "⎜    ee", "⎜dd  ──", "⎜    f", "⎜    ─", "⎝    g"),
        ),
        (
            78,
            r"\begin{matrix}[lcr]\frac{a}{b}&a&a\\ bb&bb&bb\end{matrix}",
            [2],
            ("a", "─   a    a", "b", "", "bb  bb  bb"),
        ),
        (
            78,
            r"\begin{aligned}xx&=\frac{a}{b}\\ &=c&d\\ e&&f\end{aligned}",
            [5],
            ("     a", "xx = ─", "     b", "", "   = c d", " e     f"),
        ),
        (
            78,
            r"\overbrace{\frac{a}{b}}^{\text{the label}}+\underbrace{a+bc}_{\frac{n}{m}}",
            [3],
            (
                "the label",
                "   ╭┴╮",
                "    a",
                "    ─    + a + bc",
                "    b      ╰─┬──╯",
                "             n",
                "             ─",
                "             m",
            ),
        ),
        (78, r"\overbrace{a+b+c+d}^{n}", [2], ("      n", "╭─────┴─────╮", "a + b + c + d")),
        (78, r"\left\{\frac{a}{\frac{b}{c}}\right.+c", [1], ("⎧ a", "⎨ ─ + c", "⎪ b", "⎪ ─", "⎩ c")),
        (
            78,
            r"\left(\frac{a}{\frac{b}{c}}\right)_{i}^{jk}d\sqrt{\frac{e}{f}}^{n}\left.\frac gh\right|_{x=0}",
            [2],
            ("      ⎛    __⎞ⁿ", "⎛a⎞ʲᵏ ⎜   ╱ e⎟  g│", "⎜─⎟  d⎜  ╱  ─⎟  ─│", "⎜b⎟   ⎝╲╱   f⎠  h│ₓ₌₀", "⎜─⎟", "⎝c⎠ᵢ"),
        ),
        (
            78,
            r"\sqrt[ab]{\frac{c}{d}}\sqrt[n]{\frac{e}{f}}",
            [2],
            ("             __", "            ╱ e", "ᵃᵇ√(c∕d) ⁿ ╱  ─", "         ╲╱   f"),
        ),
        (
            78,
            r"-\frac{}{2}(-\frac{b}{c},\frac{d}{e})f\left(\frac{1}{2}\right)\log\frac{g}{h}\ \frac{i}{j}-",
            [1],
            ("       b  d          g i", "− ─ (− ─, ─)f(½) log ─ ─ −", "  2    c  e          h j"),
        ),
        (
            78,
            r"a\\ \begin{aligned}b&=c\\ \frac{d}{e}&=f\end{aligned}",
            [0, 0, 1],
            ("a", "", "b = c", "", "d", "─ = f", "e"),
        ),
        (16, r"aaaaaaaa\ \ bbbbbbbb=c\quad d", [0, 0], ("aaaaaaaa  bbbbbbbb", "", "    = c  d")),
        (16, r"a=b\vee c=d\vee e=f\vee g=h", [0, 0, 0], ("a = b ∨ c = d", "", "    ∨ e = f", "", "    ∨ g = h")),
        (
            16,
            r"-aaaaaaaaa+bbbbbbbbb-\frac{c}{d}-e",
            [0, 0, 1],
            ("−aaaaaaaaa", "", "    + bbbbbbbbb", "", "      c", "    − ─ − e", "      d"),
        ),
    ],
)
def test_a_drawing_has_each_part_in_its_place(width: int, tex: str, bases: list[int], lines: tuple[str, ...]) -> None:
    assert [one.base for one in draw_formula(tex, width)] == bases
    assert drawn(tex, width) == "\n".join(lines)


def test_what_does_not_fit_is_on_one_line() -> None:
    tex = r"\frac{a+b+c+d+e+f}{g}"
    assert len(draw_formula(tex, 78)[0].lines) == 3
    assert draw_formula(tex, 10)[0].lines == (formula_text(tex),)


@given(TEX, st.integers(5, 80))
def test_a_drawing_keeps_its_bounds(tex: str, width: int) -> None:
    for one in draw_formula(tex, width):
        assert 0 <= one.base < len(one.lines) <= MAX_FORMULA_LINES
        if len(one.lines) > 1:
            assert max(map(cell_len, one.lines)) <= width


def test_a_command_is_known_if_it_is_not_printed() -> None:
    known = (r"\alpha\frac12", r"\begin{cases}a\end{cases}", r"\lx@text{a}", "x")
    assert all(map(is_known, known)) and not any("‹" in formula_text(tex) for tex in known)
    unknown = (r"\ket{0}", r"\begin{ours}a\end{ours}", r"a+\alphas")
    assert not any(map(is_known, unknown)) and all("‹" in formula_text(tex) for tex in unknown)


GREEK = "".join(chr(code) for code in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA)) if code != 0x3A2)


@each(
    ("font", "letters", "named"),
    [
        ("bold", f"{ascii_letters}{digits}{GREEK}∇∂ϵϑϰϕϱϖ", ["BOLD"]),
        ("script", ascii_letters, ["SCRIPT"]),
        ("fraktur", ascii_letters, ["FRAKTUR", "BLACK-LETTER"]),
        ("double", f"{ascii_letters}{digits}", ["DOUBLE-STRUCK"]),
        ("sans", f"{ascii_letters}{digits}", ["SANS-SERIF"]),
        ("mono", f"{ascii_letters}{digits}", ["MONOSPACE"]),
    ],
)
def test_each_letter_keeps_its_meaning_and_gets_its_font(font: str, letters: str, named: list[str]) -> None:
    styled = in_font(letters, font)
    assert normalize("NFKC", styled) == normalize("NFKC", letters)
    assert all(any(word in name(letter) for word in named) for letter in styled)


def test_what_a_font_does_not_have_stays() -> None:
    assert in_font("é1:", "script") == "é1:" and in_font("é:", "bold") == "é:"
    assert in_font("ab", "") == "ab"
