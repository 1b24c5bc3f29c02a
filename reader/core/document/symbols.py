"""TeX's symbols by name, in the classes that decide the space around them."""

from __future__ import annotations


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


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
    clubsuit ♣ flat ♭ natural ♮ sharp ♯ dagger † dag † ddagger ‡ ddag ‡ S § P ¶ copyright © pounds £ euro € degree °
    checkmark ✓ xmark ✗ cmark ✓ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ dotsm ⋯ dotsi ⋯ dotso …
    prime ′ backprime ‵ Vert ‖ vert | backslash \\ textbackslash \\ complement ∁ mho ℧ eth ð qed ∎ blacktriangle ▲
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
    circlearrowleft ↺ circlearrowright ↻ curvearrowright ↷ curvearrowleft ↶ multimap ⊸ dashrightarrow ⇢
    """
)

BINARY = _table(
    """
    pm ± mp ∓ times × div ÷ cdot · centerdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔
    Cap ⋒ Cup ⋓ vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ amalg ⨿ oplus ⊕ ominus ⊖ otimes ⊗
    oslash ⊘ odot ⊙ boxplus ⊞ boxminus ⊟ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ bigcirc ◯ dotplus ∔ veebar ⊻
    barwedge ⊼ intercal ⊺ divideontimes ⋇ circledast ⊛ circledcirc ⊚ bigtriangleup △ bigtriangledown ▽ rhd ▷ lhd ◁
    """
)

LARGE = _table(
    """
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcap ⋂ bigcup ⋃ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂
    bigodot ⨀ biguplus ⨄ bigsqcup ⨆ bigtimes ⨉
    """
)

OPENING = _table("lbrace { { { langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖ lbrack [ llbracket ⟦ ulcorner ⌜ lgroup ⟮")

CLOSING = _table("rbrace } } } rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖ rbrack ] rrbracket ⟧ urcorner ⌝ rgroup ⟯")

FUNCTIONS = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "hom",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "Pr",
        "sec",
        "sin",
        "sinh",
        "sup",
        "tan",
        "tanh",
        "argmax",
        "argmin",
    ]
)

ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0305", "tilde": "\u0303",
    "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "acute": "\u0301", "grave": "\u0300",
    "check": "\u030c", "breve": "\u0306", "mathring": "\u030a", "underline": "\u0332", "underbar": "\u0332",
    "overrightarrow": "\u20d7",
}  # fmt: skip
"""Marks that combine with the letter before them."""

FONTS = frozenset(
    [
        "mathbf",
        "mathit",
        "mathsf",
        "mathtt",
        "mathcal",
        "mathscr",
        "mathfrak",
        "mathnormal",
        "bm",
        "boldsymbol",
        "pmb",
        "mathds",
        "mathbbm",
        "mathbbmss",
        "bf",
        "cal",
        "mathord",
        "mathop",
        "mathbin",
        "mathrel",
        "mathopen",
        "mathclose",
        "mathpunct",
        "mathinner",
        "ensuremath",
        "vcenter",
        "hbox",
        "smash",
    ]
)
"""Commands whose argument stays as it is: many terminals' fonts lack mathematical letters."""

TEXTS = frozenset(
    [
        "text",
        "textrm",
        "textit",
        "textbf",
        "textsf",
        "texttt",
        "textnormal",
        "textup",
        "textsc",
        "mathrm",
        "mbox",
        "operatorname",
        "emph",
        "textmd",
    ]
)
"""Commands whose argument is words."""

IGNORED = frozenset(
    [
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "scriptscriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "notag",
        "left",
        "right",
        "middle",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "bigm",
        "Bigl",
        "Bigr",
        "Bigm",
        "biggl",
        "biggr",
        "biggm",
        "Biggl",
        "Biggr",
        "Biggm",
        "rm",
        "it",
        "sf",
        "tt",
        "sl",
        "normalfont",
        "boldmath",
        "centering",
        "protect",
        "relax",
        "allowbreak",
        "nobreak",
        "strut",
        "mathstrut",
        "hfill",
        "hline",
        "cr",
        "small",
        "footnotesize",
        "scriptsize",
        "tiny",
        "normalsize",
        "large",
        "Large",
        "mathcolor",
        "selectfont",
        "bfseries",
        "itshape",
        "rmfamily",
    ]
)

DROPPED = frozenset(
    [
        "label",
        "tag",
        "hspace",
        "vspace",
        "hskip",
        "phantom",
        "hphantom",
        "vphantom",
        "color",
        "rule",
        "raisebox",
        "kern",
        "mspace",
        "cite",
        "ref",
        "eqref",
    ]
)
"""Commands that go together with their argument."""

SPACES = {",": "", ":": " ", ";": " ", "!": "", " ": " ", "quad": "  ", "qquad": "    ", "thinspace": "",
          "enspace": " ", "medspace": " ", "thickspace": " ", "negthinspace": "", "enskip": " ", ">": " "}  # fmt: skip

DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))

FRACTIONS = {"12": "½", "13": "⅓", "23": "⅔", "14": "¼", "34": "¾", "15": "⅕", "16": "⅙", "18": "⅛"}
