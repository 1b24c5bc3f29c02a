r"""Formulas as trees, read from TeX: their structure, without colours, lengths and sizes.

Any TeX gives a tree: an unknown command becomes an `UnknownMacro`, and the rest of the formula is read as usual. Fonts
become Unicode's letters for these fonts. Upright and italic letters are both plain, unless a formula has the
same letter in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias
from unicodedata import category

from reader.core.document import symbols
from reader.core.text import clean_note

MAX_TEX_LENGTH = 10_000

MAX_NESTING = 40
"""Maximum nesting of groups, commands and scripts."""

_MAX_OPTION_PIECES = 400
"""Maximum pieces of an option in brackets."""


class Symbol(NamedTuple):
    """A letter, a sign, or a name such as `log`."""

    text: str
    kind: str = "ord"
    """The class in TeX: ord, bin, rel, op, open, close, punct, prime or space."""


class Words(NamedTuple):
    """Running text in a formula."""

    text: str


class Row(NamedTuple):
    """Nodes side by side."""

    items: tuple[Node, ...]


class Script(NamedTuple):
    """Text below and above a base."""

    base: Node
    below: Node | None = None
    above: Node | None = None
    is_stacked: bool = False
    """Whether the scripts are centred on the base, like limits, and not beside it."""


class Fraction(NamedTuple):
    """A fraction or binomial coefficient."""

    above: Node
    below: Node
    is_ruled: bool = True
    """Whether there is a line; binomial coefficients have no line."""
    sides: tuple[str, str] = ("", "")


class Root(NamedTuple):
    """A root; the degree is None for a square root."""

    body: Node
    degree: Node | None = None


class Fence(NamedTuple):
    """Content between delimiters that grow with it; an empty delimiter is not drawn."""

    opening: str
    body: Node
    closing: str


class Grid(NamedTuple):
    """Rows of cells."""

    rows: tuple[tuple[Node, ...], ...]
    kind: str = "matrix"
    """`matrix`; `cases` with a brace; `lines` for formulas below each other; or `stack` in a script."""
    sides: tuple[str, str] = ("", "")
    align: str = ""
    """A letter for each column, `l`, `c` or `r`; the last also applies to all further columns; `|` for a line."""


class Accent(NamedTuple):
    """A mark over, under or through a base."""

    base: Node
    name: str
    """`hat`, `overline`, `cancel`, `boxed` …"""


class Brace(NamedTuple):
    """A brace over or under a base, with its label."""

    base: Node
    label: Node | None
    is_above: bool


class UnknownMacro(NamedTuple):
    """An unknown command; its arguments follow it."""

    name: str


Node: TypeAlias = Symbol | Words | Row | Script | Fraction | Root | Fence | Grid | Accent | Brace | UnknownMacro

EMPTY = Row(())

BREAK = Symbol("\n", "row")
"""A new line outside of an environment."""

_PRIME = Symbol("′")
_THIN = Symbol("", "thin")

_TOKEN = re.compile(r"%[^\n]*\n?|\\(?:[A-Za-z@]+|.)|[ \t\n]+|.", re.DOTALL)
_LENGTH = re.compile(r"\s*[-+]?\s*(?:\d+\.?\d*|\.\d+)?\s*(?:pt|em|ex|mu|cm|mm|in|pc|bp|sp|dd|cc|fil{1,3}|\\[A-Za-z]+)")
_GLUE = re.compile(rf"{_LENGTH.pattern}(?:\s*(?:plus|minus){_LENGTH.pattern})*")
_UPRIGHT = re.compile(r"\\(?:mathrm|mathup|symup)\s*\{([A-Za-z])\}")
_STAGGERED_STARTS = frozenset(("\\ ", "~", "\\;", "\\:", "\\quad", "\\phantom", "\\hphantom"))
"""The beginning of a script that is to the right of the other script of its base."""
_DELIMITERS = {"(": "open", "[": "open", ")": "close", "]": "close", ",": "punct", ";": "punct", "|": "ord"}
_STOPS = frozenset(("}", "&", "\\\\", "\\cr", "\\end", "\\right", "\\middle"))
_MATRICES = {"matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"),
             "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "smallmatrix": ("", ""), "array": ("", ""),
             "tabular": ("", ""), "subarray": ("", "")}  # fmt: skip
_NAMES_OF_LINES = "aligned align split gathered alignedat alignat gather multline eqnarray equation flalign"
_LINES = frozenset(_NAMES_OF_LINES.split())
_CASES = frozenset(("cases", "dcases", "rcases", "drcases", "numcases"))
_WITH_COLUMNS = frozenset(("array", "subarray", "tabular"))
_ENVIRONMENTS = _LINES | _CASES | frozenset(_MATRICES)
_WITH_NUMBER = frozenset(("alignedat", "alignat"))

_NAMES_OF_STRUCTURES = """
    frac tfrac dfrac cfrac nicefrac sfrac binom tbinom dbinom genfrac sqrt overset stackrel underset
    overunderset underoverset underbrace overbrace underbracket overbracket underparen overparen pmod pod bmod mod not
    order substack left right middle begin end prime limits nolimits displaylimits over atop choose
"""
_STRUCTURES = frozenset(_NAMES_OF_STRUCTURES.split())
_NAME = re.compile(r"\\([A-Za-z@]+)")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]*)")


@cache
def _known_names() -> frozenset[str]:
    tables = (
        _STRUCTURES, symbols.FUNCTIONS, symbols.THIN_SPACES, symbols.SPACES, symbols.LENGTHS,
        symbols.IGNORED, symbols.FONTS, symbols.SWITCHES, symbols.CLASSED, symbols.TEXTS, symbols.ACCENTS,
        symbols.MARKED, symbols.DROPPED, symbols.WRAPPERS, symbols.ARROWS, *(table for table, _ in _CLASSES),
    )  # fmt: skip
    return frozenset(name for table in tables for name in table)


def is_known(tex: str) -> bool:
    """Whether all commands and environments of a formula are known."""
    known = _known_names()
    names = all(name in known for name in _NAME.findall(tex))
    return names and all(name in _ENVIRONMENTS for name in _ENVIRONMENT.findall(tex))


@lru_cache(maxsize=1_024)
def read_tex(tex: str) -> Node:
    """The tree of a formula in TeX; a formula that is too long or too deep is an `UnknownMacro`."""
    if len(tex) > MAX_TEX_LENGTH:
        return UnknownMacro(tex)
    try:
        return _Reader(clean_note(tex)).whole()
    except (_TooDeep, RecursionError):
        return UnknownMacro(tex)


class _TooDeep(Exception):
    """The groups are nested too deep."""


class _Reader:
    def __init__(self, tex: str, depth: int = 0) -> None:
        self._pieces: Sequence[str] = [piece for piece in _TOKEN.findall(tex) if piece[0] != "%"]
        self._place = 0
        self._depth = depth
        self._font = ""
        self._upright = frozenset(_UPRIGHT.findall(tex))
        """Upright letters of the formula; the same letters in italics need different characters."""

    def whole(self) -> Node:
        """The whole formula; unmatched closing brackets are left out."""
        items: list[Node] = []
        while self._place < len(self._pieces):
            items += self._items()
            if (stop := self._next()) in ("\\\\", "\\cr"):
                self._option()
                items.append(BREAK)
            elif stop == "\\end":
                self._raw()
        return _row(items)

    # Tokens

    def _next(self) -> str | None:
        if self._place >= len(self._pieces):
            return None
        self._place += 1
        return self._pieces[self._place - 1]

    def _peek(self) -> str | None:
        return self._pieces[self._place] if self._place < len(self._pieces) else None

    def _skip_spaces(self) -> None:
        while (piece := self._peek()) is not None and piece.isspace():
            self._place += 1

    def _raw(self) -> str:
        """The source of the next group, or the next piece."""
        self._skip_spaces()
        if self._peek() == "*":
            self._place += 1
            self._skip_spaces()
        if self._peek() != "{":
            return self._next() or ""
        self._place += 1
        depth, pieces = 1, list[str]()
        while (piece := self._next()) is not None:
            depth += (piece == "{") - (piece == "}")
            if depth == 0:
                break
            pieces.append(piece)
        return "".join(pieces)

    def _option(self) -> str | None:
        """The source of the option in brackets that may follow; None without one, or if it does not end."""
        start = self._place
        self._skip_spaces()
        if self._peek() == "[":
            self._place += 1
            depth, pieces = 0, list[str]()
            while (piece := self._next()) is not None and len(pieces) < _MAX_OPTION_PIECES:
                if piece == "]" and depth == 0:
                    return "".join(pieces)
                depth += (piece == "{") - (piece == "}")
                if depth < 0:
                    break
                pieces.append(piece)
        self._place = start
        return None

    def _length(self) -> str:
        """The source of a length, in braces or bare, with its stretch and shrink."""
        self._skip_spaces()
        if self._peek() in ("{", "*"):
            return self._raw()
        rest = "".join(self._pieces[self._place : self._place + 80])
        match = _GLUE.match(rest)
        end = match.end() if match else 0
        while end > 0 and (piece := self._next()) is not None:
            end -= len(piece)
        return match[0] if match else ""

    # Rows and groups

    def _items(self, *stops: str) -> list[Node]:
        """The nodes up to the end token, which is not consumed."""
        self._enter_group()
        font = self._font
        items: list[Node] = []
        while (piece := self._peek()) is not None and piece not in _STOPS and piece not in stops:
            self._place += 1
            if piece in ("^", "_"):
                is_staggered = (
                    self._peek() == "{" and {*self._pieces[self._place + 1 : self._place + 2]} <= _STAGGERED_STARTS
                )
                self._add_script(items, piece, self._argument(), is_staggered=is_staggered)
            elif piece == "'":
                self._add_script(items, "^", self._primes())
            elif piece in ("\\limits", "\\nolimits", "\\displaylimits"):
                if piece == "\\limits" and items and isinstance(items[-1], Symbol):
                    items[-1] = _LimitsOperator(*items[-1])
            elif piece in ("\\over", "\\atop", "\\choose"):
                sides = ("(", ")") if piece == "\\choose" else ("", "")
                items = [Fraction(_row(items), _row(self._items(*stops)), piece == "\\over", sides)]
            elif (switch := symbols.SWITCHES.get(piece[1:] if piece[0] == "\\" else "")) is not None:
                # Italic letters may also be bold.
                if self._font != "bold" or piece not in ("\\it", "\\itshape"):
                    self._font = switch
            else:
                items += self._nodes(piece)
        self._font = font
        self._depth -= 1
        return _with_thin_spaces(items)

    def _enter_group(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise _TooDeep

    def _argument(self) -> Node:
        """The next group or piece; empty at the end."""
        self._skip_spaces()
        piece = self._peek()
        if piece is None or piece in _STOPS or piece in ("^", "_"):
            return EMPTY
        self._place += 1
        if piece == "{":
            return _row(self._nodes(piece, is_argument=True))
        self._enter_group()
        argument = _row(self._nodes(piece, is_argument=True))
        self._depth -= 1
        return argument

    def _primes(self) -> Node:
        """All adjacent primes; the first is already consumed."""
        count = 1
        while (piece := self._peek()) is not None and (piece == "'" or piece.isspace()):
            count += piece == "'"
            self._place += 1
        return _row([_PRIME] * count)

    def _group(self) -> Node:
        """The rest of a group after its opening brace."""
        items = self._items()
        while (piece := self._next()) is not None and piece != "}":
            # The end of a row or environment that did not begin is ignored.
            if piece == "\\end":
                self._raw()
            items += self._items()
        return _row(items)

    @staticmethod
    def _add_script(items: list[Node], sign: str, inner: Node, *, is_staggered: bool = False) -> None:
        if is_staggered:
            inner = _row([part for part in _parts(inner) if not (isinstance(part, Symbol) and part.kind == "space")])
        if inner == EMPTY:
            return
        while items and items[-1] == _THIN:
            items.pop()
        base: Node = EMPTY
        if items and not (isinstance(items[-1], Symbol) and items[-1].kind in ("space", "row")):
            base = items.pop()
        below, above = (inner, None) if sign == "_" else (None, inner)
        match base:
            case Brace(_, None, is_above) if is_above == (sign == "^"):
                items.append(base._replace(label=inner))
                return
            case Script(_, known_below, known_above) if is_staggered and (
                known_above is not None if sign == "_" else known_below is not None
            ):
                items += [base, _OpenScript(EMPTY, below, above)]
                return
            case Script(first, known_below, known_above, stacked) if isinstance(base, _OpenScript):
                if sign == "_" and known_below is None:
                    items.append(_OpenScript(first, inner, known_above, stacked))
                    return
                known = [] if known_above is None else _parts(known_above)
                if sign == "^" and all(part == _PRIME for part in known):
                    items.append(_OpenScript(first, known_below, _row([*known, *_parts(inner)]), stacked))
                    return
        first, depth = base, 0
        while isinstance(first, Script):
            first, depth = first.base, depth + 1
        if depth > MAX_NESTING:
            raise _TooDeep
        has_limits = isinstance(base, Symbol) and (
            isinstance(base, _LimitsOperator) or base.text in symbols.WITH_LIMITS
        )
        items.append(_OpenScript(base, below, above, has_limits))

    def _nodes(self, piece: str, *, is_argument: bool = False) -> list[Node]:
        if piece == "{":
            inner = self._group()
            parts = _parts(inner)
            if len(parts) > 1 and all(isinstance(part, Symbol) and part.text.isdecimal() for part in parts):
                # A script after a number belongs to the last digit, as in `{10}^{3}`.
                return parts
            return [_group(inner, keep=not is_argument)]
        if piece.isspace():
            return []
        if piece == "'":
            return [_PRIME]
        if piece == "~":
            return [Symbol(" ", "space")]
        if piece[0] == "\\" and len(piece) > 1:
            return self._command(piece[1:])
        if piece in "+-*/":
            return [Symbol({"-": "−", "*": "∗"}.get(piece, piece), "ord" if piece == "/" else "bin")]
        if piece in "=<>:":
            return [Symbol(piece, "rel")]
        if piece in "}$#&\\":
            return []
        return [Symbol(self._letters(piece), _DELIMITERS.get(piece) or _sign_class(piece))]

    def _letters(self, text: str) -> str:
        return symbols.in_font(text, self._font or ("italic" if text in self._upright else ""))

    # Commands

    def _command(self, name: str) -> list[Node]:
        if name == "prime":
            return [_PRIME]
        for table, kind in _CLASSES:
            if name in table:
                return [Symbol(self._letters(table[name]), kind)]
        if name in symbols.FUNCTIONS:
            return [Symbol(symbols.FUNCTIONS[name], "op")]
        if name.isspace():
            return [Symbol(" ", "space")]
        if name in symbols.THIN_SPACES:
            return [_THIN]
        if name in symbols.SPACES:
            return [Symbol(symbols.SPACES[name], "space")] if symbols.SPACES[name] else []
        if name in symbols.LENGTHS:
            return [_THIN] if re.match(r"\s*\+?[\s\d]*\.?\d*[1-9]", self._length()) else []
        if name in symbols.IGNORED:
            return []
        if name in symbols.FONTS:
            before, self._font = self._font, symbols.FONTS[name]
            inner = self._argument()
            self._font = before
            return [_group(inner, keep=False)]
        if name in symbols.CLASSED:
            inner = self._argument()
            kind = symbols.CLASSED[name]
            kinds = ("ord", kind, "space") if kind == "op" else ("ord", kind)
            letters = [part.text for part in _parts(inner) if isinstance(part, Symbol) and part.kind in kinds]
            if not letters or len(letters) < len(_parts(inner)):
                return [_group(inner, keep=True)]
            return [_LimitsOperator("".join(letters), kind) if kind == "op" else Symbol("".join(letters), kind)]
        if name in symbols.TEXTS:
            return self._text(name)
        if name != "not" and (name in symbols.ACCENTS or name in symbols.MARKED):
            self._option()
            return [Accent(self._argument(), symbols.MARKED.get(name, name))]
        if name in symbols.DROPPED or name in symbols.WRAPPERS:
            for _ in range({**symbols.DROPPED, **symbols.WRAPPERS}[name]):
                self._option()
                self._raw()
            if name in symbols.DROPPED:
                return []
            self._option()
            return [_group(self._argument(), keep=False)]
        return self._structure(name)

    def _text(self, name: str) -> list[Node]:
        starred = self._peek() == "*"
        raw = self._raw()
        if name in ("operatorname", "operatornamewithlimits"):
            word = _text_words(raw)
            is_limited = starred or name == "operatornamewithlimits"
            return [(_LimitsOperator if is_limited else Symbol)(word, "op")] if word else []
        parts = raw.split("$")
        nodes: list[Node] = []
        for number, part in enumerate(parts):
            if number % 2:
                nodes += _parts(_Reader(part, self._depth).whole())
            elif len(parts) == 1 and (sign := _text_words(part).strip()) in _KINDS:
                # siunitx writes `\text{\times}`.
                return [Symbol(sign, _KINDS[sign])]
            elif words := symbols.in_font(_text_words(part), symbols.TEXTS[name]):
                nodes.append(Words(words))
        return [_group(_row(nodes), keep=True)] if nodes else []

    def _structure(self, name: str) -> list[Node]:
        match name:
            case "frac" | "tfrac" | "dfrac" | "cfrac" | "nicefrac" | "sfrac":
                self._option()
                return [Fraction(self._argument(), self._argument())]
            case "binom" | "tbinom" | "dbinom":
                return [Fraction(self._argument(), self._argument(), False, ("(", ")"))]
            case "genfrac":
                opening, closing = _delimiter(self._raw()), _delimiter(self._raw())
                thickness, _ = self._raw(), self._raw()
                is_ruled = not re.match(r"0(?:\.0*)?(?:pt)?$", thickness.strip())
                return [Fraction(self._argument(), self._argument(), is_ruled, (opening, closing))]
            case "sqrt":
                option = self._option()
                index = _Reader(option, self._depth).whole() if option else None
                return [Root(self._argument(), None if index in (None, Symbol("2")) else index)]
            case "overset" | "stackrel" | "underset":
                script, base = self._argument(), _restore_class(self._argument())
                return [Script(base, script, None, True) if name == "underset" else Script(base, None, script, True)]
            case "overunderset" | "underoverset":
                first, second, base = self._argument(), self._argument(), _restore_class(self._argument())
                below, above = (first, second) if name == "underoverset" else (second, first)
                return [Script(base, below, above, True)]
            case _ if name in symbols.ARROWS:
                option = self._option()
                above = self._argument()
                lower = _Reader(option, self._depth).whole() if option else None
                return [Script(Symbol(symbols.ARROWS[name], "rel"), lower, None if above == EMPTY else above, True)]
            case "underbrace" | "overbrace" | "underbracket" | "overbracket" | "underparen" | "overparen":
                return [Brace(self._argument(), None, name.startswith("over"))]
            case "pmod" | "pod":
                word = [Symbol("mod", "op")] if name == "pmod" else []
                inner = _parts(self._argument())
                return [Symbol(" ", "space"), Symbol("(", "open"), *word, *inner, Symbol(")", "close")]
            case "order":
                return [Symbol("𝒪"), Fence("(", self._argument(), ")")]
            case "bmod" | "mod":
                return [Symbol("mod", "bin")]
            case "not":
                return self._negation()
            case "substack":
                self._skip_spaces()
                if self._peek() == "{":
                    self._place += 1
                    rows = self._rows()
                    self._place += self._peek() == "}"
                    return [Grid(rows, "stack")]
                return []
            case "left":
                return [self._fence()]
            case "right" | "middle":
                return []
            case "begin":
                return [self._environment()]
        if len(name) == 1 and not name.isalpha():
            return [Symbol({"|": "‖"}.get(name, name), {"{": "open", "}": "close"}.get(name, "ord"))]
        return [UnknownMacro(name)]

    def _negation(self) -> list[Node]:
        inner = self._argument()
        parts = _parts(inner)
        if parts and isinstance(first := parts[0], Symbol) and not first.text.endswith("\u0338"):
            text = symbols.NEGATED.get(first.text) or f"{first.text}\u0338"
            return [Symbol(text, first.kind), *parts[1:]]
        return [Accent(inner, "not")]

    def _fence(self) -> Node:
        opening = self._fence_side()
        items: list[Node] = self._items()
        while (piece := self._peek()) in ("\\middle", "\\\\", "\\cr", "&"):
            self._place += 1
            if piece == "\\middle":
                items.append(Symbol(self._fence_side(), "rel"))
            items += self._items()
        closing = ""
        if piece == "\\right":
            self._place += 1
            closing = self._fence_side()
        return Fence(opening, _row(items), closing)

    def _fence_side(self) -> str:
        self._skip_spaces()
        piece = self._next()
        return "" if piece is None else _delimiter(piece)

    # Environments

    def _environment(self) -> Node:
        name = self._raw().rstrip("*")
        align = ""
        if name in _WITH_COLUMNS or name in _WITH_NUMBER:
            self._option()
            columns = self._raw()
            align = re.sub(r"[^lcr|]", "", re.sub(r"\{[^}]*\}", "", columns)) if name in _WITH_COLUMNS else ""
        elif name in _MATRICES or name in _LINES:
            option = self._option()
            align = option if option and set(option) <= set("lcr") else ""
        rows = self._rows()
        if self._peek() == "\\end":
            self._place += 1
            self._raw()
        if name in _CASES:
            return Grid(rows, "cases", ("", "}") if name.endswith("rcases") else ("{", ""), "ll")
        if name in _MATRICES:
            return Grid(rows, "stack" if name == "subarray" else "matrix", _MATRICES[name], align)
        if name in _LINES:
            return Grid(rows, "lines", ("", ""), "rl")
        inner = Grid(rows, "lines") if len(rows) != 1 else _row([part for cell in rows[0] for part in _parts(cell)])
        return _row([UnknownMacro(name), *_parts(inner)])

    def _rows(self) -> tuple[tuple[Node, ...], ...]:
        """The rows of cells up to the end of the environment, which is not consumed."""
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(_row(self._items()))
            piece = self._peek()
            if piece in (None, "\\end", "}"):
                break
            self._place += 1
            if piece in ("\\\\", "\\cr"):
                self._option()
                rows.append([])
            elif piece in ("\\right", "\\middle"):
                self._fence_side()
        return tuple(tuple(row) for row in rows if any(cell != EMPTY for cell in row))


class _LimitsOperator(Symbol):
    """An operator whose scripts are limits because of a command."""


class _OpenScript(Script):
    """A script that may get a second script, as in `x_{a}^{b}`, because no brace has closed it."""


_CLASSES = (
    (symbols.ORDINARY, "ord"),
    (symbols.RELATIONS, "rel"),
    (symbols.BINARY, "bin"),
    (symbols.LARGE, "op"),
    (symbols.OPENING, "open"),
    (symbols.CLOSING, "close"),
)


_SIGNS = {name: sign for table, _ in reversed(_CLASSES) for name, sign in table.items()}
"""Signs by command."""

_KINDS = {sign: kind for table, kind in reversed(_CLASSES) for sign in table.values() if not sign.isascii()}
"""Classes by sign, for signs that are written directly."""


def _sign_class(sign: str) -> str:
    """The class of a sign; most mathematical signs without a command here are relations."""
    return _KINDS.get(sign) or ("rel" if sign >= "\N{LEFTWARDS ARROW}" and category(sign) == "Sm" else "ord")


def _parts(node: Node) -> list[Node]:
    return list(node.items) if isinstance(node, Row) else [node]


def _row(items: Sequence[Node]) -> Node:
    """A row of nodes, or the node itself if there is only one."""
    return items[0] if len(items) == 1 else Row(tuple(items))


def _with_thin_spaces(items: list[Node]) -> list[Node]:
    """Make thin spaces between letters, numbers and the like spaces, as in `9.81 m`, and drop all others."""
    spaced: list[Node] = []
    for at, item in enumerate(items):
        if item != _THIN:
            spaced.append(item)
        elif 0 < at < len(items) - 1:
            before, after = (node.kind if isinstance(node, Symbol) else "ord" for node in items[at - 1 : at + 2 : 2])
            if before in ("ord", "close") and after in ("ord", "thin"):
                spaced.append(Symbol(" ", "space"))
    return spaced


def _group(node: Node, *, keep: bool) -> Node:
    """A group: a single sign in braces loses its class; with `keep`, several nodes stay one node."""
    if keep and isinstance(node, Row):
        node = _row([item for item in node.items if item != EMPTY])
    match node:
        case Symbol(text, "bin" | "rel" | "punct"):
            return Symbol(text, "ord")
        case _OpenScript():
            return Script(*node)
        case Row([Symbol("("), *inner, Symbol(")")]) if keep and not {"(", ")"} & {*map(_sign, inner)}:
            return Fence("(", _row(inner), ")")
        case Row(items) if keep and len(items) > 1:
            return Row((node,))
    return node


def _sign(node: Node) -> str:
    while isinstance(node, Script):
        node = node.base
    return node.text if isinstance(node, Symbol) else ""


def _restore_class(node: Node) -> Node:
    """Give a sign in braces its class again, because it is the base of a stacked script."""
    if isinstance(node, Symbol) and node.kind == "ord":
        return Symbol(node.text, "rel" if node.text in ("=", "<", ">", ":") else _KINDS.get(node.text, "ord"))
    return node


def _delimiter(piece: str) -> str:
    piece = piece.strip()
    name = piece.removeprefix("\\")
    if name == piece:
        return {"<": "⟨", ">": "⟩", ".": ""}.get(name, name)
    tables = (symbols.OPENING, symbols.CLOSING, symbols.ORDINARY, symbols.RELATIONS, {"|": "‖", ".": ""})
    return next((table[name] for table in tables if name in table), name)


def _text_words(text: str) -> str:
    r"""The words of `\text{…}`: commands that only style them are dropped, and so are braces."""
    text = re.sub(
        r"\\(?:text|math)?(?:bf|it|rm|sf|tt|sc|up|md|normal|bfseries|itshape|sffamily|ttfamily|rmfamily)\b\s*", "", text
    )
    text = re.sub(r"\\(?:small|footnotesize|scriptsize|tiny|large|Large|normalsize|scshape|upshape)\b\s*", "", text)
    text = re.sub(r"\\[hv]space\*?\{[^}]*\}|\\color(?:\[[^\]]*\])?\{[^}]*\}", " ", text)
    text = re.sub(r"\\[,;: !]|\\q?quad\b|~|\\ ", " ", text)
    text = re.sub(r"(?<!\\)[{}]", "", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda found: _SIGNS.get(found[1], found[1]), text)
    return re.sub(r"\s+", " ", text.replace("\\", ""))
