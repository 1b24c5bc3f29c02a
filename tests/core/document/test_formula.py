"""Formulas as Unicode, where that says the same."""

from __future__ import annotations

import pytest

from reader.core.document.formula import DEEPEST, LONGEST, formula_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"x_{i}^{2}\leq\frac{a}{b}", "xᵢ² ≤ a/b"),
        (r"\mathcal{O}(n\log n)", "O(n log n)"),
        (r"W^{\top}x+b", "W^⊤x + b"),
        (r"e^{i\pi}+1=0", "e^(iπ) + 1 = 0"),
        (r"10^{-3}", "10⁻³"),
        (r"-x+-1", "−x + −1"),
        (r"p(a|b)", "p(a|b)"),
        (r"\text{KL}(p\,\|\,q)", "KL(p‖q)"),
        (r"x\in[0,1]", "x ∈ [0, 1]"),
        (r"\{x\mid x>0\}", "{x ∣ x > 0}"),
        (r"a:=b", "a := b"),
        (r"f'(x)", "f′(x)"),
        (r"\hat{x}_{i}", "x\u0302ᵢ"),
        (r"\hat{x_{i}}", "x\u0302ᵢ"),
        (r"\tilde{W'}", "W\u0303′"),
        (r"\mathbb{R}^{d}", "ℝ^d"),
        (r"x_{1:T}", "x_(1:T)"),
        (r"p_{\text{data}}", "p_data"),
        (r"\left\lVert\theta\right\rVert_{2}^{2}", "‖θ‖₂²"),
        (r"70\%", "70%"),
        (r"a\not\in B", "a ∉ B"),
        (r"\lim_{n\to\infty}\frac{1}{n}", "lim_(n→∞) (1/n)"),
    ],
)
def test_a_formula_reads_as_it_is_spoken(tex: str, text: str) -> None:
    assert formula_text(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{a}{bc}", "a/(bc)"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\frac{f(x)}{g(x)}", "f(x)/g(x)"),
        (r"\frac{1}{2}mv^{2}", "½mv²"),
        (r"\frac{1}{12}", "1/12"),
        (r"{\frac{a}{b}}^{2}", "(a/b)²"),
        (r"\log\frac{p}{q}", "log (p/q)"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt[3]{a+b}", "∛(a + b)"),
        (r"\binom{n}{k}", "(n choose k)"),
    ],
)
def test_what_tex_stacks_gets_parentheses_where_it_needs_them(tex: str, text: str) -> None:
    assert formula_text(tex) == text


def test_rows_and_cells_stay_apart() -> None:
    assert formula_text(r"\begin{pmatrix}1&&0\\ a&b&c\end{pmatrix}") == "(1, , 0; a, b, c)"
    assert formula_text(r"f=\begin{cases}1&\text{if }x,\\ 0&\text{else}\end{cases}") == "f = { 1 if x; 0 else"
    assert formula_text(r"\begin{aligned}a&=b\\ &=c\end{aligned}") == "a = b\n= c"
    assert formula_text(r"a\\ =b") == "a\n= b"


@pytest.mark.parametrize(
    "tex",
    [
        r"\unknown{x}",
        r"a+\ours",
        r"\begin{tikzpicture}x\end{tikzpicture}",
        r"\frac{a}",
        "}",
        "x^",
        "{" * (DEEPEST + 2) + "x" + "}" * (DEEPEST + 2),
        r"\begin{matrix}a",
        r"\text{$\unknown$}",
        "",
        "x" * (LONGEST + 1),
    ],
)
def test_what_only_tex_says_stays_tex(tex: str) -> None:
    assert formula_text(tex) is None
