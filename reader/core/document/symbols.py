r"""TeX's symbols by name, in the classes that decide the space around them, and macros of common packages as plain TeX.

A page gives the TeX of a formula with the macros of braket, physics, siunitx, mhchem and mathtools, and of packages for
diagrams, in it: `\ket{0}`, `\dv[2]{f}{x}`, `\SI{3}{\metre}`, `\ce{H2O}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from typing import TypeAlias


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _counted(*names: str) -> dict[str, int]:
    """Commands by their numbers of arguments: the first names have none, the next ones one each."""
    return {name: count for count, some in enumerate(names) for name in some.split()}


ORDINARY = _table(
    """
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ
    lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ
    chi χ psi ψ omega ω digamma ϝ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    varGamma Γ varDelta Δ varTheta Θ varLambda Λ varXi Ξ varPi Π varSigma Σ varUpsilon Υ varPhi Φ varPsi Ψ varOmega Ω
    aleph ℵ beth ℶ gimel ℷ hbar ħ hslash ℏ ell ℓ wp ℘ Re ℜ Im ℑ imath ı jmath ȷ partial ∂ nabla ∇ infty ∞ infinity ∞
    emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ measuredangle ∡ triangle △
    square □ Box □ blacksquare ■ diamond ⋄ Diamond ◇ lozenge ◊ bigstar ★ spadesuit ♠ heartsuit ♥ diamondsuit ♦
    clubsuit ♣ flat ♭ natural ♮ sharp ♯ S § P ¶ copyright © pounds £ euro € degree °
    checkmark ✓ xmark ✗ cmark ✓ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotsi ⋯ dotso …
    backprime ‵ Vert ‖ vert | backslash \\ textbackslash \\ complement ∁ mho ℧ eth ð qed ∎ blacktriangle ▲
    Bbbk 𝕜 vartriangle △ triangledown ▽ blacktriangledown ▼ blacktriangleleft ◀ blacktriangleright ▶ blacklozenge ⧫
    sphericalangle ∢ circledS Ⓢ circledR ® maltese ✠ yen ¥ Finv Ⅎ Game ⅁ diagup ╱ diagdown ╲ mathellipsis … iddots ⋰
    adots ⋰ dotsx … textellipsis … mathsection § varheartsuit ♡ vardiamondsuit ♢ surd √ lightning ↯ Bot ⫫
    upalpha α upbeta β upgamma γ updelta δ upepsilon ϵ uptheta θ uplambda λ upmu μ upnu ν uppi π uprho ρ upsigma σ
    uptau τ upphi ϕ upchi χ uppsi ψ upomega ω textmu µ textdegree ° textasciitilde ~ textbar | textunderscore _
    textdollar $ textless < textgreater > textasciicircum ^ textquoteright ’ textendash – textemdash —
    grad ∇ gradient ∇ divergence ∇· curl ∇× laplacian ∇² SIUnitSymbolMicro µ SIUnitSymbolDegree °
    SIUnitSymbolCelsius °C SIUnitSymbolOhm Ω SIUnitSymbolAngstrom Å SIUnitSymbolArcminute ′ SIUnitSymbolArcsecond ″
    o ø O Ø ae æ AE Æ oe œ OE Œ aa å AA Å ss ß i ı j ȷ l ł L Ł
    """
)

RELATIONS = _table(
    """
    leq ≤ le ≤ leqslant ⩽ geq ≥ ge ≥ geqslant ⩾ neq ≠ ne ≠ equiv ≡ sim ∼ simeq ≃ approx ≈ approxeq ≊ cong ≅
    doteq ≐ propto ∝ varpropto ∝ ll ≪ gg ≫ lll ⋘ ggg ⋙ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽
    lesssim ≲ gtrsim ≳ lessapprox ⪅ gtrapprox ⪆ lessgtr ≶ gtrless ≷ nleq ≰ ngeq ≱ nless ≮ ngtr ≯
    in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ nsubseteq ⊈ nsupseteq ⊉ subsetneq ⊊ supsetneq ⊋
    subsetneqq ⫋ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ mid ∣ nmid ∤ parallel ∥ nparallel ∦ perp ⊥
    vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ nvdash ⊬ bowtie ⋈ asymp ≍ smile ⌣ frown ⌢ between ≬ therefore ∴
    because ∵ coloneqq ≔ coloneq ≔ eqqcolon ≕ eqcolon ≕ triangleq ≜ triangleleft ◁ triangleright ▷ colon : vcentcolon :
    leftarrow ← gets ← rightarrow → to → leftrightarrow ↔ uparrow ↑ downarrow ↓ updownarrow ↕ Leftarrow ⇐
    Rightarrow ⇒ Leftrightarrow ⇔ Uparrow ⇑ Downarrow ⇓ mapsto ↦ longmapsto ⟼ longleftarrow ⟵ longrightarrow ⟶
    longleftrightarrow ⟷ Longleftarrow ⟸ Longrightarrow ⟹ Longleftrightarrow ⟺ implies ⟹ impliedby ⟸ iff ⟺
    hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼ leftharpoondown ↽
    rightleftharpoons ⇌ leftrightarrows ⇆ rightrightarrows ⇉ leftleftarrows ⇇ twoheadrightarrow ↠ rightarrowtail ↣
    nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ leadsto ⇝ rightsquigarrow ⇝ nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏
    vartriangleleft ⊲ vartriangleright ⊳ trianglelefteq ⊴ trianglerighteq ⊵ ntriangleleft ⋪ ntriangleright ⋫
    precsim ≾ succsim ≿ backsim ∽ backsimeq ⋍ thicksim ∼ thickapprox ≈ eqsim ≂ Doteq ≑ doteqdot ≑ risingdotseq ≓
    fallingdotseq ≒ circeq ≗ bumpeq ≏ Bumpeq ≎ lessdot ⋖ gtrdot ⋗ lesseqgtr ⋚ gtreqless ⋛ leqq ≦ geqq ≧ lneq ⪇ gneq ⪈
    lneqq ≨ gneqq ≩ nsim ≁ ncong ≇ subseteqq ⫅ supseteqq ⫆ Subset ⋐ Supset ⋑ Vvdash ⊪ nvDash ⊭ nVdash ⊮ pitchfork ⋔
    shortmid ∣ shortparallel ∥ upuparrows ⇈ downdownarrows ⇊ leftarrowtail ↢ Lsh ↰ Rsh ↱ looparrowleft ↫
    looparrowright ↬ nprec ⊀ nsucc ⊁ npreceq ⋠ nsucceq ⋡ upharpoonright ↾ upharpoonleft ↿ downharpoonleft ⇃
    downharpoonright ⇂ restriction ↾ upharpoon ↾ Coloneqq ⩴ colonequals ≔ equalscolon ≕ owns ∋ Join ⋈ sqsubsetneq ⋤
    eqcirc ≖ curlyeqprec ⋞ curlyeqsucc ⋟ nLeftarrow ⇍ nLeftrightarrow ⇎ nleftrightarrow ↮ Lleftarrow ⇚ Rrightarrow ⇛
    Updownarrow ⇕ leftrightsquigarrow ↭ dashleftarrow ⇠ rightleftarrows ⇄ leftrightharpoons ⇋ supsetneqq ⫌ lnsim ⋦
    circlearrowleft ↺ circlearrowright ↻ curvearrowright ↷ curvearrowleft ↶ multimap ⊸ dashrightarrow ⇢
    """
)

BINARY = _table(
    """
    dagger † dag † ddagger ‡ ddag ‡ curlyvee ⋎ curlywedge ⋏ leftthreetimes ⋋ rightthreetimes ⋌ circleddash ⊝
    doublebarwedge ⩞ doublecap ⋒ doublecup ⋓ And & fatsemi ⨟ unlhd ⊴ unrhd ⊵ Cdot ·
    pm ± mp ∓ times × div ÷ cdot · centerdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔
    Cap ⋒ Cup ⋓ vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ amalg ⨿ oplus ⊕ ominus ⊖ otimes ⊗
    oslash ⊘ odot ⊙ boxplus ⊞ boxminus ⊟ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ bigcirc ◯ dotplus ∔ veebar ⊻
    vdot · dotproduct · cross × crossproduct ×
    barwedge ⊼ intercal ⊺ divideontimes ⋇ circledast ⊛ circledcirc ⊚ bigtriangleup △ bigtriangledown ▽ rhd ▷ lhd ◁
    """
)

LARGE = _table(
    """
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcap ⋂ bigcup ⋃ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂
    oiint ∯ oiiint ∰ idotsint ∫⋯∫ bigodot ⨀ biguplus ⨄ bigsqcup ⨆ bigtimes ⨉
    """
)

OPENING = _table("lbrace { { { langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖ lbrack [ llbracket ⟦ ulcorner ⌜ lgroup ⟮")

CLOSING = _table("rbrace } } } rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖ rbrack ] rrbracket ⟧ urcorner ⌝ rgroup ⟯")

_FUNCTIONS = """
arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr
sec sin sinh sup tan tanh argmax argmin sech csch Tr tr rank erf Res
"""
FUNCTIONS = {name: name for name in _FUNCTIONS.split()} | {
    "injlim": "inj lim", "projlim": "proj lim", "varinjlim": "inj lim", "varprojlim": "proj lim",
    "varliminf": "liminf", "varlimsup": "limsup", "trace": "tr", "Trace": "Tr", "real": "Re", "imaginary": "Im",
    "principalvalue": "P", "pv": "P",
}  # fmt: skip
"""Functions by the names of their commands; the last ones are another way to write what has a name already."""

ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0305", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "dddot": "\u20db", "acute": "\u0301",
    "grave": "\u0300", "check": "\u030c", "widecheck": "\u030c", "breve": "\u0306", "mathring": "\u030a",
    "underline": "\u0332", "underbar": "\u0332", "overrightarrow": "\u20d7", "overleftarrow": "\u20d6",
    "overleftrightarrow": "\u20e1", "utilde": "\u0330", "cancel": "\u0338", "not": "\u0338",
}  # fmt: skip
"""Marks that combine with the letter before them."""

MARKED = {
    "boxed": "boxed", "fbox": "boxed", "framebox": "boxed", "bcancel": "cancel", "xcancel": "cancel", "sout": "cancel",
    "st": "cancel", "cancel": "cancel", "uline": "underline", "circled": "circled", "textcircled": "circled",
}  # fmt: skip
"""Commands that mark their argument, and the mark's name."""

FONTS = {
    "mathbf": "bold", "bm": "bold", "boldsymbol": "bold", "pmb": "bold", "mathbfit": "bold", "symbf": "bold",
    "mathcal": "script", "mathscr": "bold script", "mathfrak": "fraktur", "mathbb": "double", "Bbb": "double",
    "mathds": "double", "mathbbm": "double", "mathbbmss": "double", "mathsf": "sans", "mathtt": "mono",
    "mathit": "", "mathnormal": "", "mathrm": "upright", "mathup": "upright", "symup": "upright",
}  # fmt: skip
"""Commands that give their argument a font."""

SWITCHES = {
    "bf": "bold", "bfseries": "bold", "boldmath": "bold", "cal": "script", "frak": "fraktur", "rm": "upright",
    "it": "", "sf": "sans", "tt": "mono", "sl": "", "normalfont": "", "itshape": "", "rmfamily": "upright", "mit": "",
    "bb": "double",
}  # fmt: skip
"""Commands that give the rest of their group a font."""

TEXTS = {
    "text": "", "textrm": "", "textit": "", "textbf": "bold", "textsf": "", "texttt": "", "textnormal": "",
    "textup": "", "textsc": "", "mbox": "", "hbox": "", "operatorname": "", "operatornamewithlimits": "", "emph": "",
    "textmd": "", "textsl": "", "intertext": "",
}  # fmt: skip
"""Commands whose argument is words, and the font of the words."""

CLASSED = {
    "mathord": "ord", "mathop": "op", "mathbin": "bin", "mathrel": "rel", "mathopen": "open", "mathclose": "close",
    "mathpunct": "punct", "mathinner": "ord",
}  # fmt: skip
"""Commands that give their argument a class."""

_IGNORED = """
displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm
biggl biggr biggm Biggl Biggr Biggm centering protect relax allowbreak nobreak strut mathstrut hfill hfil hline cr
small footnotesize scriptsize tiny normalsize large Large LARGE huge Huge selectfont unboldmath noindent ignorespaces
endgroup begingroup bgroup egroup null leavevmode par unskip nolinebreak linebreak newline displaybreak upshape
mdseries scshape sffamily ttfamily penalty smallskip medskip bigskip / mathpalette toprule midrule bottomrule
"""
IGNORED = frozenset(_IGNORED.split())
"""Commands that only affect appearance."""

DROPPED = _counted(
    "arraystretch",
    """
    label tag hspace vspace phantom hphantom vphantom color cite ref eqref pagecolor cline cmidrule rowcolor
    cellcolor columncolor mathcolor bookmark arrayrulecolor raisetag shortintertext
    """,
    "rule setlength addtolength hypertarget fontsize",
)
"""Commands that are dropped with this number of arguments."""

LENGTHS = frozenset(
    ("hskip", "vskip", "kern", "mkern", "mskip", "mspace", "hglue", "vglue", "moveleft", "moveright", "lower", "raise")
)
"""Commands that are followed by a length, with or without braces."""

WRAPPERS = _counted(
    """
    ensuremath vcenter smash mathclap mathllap mathrlap clap llap rlap makebox lx@text mathgroup hbox@
    mathsurround displaylines tensor vbox vtop reflectbox
    """,
    "textcolor scalebox rotatebox raisebox colorbox parbox href hyperlink adjustbox",
    "resizebox fcolorbox",
)
"""Commands whose last argument is kept, and the number of arguments before it."""

ARROWS = _table(
    """
    xrightarrow → xleftarrow ← xmapsto ↦ xLeftarrow ⇐ xRightarrow ⇒ xleftrightarrow ↔ xLeftrightarrow ⇔
    xhookrightarrow ↪ xhookleftarrow ↩ xrightharpoonup ⇀ xrightharpoondown ⇁ xrightleftharpoons ⇌ xlongequal =
    xtwoheadrightarrow ↠ xlongrightarrow ⟶
    """
)
"""Arrows with labels above and below."""

WITH_LIMITS = frozenset(
    [*"∑∏∐⋂⋃⋁⋀⨁⨂⨀⨄⨆⨉", "lim", "max", "min", "sup", "inf", "limsup", "liminf", "argmax", "argmin", "det", "gcd", "Pr",
     "arg max", "arg min", "plim", "colim", "inj lim", "proj lim"]
)  # fmt: skip
"""Operators whose scripts are limits."""

NEGATED = dict(zip("=∈∋<>≤≥∼≃≈≡⊂⊃⊆⊇∣∥⊢⊨∃≺≻", "≠∉∌≮≯≰≱≁≄≉≢⊄⊅⊈⊉∤∦⊬⊭∄⊀⊁", strict=True))
"""What is negated, and the sign for it."""

SPACES = {
    ":": " ", ";": " ", "!": "", " ": " ", "quad": "  ", "qquad": "    ", "enspace": " ", "medspace": " ",
    "thickspace": " ", "negthinspace": "", "enskip": " ", ">": " ",
}  # fmt: skip

THIN_SPACES = frozenset((",", "thinspace"))
"""Spaces that are drawn only between letters, such as those before a unit."""


def _letters(start: int, digits: int = 0, others: str = "") -> dict[int, str]:
    """A font's letters and digits from where they start in Unicode; `others` are letters that stand elsewhere."""
    table = {ord(letter): chr(start + at) for at, letter in enumerate(ascii_uppercase + ascii_lowercase)}
    table |= {ord("0") + at: chr(digits + at) for at in range(10) if digits}
    return table | {ord(plain): styled for plain, styled in zip(others[::2], others[1::2], strict=True)}


_GREEK = "".join(map(chr, (*range(0x391, 0x3AA), 0x2207, *range(0x3B1, 0x3CA)))) + "∂ϵϑϰϕϱϖ"
_BY_FONT: dict[str, dict[int, str]] = {
    "upright": {},
    "italic": _letters(0x1D434, others="hℎ"),
    "bold": _letters(0x1D400, 0x1D7CE) | {ord(letter): chr(0x1D6A8 + at) for at, letter in enumerate(_GREEK)},
    "script": _letters(0x1D49C, others="BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ"),
    "bold script": _letters(0x1D4D0),
    "fraktur": _letters(0x1D504, others="CℭHℌIℑRℜZℨ"),
    "double": _letters(0x1D538, 0x1D7D8, "CℂHℍNℕPℙQℚRℝZℤ"),
    "sans": _letters(0x1D5A0, 0x1D7E2),
    "mono": _letters(0x1D670, 0x1D7F6),
}


def in_font(text: str, font: str) -> str:
    """A text in one of the fonts of `FONTS`; letters that Unicode does not have in it stay as they are."""
    return text.translate(_BY_FONT[font]) if font else text


FRACTIONS = {"12": "½", "13": "⅓", "23": "⅔", "14": "¼", "34": "¾", "15": "⅕", "16": "⅙", "18": "⅛"}


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

_CD_ARROW = re.compile(r"@([<>AV])(.{0,80}?)\1(.{0,80}?)\1|@([=|.])", re.DOTALL)
_CD_WAYS = {">": "r", "=": "r", "<": "l", "V": "d", "|": "d", "A": "u"}
_ARROW_COMMAND = re.compile(
    r"\\a(?:r|rrow)(?:@\{[^}]{0,40}\}|@\S{1,40}?(?=\[))?\[([^\[\]]{0,200})\]"
    r"(?:\s{0,9}[\^_|]\s{0,9}(\{[^{}]{0,80}\}|\\?[A-Za-z]{1,40}|.)){0,3}"
)
_DIRECTION = re.compile(r"(?:^|,)\s*([lrud]+)\s*(?=,|$)")
_QUOTED = re.compile(r'"([^"]*)"')
_ROW_END = re.compile(r"\\\\(?:\[[^\]]{0,40}\])?")
_MOST_ARROWS, _LONGEST_OBJECT = 100, 120
"""Arrows of a diagram that are listed, and letters of an object, which is written for each of its arrows."""


def diagram(kind: str, tex: str) -> str:
    r"""The arrows of a commutative diagram, `A \xrightarrow{f} B` and so on, then its objects without arrows."""
    rows = _ROW_END.split(tex)
    cells = _cd_cells(rows) if kind == "CD" else [row.split("&") for row in rows]
    objects = {
        (row, column): name if len(name := _ARROW_COMMAND.sub("", cell).strip()) <= _LONGEST_OBJECT else r"\cdots"
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
    }
    shown, used = list[str](), set[tuple[int, int]]()
    for (row, column), start in objects.items():
        for arrow in islice(_ARROW_COMMAND.finditer(cells[row][column]), max(0, _MOST_ARROWS - len(shown))):
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
