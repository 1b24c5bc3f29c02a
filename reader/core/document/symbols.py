"""TeX's symbols by name, in the classes that decide the space around them.

Commands of packages such as physics, siunitx or mhchem are left out, because arXiv's pages also have such formulas as
MathML.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _argument_counts(*names: str) -> dict[str, int]:
    """The number of arguments of commands: the first names have none, the second names one, and so on."""
    return {name: count for count, text in enumerate(names) for name in text.split()}


ORDINARY = _table(
    """
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ
    lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ
    chi χ psi ψ omega ω digamma ϝ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    varGamma Γ varDelta Δ varTheta Θ varLambda Λ varXi Ξ varPi Π varSigma Σ varUpsilon Υ varPhi Φ varPsi Ψ varOmega Ω
    aleph ℵ beth ℶ hbar ħ hslash ℏ ell ℓ wp ℘ Re ℜ Im ℑ imath ı jmath ȷ partial ∂ nabla ∇ infty ∞
    emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ triangle △
    square □ Box □ blacksquare ■ diamond ⋄ Diamond ◇ lozenge ◊ bigstar ★ spadesuit ♠ heartsuit ♥ diamondsuit ♦
    clubsuit ♣ flat ♭ natural ♮ sharp ♯ S § P ¶ copyright © pounds £ euro € degree ° checkmark ✓ surd √
    dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotsi ⋯ dotso … textellipsis …
    Vert ‖ vert | backslash \\ textbackslash \\ complement ∁ mho ℧ qed ∎ textmu µ textdegree ° textasciitilde ~
    textbar | textunderscore _ textdollar $ textless < textgreater > textasciicircum ^ textquoteright ’ textendash –
    textemdash — o ø O Ø ae æ AE Æ oe œ OE Œ aa å AA Å ss ß i ı j ȷ l ł L Ł
    """
)

RELATIONS = _table(
    """
    leq ≤ le ≤ leqslant ⩽ geq ≥ ge ≥ geqslant ⩾ neq ≠ ne ≠ equiv ≡ sim ∼ simeq ≃ approx ≈ approxeq ≊ cong ≅
    doteq ≐ propto ∝ varpropto ∝ ll ≪ gg ≫ lll ⋘ ggg ⋙ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽
    lesssim ≲ gtrsim ≳ lessapprox ⪅ gtrapprox ⪆ nleq ≰ ngeq ≱ nless ≮ ngtr ≯ leqq ≦ geqq ≧
    in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ nsubseteq ⊈ nsupseteq ⊉ subsetneq ⊊ supsetneq ⊋
    subseteqq ⫅ subsetneqq ⫋ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ mid ∣ nmid ∤ parallel ∥ nparallel ∦
    perp ⊥ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ nvdash ⊬ bowtie ⋈ asymp ≍ therefore ∴ because ∵
    coloneqq ≔ coloneq ≔ eqqcolon ≕ triangleq ≜ triangleleft ◁ triangleright ▷ colon : vcentcolon :
    trianglelefteq ⊴ trianglerighteq ⊵ restriction ↾ upharpoonright ↾ multimap ⊸
    leftarrow ← gets ← rightarrow → to → leftrightarrow ↔ uparrow ↑ downarrow ↓ updownarrow ↕ Leftarrow ⇐
    Rightarrow ⇒ Leftrightarrow ⇔ Uparrow ⇑ Downarrow ⇓ mapsto ↦ longmapsto ⟼ longleftarrow ⟵ longrightarrow ⟶
    longleftrightarrow ⟷ Longleftarrow ⟸ Longrightarrow ⟹ Longleftrightarrow ⟺ implies ⟹ impliedby ⟸ iff ⟺
    hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ leftharpoonup ↼ rightleftharpoons ⇌ leftrightarrows ⇆
    rightrightarrows ⇉ twoheadrightarrow ↠ rightarrowtail ↣ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ leadsto ⇝
    rightsquigarrow ⇝ nrightarrow ↛ dashrightarrow ⇢
    """
)

BINARY = _table(
    """
    pm ± mp ∓ times × div ÷ cdot · centerdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔
    vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ amalg ⨿ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙
    boxplus ⊞ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ bigcirc ◯ circledast ⊛ circledcirc ⊚ veebar ⊻ barwedge ⊼
    intercal ⊺ bigtriangleup △ bigtriangledown ▽ rhd ▷ lhd ◁ dagger † dag † ddagger ‡ ddag ‡
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
    "varliminf": "liminf", "varlimsup": "limsup",
}  # fmt: skip
"""Function names by command; the last commands are variants of others."""

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

DROPPED = _argument_counts(
    "arraystretch",
    """
    label tag vspace phantom hphantom vphantom color cite ref eqref pagecolor cline cmidrule rowcolor
    cellcolor columncolor mathcolor bookmark arrayrulecolor raisetag shortintertext
    """,
    "rule setlength addtolength hypertarget fontsize",
)
"""Commands that are dropped with this number of arguments."""

_NAMES_OF_LENGTHS = "hskip hspace vskip kern mkern mskip mspace hglue vglue moveleft moveright lower raise"
LENGTHS = frozenset(_NAMES_OF_LENGTHS.split())
"""Commands that are followed by a length, with or without braces."""

WRAPPERS = _argument_counts(
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
"""Signs and their negated forms."""

SPACES = {
    ":": " ", ";": " ", "!": "", " ": " ", "quad": "  ", "qquad": "    ", "enspace": " ", "medspace": " ",
    "thickspace": " ", "negthinspace": "", "enskip": " ", ">": " ",
}  # fmt: skip

THIN_SPACES = frozenset((",", "thinspace"))
"""Spaces that are drawn only between letters, such as before a unit."""


def _letters(start: int, digits: int = 0, others: str = "") -> dict[int, str]:
    """A font's letters and digits by their first code points; `others` are letters at other code points."""
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

PLAIN_LETTERS = {ord(styled): chr(plain) for table in _BY_FONT.values() for plain, styled in table.items()}
"""Letters of fonts as plain letters, for terminals without these fonts."""


def in_font(text: str, font: str) -> str:
    """A text in one of the fonts of `FONTS`; letters that Unicode lacks in the font stay plain."""
    return text.translate(_BY_FONT[font]) if font else text


FRACTIONS = {"12": "½", "13": "⅓", "23": "⅔", "14": "¼", "34": "¾", "15": "⅕", "16": "⅙", "18": "⅛"}
