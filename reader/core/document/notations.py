r"""Macros of common packages as plain TeX: braket, physics, siunitx, mhchem and mathtools.

A page gives the TeX of a formula with such macros in it: `\ket{0}`, `\dv[2]{f}{x}`, `\SI{3}{\metre}`, `\ce{H2O}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

Expansion: TypeAlias = "str | Callable[..., str]"
"""TeX with `#1` for the first argument, or a function of the arguments; those that are left out are empty."""

_REPEATED = 40
"""Maximum letters of an argument that is written twice: without it, nested macros would double with each level."""


def _twice(argument: str) -> str:
    return argument if len(argument) <= _REPEATED else r"\cdots"


def _braket(first: str, second: str) -> str:
    return rf"\left\langle {first}{f'|{second}' if second else ''}\right\rangle"


def _ketbra(first: str, second: str) -> str:
    return rf"\left|{first}\right\rangle\left\langle {second or _twice(first)}\right|"


def _expectation(operator: str, state: str) -> str:
    inner = f"{_twice(state)}|{operator}|{_twice(state)}" if state else operator
    return rf"\left\langle {inner}\right\rangle"


def _derivative(sign: str) -> Callable[[str, str, str, str], str]:
    def expand(order: str, first: str, second: str, third: str) -> str:
        power = f"^{{{order}}}" if order else ""
        if third:
            return rf"\frac{{{sign}^{{2}}{first}}}{{{sign} {second}{sign} {third}}}"
        function, variable = (first, second) if second else ("", first)
        # The operator's argument may be a sum.
        function = rf"\left({function}\right)" if re.search(r"[+-]", function) else function
        return rf"\frac{{{sign}{power}{function}}}{{{sign} {variable}{power}}}"

    return expand


def _differential(order: str, variable: str) -> str:
    return rf"d{f'^{{{order}}}' if order else ''}{variable}"


def _in_fences(opening: str, closing: str) -> str:
    return rf"\left{opening}#1\right{closing}"


def _matrix(name: str) -> str:
    return rf"\begin{{{name}}}#1\end{{{name}}}"


# siunitx

_UNITS = {
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "ampere": "A", "kelvin": "K", "mole": "mol",
    "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "watt": "W", "coulomb": "C",
    "volt": "V", "farad": "F", "ohm": "Ω", "siemens": "S", "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm",
    "lux": "lx", "becquerel": "Bq", "sievert": "Sv", "radian": "rad", "steradian": "sr", "electronvolt": "eV",
    "celsius": "°C", "degreeCelsius": "°C", "degree": "°", "percent": r"\%", "minute": "min", "hour": "h", "day": "d",
    "litre": "L", "liter": "L", "tonne": "t", "dalton": "Da", "angstrom": "Å", "bar": "bar", "bit": "bit",
    "byte": "B", "decibel": "dB", "parsec": "pc", "astronomicalunit": "au", "arcminute": "′", "arcsecond": "″",
}  # fmt: skip
_PREFIXES = {
    "femto": "f", "pico": "p", "nano": "n", "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "hecto": "h",
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P",
}  # fmt: skip
_POWERS = {"squared": "2", "cubed": "3", "square": "2", "cubic": "3"}
_UNIT = re.compile(r"\\(?:tothe|raiseto)\s*\{([^{}]*)\}|\\([A-Za-z]+)|([^\\\s.~]+)")


def _unit(text: str) -> str:
    r"""Units such as `\metre\per\second\squared`, separated by thin spaces."""
    found: list[str] = []
    prefix, power, is_below = "", "", False
    for exponent, name, letters in _UNIT.findall(text):
        if exponent or name in ("squared", "cubed"):
            if found:
                found[-1] = _raised(found[-1].partition("^")[0], exponent or _POWERS[name], "^{-" in found[-1])
        elif name in _POWERS:
            power = _POWERS[name]
        elif name == "per":
            is_below = True
        elif name in _PREFIXES:
            prefix = _PREFIXES[name]
        else:
            shown = rf"\mathrm{{{prefix}{_UNITS.get(name, name)}}}" if name else letters
            found.append(_raised(shown, power or ("1" if is_below else ""), is_below))
            prefix, power, is_below = "", "", False
    return r"\,".join(found)


def _raised(unit: str, power: str, is_below: bool) -> str:
    return f"{unit}^{{{'-' if is_below else ''}{power}}}" if power else unit


def _number(text: str) -> str:
    mantissa, sign, exponent = re.sub(r"[\s_]", "", text).replace("+-", r"\pm ").partition("e")
    mantissa = re.sub(r"^\+", "", mantissa)
    if not sign:
        return mantissa
    power = f"10^{{{exponent.lstrip('+')}}}"
    return rf"{mantissa}\times {power}" if mantissa else power


def _quantity(_: str, number: str, unit: str) -> str:
    return rf"{_number(number)}\,{_unit(unit)}"


def _range(_: str, first: str, last: str) -> str:
    return rf"{_number(first)}\text{{–}}{_number(last)}"


def _quantity_range(_: str, first: str, last: str, unit: str) -> str:
    return rf"{_range('', first, last)}\,{_unit(unit)}"


def _numbers(_: str, numbers: str) -> str:
    return ",\\ ".join(_number(number) for number in numbers.split(";"))


def _angle(_: str, parts: str) -> str:
    """An angle in degrees, or in degrees, minutes and seconds separated by semicolons."""
    signs = (r"^{\circ}", "′", "″")
    return "".join(f"{_number(part)}{sign}" for part, sign in zip(parts.split(";"), signs, strict=False) if part)


def _physics_quantity(_: str, first: str, unit: str) -> str:
    r"""`\qty` of siunitx, or that of physics, which makes brackets grow."""
    return _quantity("", first, unit) if unit else rf"\left\{{{first}\right\}}" if first else ""


# mhchem

_ARROWS = {
    "<=>": r"\rightleftharpoons ", "<->": r"\leftrightarrow ", "->": r"\rightarrow ", "<-": r"\leftarrow ",
}  # fmt: skip
_ARROW = re.compile(r"(<=>|<->|->|<-)(?:\[([^\[\]]*)\])?(?:\[([^\[\]]*)\])?")
_SIGNS = re.compile(r"#| [v^](?=\s|$)")
_SIGNS_IN_TEX = {"#": r"\equiv ", " v": r"\downarrow ", " ^": r"\uparrow "}
"""A triple bond, what settles, and what escapes as a gas."""

_FORMULA = re.compile(
    r"\^\{([^{}]*)\}|\^([0-9]*[+-]?)|_\{([^{}]*)\}|_?([0-9]+)|([+-])(?=\s|$|[)\]])|([A-Z][a-z]?|[a-z]+)"
    r"|(\\[A-Za-z]+ ?|.)",
    re.DOTALL,
)


def _chemical(text: str) -> str:
    r"""A formula such as `2H2 + O2 -> 2H2O` or `SO4^2-`."""
    parts = _ARROW.split(_SIGNS.sub(lambda found: _SIGNS_IN_TEX[found[0]], text))
    shown = [_species(parts[0])]
    for arrow, over, under, after in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        sign = _ARROWS[arrow]
        if under:
            sign = rf" \mathop{{{sign}}}\limits_{{{_species(under)}}}^{{{_species(over)}}} "
        shown += [rf"\overset{{{_species(over)}}}{{{sign}}}" if over and not under else sign, _species(after)]
    return "".join(shown)


def _species(text: str) -> str:
    shown: list[str] = []
    is_after_letter = False
    for upper, charge, lower, digits, sign, letters, other in _FORMULA.findall(text):
        if upper or charge:
            shown.append(f"^{{{upper or charge}}}" if is_after_letter else f"{{}}^{{{upper or charge}}}")
            continue
        if sign and is_after_letter:
            shown.append(f"^{{{sign}}}")
        elif lower or (digits and is_after_letter):
            shown.append(f"_{{{lower or digits}}}")
        elif letters:
            shown.append(rf"\text{{{letters}}}")
        else:
            shown.append(digits or sign or other)
        is_after_letter = bool(letters or other in ")]" or (is_after_letter and (digits or lower)))
    return "".join(shown)


# Diagrams

_CD_ARROW = re.compile(r"@([<>AV])(.*?)\1(.*?)\1|@([=|.])", re.DOTALL)
_CD_WAYS = {">": "r", "=": "r", "<": "l", "V": "d", "|": "d", "A": "u"}
_ARROW_COMMAND = re.compile(
    r"\\a(?:r|rrow)(?:@\{[^}]*\}|@\S+?(?=\[))?\[([^\[\]]*)\](?:\s*[\^_|]\s*(\{[^{}]*\}|\\?[A-Za-z]+|.))*"
)
_DIRECTION = re.compile(r"(?:^|,)\s*([lrud]+)\s*(?=,|$)")
_QUOTED = re.compile(r'"([^"]*)"')
_ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?")


def diagram(kind: str, tex: str) -> str:
    r"""The arrows of a commutative diagram, `A \xrightarrow{f} B` and so on, then its objects without arrows."""
    rows = _ROW_END.split(tex)
    cells = _cd_cells(rows) if kind == "CD" else [row.split("&") for row in rows]
    objects = {
        (row, column): _ARROW_COMMAND.sub("", cell).strip()
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
    }
    shown, used = list[str](), set[tuple[int, int]]()
    for (row, column), start in objects.items():
        for arrow in _ARROW_COMMAND.finditer(cells[row][column]):
            found, quoted = _DIRECTION.search(arrow[1]), _QUOTED.search(arrow[1])
            way = found[1] if found else ""
            target = row + way.count("d") - way.count("u"), column + way.count("r") - way.count("l")
            label = quoted[1] if quoted else (arrow[2] or "").removeprefix("{").removesuffix("}")
            sign = "=" if label in ("=", "|") else rf"\xrightarrow{{{label}}}"
            shown.append(f"{start} {sign} {objects.get(target, '')}")
            used |= {(row, column), target}
    return r",\quad ".join((*shown, *(name for place, name in objects.items() if name and place not in used)))


def _cd_cells(rows: list[str]) -> list[list[str]]:
    """The objects of an amscd diagram, each with its arrows as those of other packages; a row of arrows is no row."""
    found: list[list[str]] = []
    rising: dict[int, str] = {}
    for row in rows:
        arrows = list(_CD_ARROW.finditer(row))
        names = _CD_ARROW.sub("&", row).split("&")
        commands = [
            rf"\ar[{_CD_WAYS[one[1] or one[4]]}]^{{{one[2] or one[3] or one[4] or ''}}}" if one[4] != "." else ""
            for one in arrows
        ]
        if found and not any(name.strip() for name in names):
            rising = {place: one for place, one in enumerate(commands) if r"\ar[u]" in one}
            for place, one in enumerate(commands[: len(found[-1])]):
                found[-1][place] += one if place not in rising else ""
            continue
        for place, one in enumerate(commands):
            names[place + (r"\ar[l]" in one)] += one
        found.append([name + rising.pop(place, "") for place, name in enumerate(names)])
    return found


def _dyads(*names: str) -> Mapping[str, tuple[str, Expansion]]:
    return dict.fromkeys(names, ("mg", _ketbra))


MACROS: Mapping[str, tuple[str, Expansion]] = {
    **dict.fromkeys(("ket", "Ket"), ("m", r"\left|#1\right\rangle")),
    **dict.fromkeys(("bra", "Bra"), ("m", r"\left\langle #1\right|")),
    **dict.fromkeys(("braket", "Braket", "innerproduct", "ip"), ("mg", _braket)),
    **_dyads("ketbra", "dyad", "outerproduct", "op"),
    **dict.fromkeys(("expval", "ev", "expectationvalue"), ("mg", _expectation)),
    **dict.fromkeys(("mel", "matrixel", "matrixelement"), ("mmm", r"\left\langle #1|#2|#3\right\rangle")),
    **dict.fromkeys(("dv", "derivative"), ("omgg", _derivative("d"))),
    **dict.fromkeys(("pdv", "partialderivative"), ("omgg", _derivative(r"\partial "))),
    **dict.fromkeys(("fdv", "functionalderivative"), ("omgg", _derivative(r"\delta "))),
    **dict.fromkeys(("dd", "differential"), ("og", _differential)),
    **dict.fromkeys(("comm", "commutator"), ("mm", r"\left[#1,#2\right]")),
    **dict.fromkeys(("acomm", "anticommutator", "pb", "poissonbracket"), ("mm", r"\left\{#1,#2\right\}")),
    **dict.fromkeys(("abs", "absolutevalue", "vqty"), ("m", _in_fences("|", "|"))),
    "norm": ("m", _in_fences(r"\|", r"\|")),
    "pqty": ("m", _in_fences("(", ")")), "bqty": ("m", _in_fences("[", "]")), "Bqty": ("m", _in_fences(r"\{", r"\}")),
    "order": ("m", r"\mathcal{O}\left(#1\right)"),
    **dict.fromkeys(("eval", "evaluated"), ("m", r"\left.#1\right|")),
    **dict.fromkeys(("vb", "vectorbold"), ("m", r"\mathbf{#1}")),
    **dict.fromkeys(("va", "vectorarrow"), ("m", r"\vec{#1}")),
    **dict.fromkeys(("vu", "vectorunit"), ("m", r"\hat{\mathbf{#1}}")),
    **dict.fromkeys(("mqty", "smqty", "matrixquantity"), ("m", _matrix("matrix"))),
    "pmqty": ("m", _matrix("pmatrix")), "bmqty": ("m", _matrix("bmatrix")), "Bmqty": ("m", _matrix("Bmatrix")),
    **dict.fromkeys(("vmqty", "mdet", "matrixdeterminant"), ("m", _matrix("vmatrix"))),
    "qq": ("m", r"\quad\text{#1}\quad "),
    **{f"q{word}": ("", rf"\quad\text{{{word}}}\quad ") for word in
       ("and", "or", "if", "then", "else", "otherwise", "unless", "given", "using", "assume", "since", "let", "for")},
    "qc": ("", r",\quad "), "qcomma": ("", r",\quad "), "qcc": ("", r"\quad\text{c.c.}\quad "),
    "prescript": ("mmm", "{}_{#2}^{#1}{#3}"), "sideset": ("mmm", "{}#1{#3}#2"),
    "SI": ("omm", _quantity),
    **dict.fromkeys(("SIrange", "qtyrange"), ("ommm", _quantity_range)), "numrange": ("omm", _range),
    "numlist": ("om", _numbers),
    **dict.fromkeys(("qty", "quantity"), ("ogg", _physics_quantity)),
    **dict.fromkeys(("si", "unit"), ("om", lambda _, unit: _unit(unit))),
    "num": ("om", lambda _, number: _number(number)), "ang": ("om", _angle),
    **dict.fromkeys(("ce", "cee"), ("m", _chemical)),
}  # fmt: skip
"""Macros by name: the kinds of their arguments (`m` a group, `g` a group that may be missing, `o` an option in
brackets), and what they stand for."""

_PLACE = re.compile("#([1-9])")


def expanded(name: str, arguments: list[str]) -> str:
    """The TeX of a macro with its arguments."""
    expansion = MACROS[name][1]
    if isinstance(expansion, str):
        return _PLACE.sub(lambda found: arguments[int(found[1]) - 1], expansion)
    return expansion(*arguments)
