r"""Convert LaTeX in titles, abstracts and keywords to readable Unicode: `$\alpha$-Flow` is `α-Flow`.

Only the pieces that are LaTeX are converted; the rest of a text stays unchanged, since `%`, `&`, `~` and dollars are
common in plain prose too.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any

PIECES = 200
LETTERS = 4_000
"""Maximum LaTeX pieces of a text, and their total characters: a tenth of a second's work.

Abstracts of the daily feed have at most 10 pieces with 56 characters.
"""

ANSWER_PIECES = 20_000
ANSWER_LETTERS = 400_000
"""The same for all texts of an answer: ten seconds' work. A thousand papers have some thousand pieces."""

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"

# Pandoc's rule tells math from prices: no space inside the dollars, no digit after the closing one.
_PIECE = re.compile(
    r"""
      (?P<math>  \$\$?(?=[^\s$]) [^$]{1,400}? (?<=[^\s\\])\$\$?(?![0-9])
              |  \\\( .{1,400}? \\\)  |  \\\[ .{1,400}? \\\] )
    | (?P<switch> \{ \s* \\[A-Za-z]+ (?![A-Za-z]) [^{}$]{0,400} \} )  # {\em word}
    | (?P<accent> \\[`'^"~=.] \s* (?: \{ \s* \\?[A-Za-z] \s* \} | \\?[A-Za-z] ) )
    | (?P<macro>  \\ (?P<name> [A-Za-z]+ ) \*? (?P<arguments> (?: GROUP ){0,3} ) )
    | (?P<script> [\^_] GROUP )
    | \\ (?P<escaped> [^A-Za-z\s] )
    | (?P<space>  \\ (?=\s) )
    """.replace("GROUP", _GROUP),
    re.VERBOSE | re.DOTALL,
)

# Text between two prices, such as "$1 million and 2$", is not math.
_PRICES = re.compile(r"[0-9][^\\^_{}=]*\s[^\\^_{}=]*")

_SCRIPT = re.compile(rf"([\^_])\s*({_GROUP}|\\[A-Za-z]+|[^\s{{}}\\])")
_ARGUMENT = re.compile(_GROUP)

_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")

_RAISED = {"circ": "°", "∘": "°", "°": "°", "*": "*", "∗": "*", "†": "†", "'": "′"}

# Mathematical letters, such as a calligraphic L, are missing from many terminals' fonts.
_STYLED = re.compile("[ℊℋℌℐℑℒℛℜℨℬℭℯℰℱℳℴ\U0001d400-\U0001d7ff]")

# Macros that nearly all authors define, and those of Zotero, which the converter does not know or changes.
_AUTHOR_MACROS = {
    "aka": "a.k.a.",
    "deg": "°",
    "eg": "e.g.",
    "etal": "et al.",
    "etc": "etc.",
    "ie": "i.e.",
    "textasciicircum": "^",
    "textbar": "|",
    "textgreater": ">",
    "textless": "<",
    "wrt": "w.r.t.",
}

# Commands whose last argument is the text, and commands that only format.
_TEXT_LAST = re.compile("url|href|path|textcolor|colorbox|b")
_WITHOUT_TEXT = re.compile(
    "em|it|bf|rm|sf|tt|sc|sl|(it|up|sc|sl)shape|(bf|md)series|(tt|sf|rm)family|normalfont|tiny|(script|footnote)size"
    "|small|normalsize|large|Large|LARGE|huge|Huge|allowbreak|linebreak|newline|noindent|par|centering|color|label"
    "|cite[pt]?|[vh]space|displaystyle|left|right|[bB]ig[glr]?|protect"
)

# Spaces, line breaks and hyphenation hints; any other escaped character is itself.
_SPACING = {"\\": " ", ",": " ", ";": " ", ":": " ", "!": "", "/": "", "-": ""}


def latex_to_unicode(text: str) -> str:
    r"""The text with its LaTeX as Unicode; an unknown macro such as `\ours` becomes its name.

    Text without LaTeX is returned unchanged, and so is LaTeX after `PIECES` or `LETTERS` of it. The result must still
    be cleaned.
    """
    if not ("\\" in text or "$" in text or "^{" in text or "_{" in text):
        return text
    return _convert_pieces(text, _Budget(PIECES, LETTERS, _answer.get()))


@contextmanager
def of_one_answer() -> Iterator[None]:
    """Share one LaTeX budget among the texts converted in this context, which belong to one answer."""
    before = _answer.set(_Budget(ANSWER_PIECES, ANSWER_LETTERS))
    try:
        yield
    finally:
        _answer.reset(before)


class _Budget:
    """The LaTeX that may still be converted, for a text or an answer."""

    def __init__(self, pieces: int, letters: int, outer: _Budget | None = None) -> None:
        self._pieces = pieces
        self._letters = letters
        self._outer = outer

    def allows(self, piece: str) -> bool:
        """Whether a piece may be converted; counts it if so."""
        self._pieces -= 1
        self._letters -= len(piece)
        within = self._pieces >= 0 and self._letters >= 0
        return within and (self._outer is None or self._outer.allows(piece))


_answer: ContextVar[_Budget | None] = ContextVar("answer", default=None)


def _convert_pieces(text: str, budget: _Budget) -> str:
    return _PIECE.sub(partial(_piece_text, budget), text)


def _piece_text(budget: _Budget, match: re.Match[str]) -> str:
    """One piece of LaTeX as Unicode."""
    piece = match[0]
    match match.lastgroup:
        case "math":
            formula = piece.strip("$") if piece.startswith("$") else piece[2:-2]
            text = piece if _PRICES.fullmatch(formula) else _math_text(formula, budget)
        case "switch":
            text = _convert_pieces(piece[1:-1].strip(), budget).strip()
        case "macro":
            text = _macro_text(match["name"], _ARGUMENT.findall(match["arguments"]), piece, budget)
        case "script":
            text = _script_text(budget, match)
        case "escaped":
            text = _SPACING.get(match["escaped"], match["escaped"])
        case "space":
            text = ""
        case _:
            text = _convert(piece, budget)
    return text


def _macro_text(name: str, arguments: list[str], piece: str, budget: _Budget) -> str:
    """A macro of running text, with the groups that follow it."""
    inner = [_convert_pieces(argument[1:-1], budget) for argument in arguments]
    if _TEXT_LAST.fullmatch(name):
        return inner[-1] if inner else ""
    if _WITHOUT_TEXT.fullmatch(name):
        return ""
    if name in _AUTHOR_MACROS:
        return _AUTHOR_MACROS[name] + "".join(inner)
    if _macros().get_macro_spec(name) is None:
        return "".join(inner) or name
    return _convert(piece, budget)


def _math_text(formula: str, budget: _Budget) -> str:
    """A formula on one line."""
    formula = _SCRIPT.sub(partial(_script_text, budget), formula.replace("$", ""))
    return _convert(f"${formula}$", budget).strip() if "\\" in formula or "{" in formula else formula.strip()


def _script_text(budget: _Budget, match: re.Match[str]) -> str:
    """A superscript or subscript, in Unicode's small characters if it has all of them."""
    sign, group = match[0][0], match[0][1:].strip()
    inner = group[1:-1] if group.startswith("{") else group
    inner = _convert(_SCRIPT.sub(partial(_script_text, budget), inner), budget).strip() if inner != "^" else inner
    if sign == "^" and inner in _RAISED:
        return _RAISED[inner]
    small = inner.translate(_SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS)
    if inner and not any(a == b for a, b in zip(inner, small, strict=True)):
        return small
    if len(inner) <= 1 or re.fullmatch(r"[\w.]+", inner):
        return sign + inner
    return f"{sign}({inner})"


def _convert(piece: str, budget: _Budget) -> str:
    """A piece converted by pylatexenc; unchanged if unreadable or over budget."""
    if ("\\" not in piece and "{" not in piece) or not budget.allows(piece):
        return piece
    convert, errors = _converter()
    try:
        text = convert(piece)
    except errors:
        return piece
    return _STYLED.sub(lambda letter: unicodedata.normalize("NFKD", letter[0]), text)


@lru_cache(maxsize=1)
def _converter() -> tuple[Callable[[str], str], tuple[type[Exception], ...]]:
    """The converter, and the errors it raises on a piece that it can't read."""
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
    from pylatexenc.latexwalker import LatexWalkerError

    # It warns of each macro without its arguments: one abstract can print 100 KB.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    macros = get_default_latex_context_db()
    macros.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: node.macroname))
    convert = LatexNodes2Text(latex_context=macros, math_mode="text", strict_latex_spaces=False).latex_to_text
    # Missing arguments surface as a LookupError or AttributeError, deep nesting as a RecursionError.
    return convert, (LatexWalkerError, AttributeError, LookupError, RecursionError)


@lru_cache(maxsize=1)
def _macros() -> Any:
    """The macros that the converter knows."""
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()
