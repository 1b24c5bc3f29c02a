r"""TeX formulas as Unicode on one line, where that says the same: `x_{i}^{2}\leq\frac{a}{b}` is `xᵢ² ≤ a/b`.

A formula with a command that is not known here has no such form, and stays TeX. Letters lose their fonts, as in
`reader.core.latex`, which converts the LaTeX of prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reader.core.document import symbols
from reader.core.document.atoms import ROW, Atom, NotHonest, accented, compact, enclosed, fraction, joined
from reader.core.text import clean

SUPERSCRIPTS = str.maketrans("0123456789+-−=()niT′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ′")
SUBSCRIPTS = str.maketrans("0123456789+-−=()aeoxhklmnpstijruv", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ")

LONGEST = 4_000
"""Letters of the longest formula that is converted."""

DEEPEST = 25
"""Groups within each other."""

_TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|[ \t\n]+|.", re.DOTALL)
_RAISED = {"∘": "°", "°": "°", "′": "′", "∗": "*", "*": "*", "†": "†", "‡": "‡"}
_DELIMITERS = {"(": "open", "[": "open", ")": "close", "]": "close", ",": "punct", ";": "punct", "|": "ord"}
_MATRICES = {"matrix": "", "pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖",
             "smallmatrix": "", "array": "", "subarray": "", "tabular": ""}  # fmt: skip
_ROWS = frozenset(("aligned", "align", "split", "gathered", "alignedat", "gather", "multline", "eqnarray", "equation"))
_WORD = re.compile(r"[A-Za-z0-9.]+")


@lru_cache(maxsize=2_048)
def formula_text(tex: str) -> str | None:
    """A formula as Unicode, its rows separated by line breaks; None if only TeX says what it says."""
    if len(tex) > LONGEST:
        return None
    try:
        text = joined(_Parser(_TOKEN.findall(tex)).sequence())
    except (NotHonest, RecursionError):
        return None
    rows = (clean(row) for row in text.split(ROW))
    return ROW.join(filter(None, rows)) or None


class _Parser:
    def __init__(self, tokens: Sequence[str]) -> None:
        self._pieces = tokens
        self._place = 0
        self._depth = 0

    def sequence(self, *ends: str) -> list[Atom]:
        """The atoms up to one of the ends, which is passed over, or up to the end of the formula."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotHonest
        atoms: list[Atom] = []
        while (piece := self._next()) is not None:
            if piece in ends:
                break
            if piece in "^_":
                self._add_script(atoms, piece)
            else:
                atoms += self._atoms(piece)
        else:
            if ends and ends != ("}",):
                raise NotHonest
        self._depth -= 1
        return atoms

    def _next(self) -> str | None:
        if self._place >= len(self._pieces):
            return None
        self._place += 1
        return self._pieces[self._place - 1]

    def _peek(self) -> str | None:
        return self._pieces[self._place] if self._place < len(self._pieces) else None

    def _is_digit(self, place: int) -> bool:
        return 0 <= place < len(self._pieces) and self._pieces[place].isdecimal()

    def _skip_spaces(self) -> None:
        while (piece := self._peek()) is not None and piece.isspace():
            self._place += 1

    def _argument(self) -> list[Atom]:
        """The next group or piece."""
        self._skip_spaces()
        piece = self._next()
        if piece is None or piece in ("}", "&", "\\\\", "^", "_"):
            raise NotHonest
        return self.sequence("}") if piece == "{" else self._atoms(piece)

    def _raw(self) -> str:
        """The next group as it is written."""
        self._skip_spaces()
        if self._peek() == "*":
            self._place += 1
        if self._peek() != "{":
            return self._next() or ""
        self._place += 1
        depth, found = 1, list[str]()
        while (piece := self._next()) is not None:
            depth += (piece == "{") - (piece == "}")
            if depth == 0:
                return "".join(found)
            found.append(piece)
        raise NotHonest

    def _option(self) -> str:
        """The option in brackets that may follow."""
        self._skip_spaces()
        if self._peek() != "[":
            return ""
        self._place += 1
        return compact(self.sequence("]"))

    def _add_script(self, atoms: list[Atom], sign: str) -> None:
        inner = compact(self._argument())
        if not inner:
            return
        base = atoms.pop() if atoms and atoms[-1].kind != "space" else Atom("")
        if sign == "^" and inner in _RAISED:
            script = _RAISED[inner]
        else:
            small = inner.translate(SUPERSCRIPTS if sign == "^" else SUBSCRIPTS)
            if not any(a == b for a, b in zip(inner, small, strict=True)) or set(inner) == {"′"}:
                script = small
            else:
                script = sign + (inner if len(inner) == 1 or _WORD.fullmatch(inner) else f"({inner})")
        kind = "ord" if base.kind in ("frac", "space", "punct") else base.kind
        text = f"({base.text})" if base.kind == "frac" else base.text
        atoms.append(Atom(text + script, kind))

    def _atoms(self, piece: str) -> list[Atom]:
        """The atoms that a piece begins."""
        if piece == "{":
            return self._group()
        if piece[0] == "\\" and len(piece) > 1:
            return self._command(piece[1:])
        if piece.isspace():
            return []
        if piece == "~":
            return [Atom(" ", "space")]
        if piece == "&":
            return []
        if piece in "+-*/":
            # TeX sets a slash without space around it.
            return [Atom({"-": "−", "*": "∗"}.get(piece, piece), "ord" if piece == "/" else "bin")]
        if piece in "=<>:":
            return [Atom(piece, "rel")]
        if piece == "'":
            return [Atom("′", "prime")]
        if piece in "}$#":
            raise NotHonest
        return [Atom(piece, _DELIMITERS.get(piece, "ord"))]

    def _group(self) -> list[Atom]:
        inner = self.sequence("}")
        return inner if len(inner) < 2 else [Atom(joined(inner), "ord")]

    def _command(self, name: str) -> list[Atom]:
        name = name.rstrip("*")
        for table, kind in _CLASSES:
            if name in table:
                return [Atom(table[name], kind)]
        if name in symbols.FUNCTIONS:
            return [Atom(name, "op")]
        if name in symbols.SPACES:
            is_in_number = name == "," and self._is_digit(self._place - 2) and self._is_digit(self._place)
            space = " " if is_in_number else symbols.SPACES[name]
            return [Atom(space, "space")] if space else []
        if name in symbols.IGNORED:
            return self._delimiter() if name in ("left", "right", "middle") else []
        if name in symbols.FONTS:
            return self._argument()
        if name in symbols.TEXTS:
            return [Atom(_words(self._raw()), "op" if name == "operatorname" else "ord")]
        if name in symbols.ACCENTS:
            return [accented(joined(self._argument()), symbols.ACCENTS[name], name)]
        if name in symbols.DROPPED:
            self._raw()
            return []
        return self._structure(name)

    def _delimiter(self) -> list[Atom]:
        self._skip_spaces()
        if self._peek() == ".":
            self._place += 1
        return []

    def _structure(self, name: str) -> list[Atom]:
        """A command with arguments of its own."""
        match name:
            case "frac" | "tfrac" | "dfrac" | "cfrac" | "nicefrac":
                return [fraction(self._argument(), self._argument())]
            case "sqrt":
                index = self._option()
                root = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(index) or index.translate(SUPERSCRIPTS) + "√"
                return [Atom(root + enclosed(self._argument()))]
            case "mathbb" | "Bbb":
                letters = joined(self._argument())
                return [Atom("".join(symbols.DOUBLE_STRUCK.get(letter, letter) for letter in letters))]
            case "binom" | "tbinom" | "dbinom":
                above, below = self._argument(), self._argument()
                return [Atom(f"({joined(above)} choose {joined(below)})")]
            case "overset" | "stackrel":
                above, base = self._argument(), self._argument()
                return self._scripted(base, "^", above)
            case "underset":
                below, base = self._argument(), self._argument()
                return self._scripted(base, "_", below)
            case "xrightarrow" | "xleftarrow" | "xmapsto" | "xLeftarrow" | "xRightarrow":
                self._option()
                arrow = {"xleftarrow": "←", "xmapsto": "↦", "xLeftarrow": "⇐", "xRightarrow": "⇒"}.get(name, "→")
                return self._scripted([Atom(arrow, "rel")], "^", self._argument())
            case "underbrace" | "overbrace" | "underbracket" | "overbracket":
                return [Atom(enclosed(self._argument()))]
            case "pmod":
                return [Atom(" ", "space"), Atom(f"(mod {joined(self._argument())})")]
            case "bmod" | "mod":
                return [Atom("mod", "bin")]
            case "not":
                (first, *rest) = self._argument() or [Atom("")]
                return [Atom(f"{first.text}\u0338", first.kind), *rest]
            case "textcolor":
                self._raw()
                return self._argument()
            case "boxed" | "fbox" | "framebox":
                return [Atom(f"[{joined(self._argument())}]")]
            case "substack":
                return [Atom(", ".join(compact(row) for row in self._rows("}", opening=True)))]
            case "\\" | "newline":
                self._option()
                return [Atom(ROW, "row")]
            case "begin":
                return self._environment()
        if len(name) == 1 and not name.isalpha():
            return [Atom({"|": "‖"}.get(name, name))]
        raise NotHonest

    def _scripted(self, base: list[Atom], sign: str, script: list[Atom]) -> list[Atom]:
        text = compact(script)
        kind = base[0].kind if len(base) == 1 else "ord"
        whole = joined(base) if len(base) == 1 else enclosed(base)
        inner = text if len(text) == 1 or _WORD.fullmatch(text) else f"({text})"
        return [Atom(f"{whole}{sign}{inner}" if text else whole, kind)]

    def _environment(self) -> list[Atom]:
        name = self._raw().rstrip("*")
        if name in ("array", "subarray", "alignedat", "tabular"):
            self._option()
            self._raw()
        rows = self._rows("\\end", ", " if name in _MATRICES else " ")
        self._raw()
        if name in _MATRICES:
            sides = _MATRICES[name]
            inner = (", " if name == "subarray" else "; ").join(joined(row) for row in rows)
            if not sides and name != "subarray" and len(rows) > 1:
                sides = "[]"
            return [Atom(f"{sides[:1]}{inner}{sides[1:]}")]
        if name in ("cases", "dcases", "rcases"):
            return [Atom(f"{{ {'; '.join(joined(row).rstrip(' ,;') for row in rows)}", "ord")]
        if name in _ROWS:
            return [Atom(ROW.join(joined(row) for row in rows), "row")]
        raise NotHonest

    def _rows(self, end: str, between: str = " ", *, opening: bool = False) -> list[list[Atom]]:
        """The rows up to the end; `between` is between the cells of a row."""
        if opening:
            self._skip_spaces()
            if self._next() != "{":
                raise NotHonest
        rows: list[list[Atom]] = [[]]
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotHonest
        while (piece := self._next()) != end:
            if piece is None:
                raise NotHonest
            if piece == "\\\\":
                self._option()
                rows.append([])
            elif piece == "&":
                rows[-1].append(Atom(between, "space"))
            elif piece in "^_":
                self._add_script(rows[-1], piece)
            else:
                rows[-1] += self._atoms(piece)
        self._depth -= 1
        return [row for row in rows if row]


_CLASSES = (
    (symbols.ORDINARY, "ord"),
    (symbols.RELATIONS, "rel"),
    (symbols.BINARY, "bin"),
    (symbols.LARGE, "op"),
    (symbols.OPENING, "open"),
    (symbols.CLOSING, "close"),
)


def _words(text: str) -> str:
    r"""The words of `\text{…}`, whose formulas and commands are rare."""
    if "$" in text:
        parts = text.split("$")
        texts = [formula_text(part) if number % 2 else _words(part) for number, part in enumerate(parts)]
        if any(part is None for part in texts):
            raise NotHonest
        return "".join(part or "" for part in texts)
    text = re.sub(r"\\(?:text|math)?(?:bf|it|rm|sf|tt|sc|normal)\b\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\[,;: !]|~", " ", text).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&")
    if re.search(r"[\\^]", text):
        raise NotHonest
    return text.replace("{", "").replace("}", "")
