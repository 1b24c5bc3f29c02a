"""What a reader sees of a page: LaTeXML's HTML with its formulas and listings, as lines."""

from __future__ import annotations

from html import escape

from reader.core.document.layout import Layout
from reader.feeds.fulltext.html import read_html
from tests.feeds.fulltext.pages import PROSE
from tests.table import each


def math(tex: str, mathml: str = "") -> str:
    return f'<math alttext="{escape(tex)}" class="ltx_Math" display="inline">{mathml}</math>'


def displayed(tex: str, number: str = "") -> str:
    tag = f'<td class="ltx_eqn_eqno"><span class="ltx_tag ltx_tag_equation">{number}</span></td>' if number else ""
    return f'<table class="ltx_equation ltx_eqn_table"><tr class="ltx_eqn_row"><td>{math(tex)}</td>{tag}</tr></table>'


UNKNOWN, STAR = r"\ket{x}", r"\star"


def drawn(body: str, width: int | None = 60) -> str:
    """The lines of a page after its first paragraph."""
    page = read_html(f'<article class="ltx_document"><p class="ltx_p">{PROSE}</p>{body}</article>')
    layout = Layout(page, width)
    lines = (line.text.rstrip() for block in range(1, len(page.blocks)) for line in layout.lines(block))
    return "\n".join(lines).strip("\n")


@each(
    ("tex", "line"),
    [
        (r"9.81\,\mathrm{m}\,\mathrm{s}^{-2},\ 300\,K", "9.81 m s⁻², 300 K"),
        (r"\int f(x)\,dx\,dy=p(a\,|\,b)\,,\ \log\,x", "∫ f(x) dx dy = p(a | b), log x"),
        (r"\varprojlim_{i}A_{i}\to\varinjlim_{n}B_{n}", "proj limᵢ Aᵢ → inj limₙ Bₙ"),
        (r"\delta^{\mu}_{\ \lambda}\neq\delta^{\mu}_{\lambda}", "δ^μ _λ ≠ δ_λ^μ"),
        (r"T_{a}^{\phantom{a}b}", "Tₐ ᵇ"),
        (r"\mathcal{C}\neq\mathscr{C},\ \mathrm{d}\neq d,\ x", "𝒞 ≠ 𝓒, d ≠ 𝑑, x"),
        (r"\left[\begin{array}{cc|c}1&2&3\\4&5&6\end{array}\right]", "[1, 2 | 3 ; 4, 5 | 6]"),
        (r"{}^{87}\mathrm{Rb}", "⁸⁷Rb"),
    ],
)
def test_a_formula_in_a_sentence_is_one_line(tex: str, line: str) -> None:
    assert drawn(f"<p>{math(tex)}</p>").replace("\u2060", "").replace("\xa0", " ").replace("\ufffc", " ") == line


@each(
    ("page", "lines"),
    [
        # A command that is not known is read from the MathML beside it.
        (
            f"<p>{math(UNKNOWN, '<msub><mi>𝑥</mi><mn>1</mn></msub>')} and {math(UNKNOWN)}</p>",
            "x₁ and ‹ket›x",
        ),
        # A diagram in place of a formula, or within one, keeps its place and number.
        (
            displayed("~", "(2)").replace(math("~"), f"<svg class=ltx_markedasmath><g>{math('A')}</g></svg>"),
            f"    [diagram]{' ' * 44}(2)\n\nNot shown here: 1 diagram.",
        ),
        (
            f"<p>{math(UNKNOWN, '<mi>P</mi><mo>=</mo><mtext><svg><g>x</g></svg></mtext><mo>+</mo><mn>1</mn>')}</p>",
            "P = [diagram] + 1\n\nNot shown here: 1 diagram.",
        ),
        # The TeX of siunitx's ranges and lists lacks their words.
        (
            f"<p>{math('1020', '<mn>10</mn><mtext> to </mtext><mn>20</mn>')}; "
            f"{math('123', '<mn>1</mn><mtext> , </mtext><mn>2</mn><mtext> and </mtext><mn>3</mn>')}; "
            f"{math('12', '<mn>1</mn><mtext>–</mtext><mn>2</mn>')}</p>",
            "10 to 20; 1, 2 and 3; 1–2",
        ),
        (
            "<p><math><mmultiscripts><mi>T</mi><mi>a</mi><none/><none/><mi>b</mi><mprescripts/><none/><mn>2</mn>"
            "</mmultiscripts><mspace width='0.167em'/><mi mathvariant='normal'>T</mi></math></p>",
            "²𝑇ₐ ᵇ T",
        ),
        (displayed("a=b", f"({math(STAR)})"), f"    a = b{' ' * 48}(⋆)"),
        (
            "<table class=ltx_equationgroup><tr><td>" + math("a=b") + "</td></tr>"
            f"<tr><td colspan=2>and, since {math('b=c')} holds,</td></tr><tr><td>{math('a=c')}</td></tr></table>",
            "    a = b\n\nand, since b = c holds,\n\n    a = c",
        ),
        (
            displayed(r"\left[\begin{array}{cc|c}1&2&3\\4&5&6\end{array}\right]"),
            "    ⎡1  2 │ 3⎤\n    ⎣4  5 │ 6⎦",
        ),
        # algorithm2e
        (
            "<div class=ltx_listing>"
            + "".join(
                f"<div class=ltx_listingline><span class='ltx_tag ltx_tag_listingline'>{number}</span>{text}</div>"
                for number, text in ((9, math(r"i\leftarrow 0")), (10, "while true do"), (11, "  go"))
            )
            + "</div>",
            "   9 i ← 0\n  10 while true do\n  11  go",
        ),
        # A macro of chemistry that LaTeXML does not know leaves its argument.
        ("<p>So <span class='ltx_ERROR undefined'>\\ce</span>H2O is wet.</p>", "So H2O is wet."),
        # Marks of affiliations and captions
        (
            f"<p>Ann<sup>1,2,*</sup> Bo{math('{}^{2}')} 2<sup>nd</sup> m<sup>AB</sup> V<sub>DD</sub> a<sup>b c</sup>"
            " 65.0<sub>±0.3</sub>",
            "Ann¹,²,* Bo² 2ⁿᵈ m^AB V_DD ab c 65.0±0.3",
        ),
    ],
)
def test_a_page_is_drawn_as_it_is_meant(page: str, lines: str) -> None:
    assert drawn(page).replace("\u2060", "") == lines


def test_in_a_pipe_a_diagram_and_the_rows_of_a_table_keep_their_columns() -> None:
    diagram = r"\begin{array}{ccc}A&\to&B\\ \downarrow&&\downarrow\\ CC&\to&D\end{array}"
    assert drawn(displayed(diagram), None) == "A   →  B\n↓      ↓\nCC  →  D"
    rows = "<tr><td>gila</td><td>abur</td></tr><tr><td>they</td><td>farm</td></tr><tr><td>x</td><td>y</td></tr>"
    assert drawn(f"<table>{rows}</table>", None) == "gila  abur\nthey  farm\nx     y"
