"""MathML as TeX."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from reader.core.document.formula import formula_text
from reader.feeds.fulltext.mathml import tex_of


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup><mo>≤</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>", "xᵢ² ≤ a∕b"),
        ("<msqrt><mi>a</mi><mi>b</mi></msqrt>", "√(ab)"),
        ("<mi mathvariant='bold'>x</mi><mo>∈</mo><msup><mi>ℝ</mi><mi>d</mi></msup>", "𝐱 ∈ ℝᵈ"),
        ("<mover><mi>x</mi><mo>~</mo></mover>", "x\u0303"),
        ("<munder><mi>lim</mi><mrow><mi>n</mi><mo>→</mo><mi>∞</mi></mrow></munder><mi>𝑛</mi>", "lim_(n→∞) n"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable>", "[:1, 0:]"),
        ("<semantics><mi>a</mi><annotation>b</annotation></semantics><mtext>if {x}</mtext>", "aif {x}"),
        ("<mo>{</mo><mi>a</mi><mo>}</mo><mo>%</mo>", "{a}%"),
    ],
)
def test_a_formula_without_tex_is_read_from_its_mathml(inner: str, text: str) -> None:
    node = LexborHTMLParser(f"<math>{inner}</math>").css_first("math")
    assert node is not None
    assert formula_text(tex_of(node)) == text


def test_what_nests_too_deep_is_left_out() -> None:
    node = LexborHTMLParser("<math>" + "<mrow>" * 200 + "<mi>x</mi>").css_first("math")
    assert node is not None
    assert tex_of(node) == ""
