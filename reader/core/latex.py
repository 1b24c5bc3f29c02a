r"""Convert LaTeX in titles, abstracts and keywords to readable Unicode: `$\alpha$-Flow` is `α-Flow`.

Only the pieces that are LaTeX are converted; the rest of a text stays unchanged, since `%`, `&`, `~` and dollars are
common in plain prose too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial

from reader.core.document.formula import formula_text
from reader.core.document.symbols import ACCENTS, BINARY, FUNCTIONS, LARGE, ORDINARY, RELATIONS

MAX_FORMULA_LETTERS = 20_000
"""Maximum letters of the formulas of a text; abstracts of the daily feed have a few hundred."""

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"

# Pandoc's rule distinguishes math from prices: no space just inside the dollars, no digit after the closing dollar.
_PIECE = re.compile(
    r"""
      (?P<math>  \$\$?(?=[^\s$]) [^$]{1,400}? (?<=[^\s\\])\$\$?(?![0-9])
              |  \\\( .{1,400}? \\\)  |  \\\[ .{1,400}? \\\] )
    | (?P<switch> \{ \s* \\[A-Za-z]+ (?![A-Za-z]) [^{}$]{0,400} \} )  # {\em word}
    | (?P<accent> \\ (?: [`'^"~=.] | [bcdHkrtuv] (?![A-Za-z]) ) \s* (?: \{ \s* \\?[A-Za-z] \s* \} | \\?[A-Za-z] ) )
    | (?P<macro>  \\ (?P<name> [A-Za-z]+ ) \*? (?P<arguments> (?: GROUP ){0,3} ) )
    | (?P<script> [\^_] GROUP )
    | \\ (?P<escaped> [^A-Za-z\s] )
    | (?P<space>  \\ (?=\s) )
    """.replace("GROUP", _GROUP),
    re.VERBOSE | re.DOTALL,
)

# Text between two prices, such as "$1 million and 2$", is not math.
_PRICES = re.compile(r"[0-9][^\\^_{}=]*\s[^\\^_{}=]*")

_ARGUMENT = re.compile(_GROUP)

# Spaces between words are kept in formulas that lost their backslashes and in prose between dollars.
_BETWEEN_WORDS = re.compile(r"(?<=[A-Za-z]{2})\s+(?=[A-Za-z])|(?<=[A-Za-z)}])\s+(?=[A-Za-z]{2})")

# A word in superscript or subscript letters is hard to read in a list.
_SMALL_WORD = re.compile("([ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]{3,})|[ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ]{3,}")

# Mathematical letters, such as a calligraphic L, are missing from many terminals' fonts.
_STYLED = re.compile("[ℊℋℌℐℑℒℛℜℨℬℭℯℰℱℳℴ\U0001d400-\U0001d7ff]")

# Macros that nearly all authors define, and Zotero's macros; `_signs` has others.
_MACROS = {
    **ORDINARY, **RELATIONS, **BINARY, **LARGE, **{name: name for name in FUNCTIONS},
    "aka": "a.k.a.", "deg": "°", "eg": "e.g.", "etal": "et al.", "etc": "etc.", "ie": "i.e.", "wrt": "w.r.t.",
    "textbackslash": "\\", "LaTeX": "LaTeX", "TeX": "TeX", "slash": "/", "textquotesingle": "'", "textasciigrave": "`",
    "dag": "†", "ddag": "‡", "copyright": "©", "pounds": "£", "S": "§", "P": "¶",
}  # fmt: skip
_FORMULAS = frozenset((*ACCENTS, "frac", "tfrac", "dfrac", "nicefrac", "sqrt", "binom", "boxed", "overset", "underset"))
"""Macros with arguments that count as formulas even outside dollars."""

_MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "H": "\u030b", "k": "\u0328", "u": "\u0306", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
"""Accent commands of running text, with the combining character of each."""

# Commands whose last argument is the text, and commands without text.
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

    Text without LaTeX is returned unchanged, and so are formulas beyond the maximum. The result must still be cleaned.
    """
    if not ("\\" in text or "$" in text or "^{" in text or "_{" in text):
        return text
    return _convert(text, [MAX_FORMULA_LETTERS])


def _convert(text: str, left: list[int]) -> str:
    return _PIECE.sub(partial(_piece_text, left), text)


def _piece_text(left: list[int], match: re.Match[str]) -> str:
    """One piece of LaTeX as Unicode."""
    piece = match[0]
    match match.lastgroup:
        case "math":
            formula = piece.strip("$") if piece.startswith("$") else piece[2:-2]
            return piece if _PRICES.fullmatch(formula) else _formula(formula.replace("$", ""), piece, left)
        case "switch":
            return _convert(piece[1:-1].strip(), left).strip()
        case "macro":
            return _macro_text(match["name"], _ARGUMENT.findall(match["arguments"]), piece, left)
        case "script":
            return "°" if piece == "^{circ}" else _formula(piece, piece, left)
        case "escaped":
            return _SPACING.get(match["escaped"], match["escaped"])
        case "accent":
            letter = next(filter(str.isalpha, reversed(piece)))
            return unicodedata.normalize("NFC", letter + _MARKS[piece[1]])
    return ""


def _macro_text(name: str, arguments: list[str], piece: str, left: list[int]) -> str:
    """A macro of running text with its arguments, as Unicode."""
    if name in _FORMULAS and arguments:
        return _formula(piece, piece, left)
    inner = [_convert(argument[1:-1], left) for argument in arguments]
    if _TEXT_LAST.fullmatch(name):
        return inner[-1] if inner else ""
    if _WITHOUT_TEXT.fullmatch(name):
        return ""
    if name == "footnote" and inner:
        return f"[{inner[-1]}]"
    sign = _MACROS.get(name) or _signs().get(name, "")
    return sign + "".join(inner) or name


@cache
def _signs() -> dict[str, str]:
    r"""The signs and letters that exports write as a macro, such as `\textsection` and `\CYRA`."""
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    macros = get_builtin_uni2latex_dict().items()
    return {macro[1:]: chr(sign) for sign, macro in sorted(macros, reverse=True) if macro[1:].isalpha()}


def _formula(tex: str, piece: str, left: list[int]) -> str:
    """A formula on one line, in plain letters and with a plain slash; the piece itself beyond the maximum."""
    left[0] -= len(tex)
    if left[0] < 0:
        return piece
    tex = tex if "\\" in tex else _BETWEEN_WORDS.sub(r"\\ ", tex)
    text = formula_text(tex).replace("\n", " ").translate({ord("‹"): None, ord("›"): None, ord("∕"): "/"})
    text = _SMALL_WORD.sub(lambda word: f"{'^' if word[1] else '_'}{unicodedata.normalize('NFKD', word[0])}", text)
    return _STYLED.sub(lambda letter: unicodedata.normalize("NFKD", letter[0]), text)
