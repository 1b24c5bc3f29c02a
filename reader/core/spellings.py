"""Other spellings of a searched word, phrase or keyword, for queries, marked matches, grep and follows.

A compound is written as one word, with a dash or as two words: `pretraining`, `pre-training`, `pre training`. A typed
dash joins any two words. Without one, only known compounds are split and joined: those that begin with a prefix such as
`pre`, and those of `compounds.txt`, a line for the first part and what follows it. British and American endings, Greek
letters and their names, subscript and plain digits are alternative letters of one word. Between quotes, the sign `=`
before the words asks for this spelling alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

from reader.core.keywords import ABBREVIATIONS, key, normal

COMPOUNDS = Path(__file__).with_name("compounds.txt")

VERSION = "1"
"""Raised whenever words get more spellings, so that earlier results are looked up again."""

EXACT = "="
"""The sign before quoted words that must be spelled exactly so."""

MOST = 16
"""Maximum spellings of a phrase besides the typed one."""

MOST_JOINTS = 3
"""Up to this many joints, each is written both ways; beyond it, all are joined or all are apart."""

SHORTEST_REST = 4
"""Minimum letters after a prefix in a compound, so that `poster` is not `post er`."""

SHORTEST_NAME = 4
"""Minimum letters of a Greek letter's name to also match longer words: many begin with `pi`."""

SHORTEST_BEGINNING = 3
"""Minimum letters after the first part of a listed compound to split it while it is typed."""

_PREFIXES = """
pre post mid multi semi non anti hyper inter intra meta micro macro mini mono neuro omni pseudo quasi self cross sub
super tele ultra spatio auto photo geo bio counter nano electro thermo hydro opto psycho socio
"""
PREFIXES = frozenset(_PREFIXES.split())
"""Words that begin a compound with any other word; exceptions are in the file."""

_ORDINARY = re.compile(
    "auto(?:mat|nom|graph)|bio(?:log|graph|metr)|counter(?:part|s|ed|ing)|cross(?:es|ed|ing|word|over)|geo(?:graph|metr|log)"
    "|hyper(?:bol)|inter(?:act|cept|chang|connect|dict|est|fac|fer|im|ior|leav|med|mitt|nal|nation|net|nship|pers|play"
    "|pol|pret|rog|rupt|sect|val|ven|view|weav)|meta(?:bol|phor|ll)|micro(?:soft|scop|phon)|mini(?:m|st|at)|mono(?:ton|pol)"
    "|multi(?:pl|tud)|photo(?:graph)|post(?:er|ul|pon|al|ur)|pre(?:ced|cis|cious|decess|dict|dom|fer|fix|limin|mis|par"
    "|pos|sci|scri|sent|serv|ssur|sum|tend|tty|vail|vent|view|vious)|sub(?:ject|mi|sequen|set|stan|stit|stra|tl|tract|scri"
    "|side|sidi|urb|sum)|super(?:fic|io|pos|vis|sed)|tele(?:gra|phon|scop|vis)|ultra(?:soun)|anti(?:cip|q)|non(?:e)"
)
"""Beginnings of common words that only look like compounds: searching for `inter action` is costly and useless."""

_TOKEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_DASH = re.compile(r"[-\u2010-\u2015\u2212\u00ad]+\s*")
_NUMBERED = re.compile(r"([^\W\d_]{3,})(\d[^\W_]{0,3})")
_DIMENSION = re.compile(r"([2-4])(d)")
_INFLECTED = ("s", "es", "d", "ed", "ing", "er", "ers", "ly")

_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_NAMED_SO = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi
omega
"""
_NAMES = dict(zip(_GREEK, _NAMED_SO.split(), strict=True))
_LETTERS = {name: letter for letter, name in _NAMES.items()}
_RUNS = re.compile(f"[{_GREEK}]|[^{_GREEK}]+")
_GREEK_WORD = re.compile("[\u0370-\u03ff\u1f00-\u1fff]{2,}")
_NAMED = re.compile(rf"({'|'.join(_LETTERS)})(\d+)")

_SMALL_WORDS = "a an and as at by in of on or the to"
_SMALL = frozenset(_SMALL_WORDS.split())

_PLAIN_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_FORMULA = re.compile(r"(?:[a-z]{1,4}\d{1,2}){1,4}[a-z]{0,4}")

_ALWAYS_S = re.compile(
    r"\w*(?:[vwoau]|exerc|prec|conc|exc|circumc|prom|prem|dem|compr|surpr|enterpr|repr|desp|ert|eat|ch|and|rad"
    r"|\b(?:sun|moon|a)r|\b(?:re|over|down|up|max|min|step|batch|mid)s)i[sz](?:e[drs]?|ers|ings?|a\w*)"
)
"""Words such as `supervise`, `precise`, `noise` and `resize`, which have one spelling."""

_OUR = "arb|arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|rig|rum|sav|tum|vap|vig"
_L = (
    "bevel|cancel|channel|counsel|dial|equal|fuel|funnel|initial|label|level|libel|marshal|marvel|model|panel|parcel"
    "|pedal|pencil|quarrel|rival|shovel|signal|spiral|stencil|swivel|total|travel|tunnel|unravel"
)
_ENGLISH = tuple(
    (re.compile(pattern), american, british)
    for pattern, american, british in (
        (
            r"(\w{2,}[^\W\d_]i)[sz](e|ed|es|er|ers|in|ing|ings|able|a|at|ati|atio|ation|ations|ational)",
            r"\1z\2",
            r"\1s\2",
        ),
        (r"(\w*(?:anal|paral|catal|hydrol)y)[sz](e|ed|er|ers|in|ing)", r"\1z\2", r"\1s\2"),
        (rf"((?:mis|dis|multi|mono|re|un)?(?:{_OUR}))ou?r(?!at|ou|ar|ch|ig)(\w*)", r"\1or\2", r"\1our\2"),
        (rf"(\w*(?:{_L}))l?(i|in|ing|ings|e|ed|er|ers)", r"\1\2", r"\1l\2"),
        (
            r"((?:epi|hyper|multi|non)?cent|(?:kilo|milli|centi|nano|micro)?met|theat|lit|fib|calib)(?:re|er)(s?)",
            r"\1er\2",
            r"\1re\2",
        ),
        (r"(\w*cent)e?r(ed|ing)", r"\1er\2", r"\1r\2"),
        (r"(catal|dial|anal|monol|epil)og(?:ue)?(s?)", r"\1og\2", r"\1ogue\2"),
        (r"(def|off|pret|lic)en[cs]e(\w?)", r"\1ense\2", r"\1ence\2"),
        (r"gr[ae]y(\w*)", r"gray\1", r"grey\1"),
        (r"art[ei]fact(\w*)", r"artifact\1", r"artefact\1"),
        (r"program(?:me)?(s?)", r"program\1", r"programme\1"),
        (r"age?ing", "aging", "ageing"),
        (r"(acknowledg|judg)e?ment(s?)", r"\1ment\2", r"\1ement\2"),
    )
)
"""Words with a British and an American spelling: a pattern, and both forms."""

_APART, _JOINT, _AND = range(3)
"""What may be between two words of a phrase: only a space; also nothing; also `and`."""


class Spelling(NamedTuple):
    """One spelling of a phrase."""

    text: str
    is_whole: bool
    """Whether the last word must be whole; otherwise longer ones match, too."""


def spellings(text: str, exact: bool) -> tuple[Spelling, ...]:
    """The spellings of a word or phrase, the typed one first; the last word is whole if `exact`."""
    if text.startswith(EXACT) and exact:
        return (Spelling(text.removeprefix(EXACT), True),)
    return _spellings(text, exact)


def typed_spellings(word: str) -> tuple[Spelling, ...]:
    """The spellings of a word as typed in a query, maybe in quotes."""
    exact = len(word) > 1 and word.startswith('"') and word.endswith('"')
    return spellings(word[1:-1] if exact else word, exact)


def keyword_spellings(keyword: str, exact: bool) -> tuple[Spelling, ...]:
    """The spellings of a keyword, including plurals and abbreviations: each spelling contains one of them.

    `llms` also gives `llm` and `large language model`. Only an `exact` search needs plurals: any other search finds all
    words that begin with the phrase.
    """
    if keyword.startswith(EXACT) and exact:
        return spellings(keyword, exact)
    found = [keyword]
    same = key(keyword)
    for singular in filter(None, (normal(keyword), same, ABBREVIATIONS.get(same))):
        found += [singular, *_plurals(singular, exact)]
    every = dict.fromkeys(one for form in found for one in spellings(form.casefold(), exact))
    return tuple(every)[: 2 * MOST]


def joined(first: str, second: str) -> tuple[str, ...]:
    """Two words joined, if they are a known compound: `pretraining`."""
    one, other = first.lower(), second.lower()
    if not (one.isalnum() and other.isalnum() and (_is_signed(one, other) or _belong(one, other, exact=False))):
        return ()
    return tuple(form for form, _ in _spellings(f"{one}-{other}", False)[1:] if form.isalnum())


def with_joined(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Each typed word, with its known compounds with the word before or after, which also match."""
    found: list[tuple[str, ...]] = [(word,) for word in words]
    for at, (first, second) in enumerate(pairwise(words)):
        made = joined(first, second)
        found[at], found[at + 1] = (*found[at], *made), (*found[at + 1], *made)
    return found


def _plurals(singular: str, exact: bool) -> Iterator[str]:
    if len(singular) > 3 and singular.endswith("y"):
        yield f"{singular[:-1]}ies"
    elif exact:
        yield singular + ("es" if singular.endswith(("s", "x", "sh", "ch", "z")) else "s")


@lru_cache(512)
def _spellings(text: str, exact: bool) -> tuple[Spelling, ...]:
    plain = unicodedata.normalize("NFC", text).lower()
    # A final sign makes the word whole, as in `c++`.
    exact = exact or not (plain[-1:].isalnum() or unicodedata.combining(plain[-1:] or " "))
    parts, between = _parts(plain, exact)
    if not parts:
        return (Spelling(text, exact),)
    found: dict[Spelling, None] = {}
    for letters in _in_letters(parts):
        for words in _written(letters, between):
            is_whole = exact or _is_whole(words, letters[-1], parts)
            found[Spelling(" ".join(words), is_whole)] = None
            found |= dict.fromkeys(Spelling(" ".join(formula), is_whole) for formula in _with_scripts(words))
    words = _TOKEN.findall(plain)
    typed = Spelling(text, exact or _is_dimension(words, parts))
    # The index has no signs between words: the typed spelling uses its words.
    others = (one for one in list(found)[:MOST] if one != (" ".join(words), typed.is_whole))
    return (typed, *others)


def _parts(text: str, exact: bool) -> tuple[list[str], list[int]]:
    """The smallest words of a text in lower case, and what may be between them."""
    parts: list[str] = []
    between: list[int] = []
    words = list(_TOKEN.finditer(text))
    for number, word in enumerate(words):
        is_whole = exact or word is not words[-1]
        split = _split(word[0], is_whole)
        if number:
            gap = text[words[number - 1].end() : word.start()]
            between.append(_between(gap, parts[-1], split[0], is_whole))
        parts += split
        between += [_JOINT] * (len(split) - 1)
    return _without_and(parts, between)


def _between(gap: str, one: str, other: str, exact: bool) -> int:
    if "&" in gap:
        return _AND
    if _DASH.fullmatch(gap):
        # Numbers of a date or range are not a word.
        return _APART if one.isdigit() and other.isdigit() else _JOINT
    return _JOINT if gap.isspace() and (_is_signed(one, other) or _belong(one, other, exact)) else _APART


def _is_signed(one: str, other: str) -> bool:
    """Whether two words are a letter with a word, or a word with a number: `beta vae`, `gpt 4`, `3 d`."""
    if one in _NAMES or one in _LETTERS or _DIMENSION.fullmatch(one + other):
        return True
    return other[:1].isdigit() and _NUMBERED.fullmatch(one + other) is not None


def _without_and(parts: list[str], between: list[int]) -> tuple[list[str], list[int]]:
    """The same with `r and d` as `r & d`; between longer words, `and` makes a different phrase."""
    for at in range(len(parts) - 2, 0, -1):
        if parts[at] == "and" and len(parts[at - 1]) <= 2 and len(parts[at + 1]) <= 2:
            del parts[at]
            between[at - 1 : at + 1] = [_AND]
    return parts, between


def _split(word: str, exact: bool) -> list[str]:
    """The parts of a compound written as one word; otherwise the word alone."""
    if any(map(str.isalpha, word)):
        word = word.translate(_PLAIN_DIGITS)
    if not word.isascii():
        return [word] if _GREEK_WORD.fullmatch(word) else _RUNS.findall(word)
    if found := _NAMED.fullmatch(word) or _NUMBERED.fullmatch(word) or _DIMENSION.fullmatch(word):
        return [*_split(found[1], exact=True), found[2]]
    if len(word) < 2 + SHORTEST_REST or not word.isalpha():
        return [word]
    if word in _compounds().phrases:
        return _compounds().phrases[word]
    for at in range(len(word) - 2, 1, -1):
        if _belong(word[:at], word[at:], exact):
            return [*_split(word[:at], exact=True), *_split(word[at:], exact)]
    return [word]


def _belong(one: str, other: str, exact: bool) -> bool:
    """Whether two words make a known compound; the second may be incomplete unless `exact`."""
    if one in PREFIXES and len(other) >= SHORTEST_REST and other.isalpha() and not _ORDINARY.match(one + other):
        return True
    known = _compounds().rests.get(one)
    if known is None:
        return False
    other = _letters(other)[0]
    return (
        other in known
        or any(other.startswith(rest) and other[len(rest) :] in _INFLECTED for rest in known if len(rest) >= 4)
        or (not exact and len(other) >= SHORTEST_BEGINNING and any(rest.startswith(other) for rest in known))
    )


class _Compounds(NamedTuple):
    rests: dict[str, frozenset[str]]
    """What follows a first part."""
    phrases: dict[str, list[str]]
    """Compounds of more than two parts, such as `endtoend`."""


@lru_cache(1)
def _compounds() -> _Compounds:
    lines = COMPOUNDS.read_text("utf-8").splitlines()
    rests = {first: frozenset(rest) for first, *rest in map(str.split, lines) if rest}
    return _Compounds(rests, {line.replace("-", ""): line.split("-") for line in lines if "-" in line})


def _in_letters(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The parts in all alternative letters; with very many parts, only in the first letters and in the others."""
    ways = [_letters(part) for part in parts]
    if sum(len(way) > 1 for way in ways) <= 2:
        yield from product(*ways)
    else:
        yield [way[0] for way in ways]
        yield [way[-1] for way in ways]


def _letters(part: str) -> tuple[str, ...]:
    if name := _NAMES.get(part) or (part if part in _LETTERS else None):
        return name, _LETTERS[name]
    if not part.isascii():
        return (part,)
    american = british = part
    for pattern, one, other in _ENGLISH:
        if pattern.fullmatch(part) and not (one == r"\1z\2" and _ALWAYS_S.fullmatch(part)):
            american, british = pattern.sub(one, american), pattern.sub(other, british)
    return tuple(dict.fromkeys((american, british)))


def _written(parts: Sequence[str], between: Sequence[int]) -> Iterator[list[str]]:
    free = sum(kind != _APART for kind in between)
    # Nobody writes `end toend`.
    if free <= MOST_JOINTS and _SMALL.isdisjoint(parts):
        ways = list(product(*((" ",) if kind == _APART else _GAPS[kind] for kind in between)))
    else:
        ways = [tuple(_GAPS[kind][side] for kind in between) for side in (0, 1)]
    for gaps in ways:
        yield "".join(part + gap for part, gap in zip(parts, (*gaps, ""), strict=True)).split()


_GAPS = {_APART: (" ", " "), _JOINT: (" ", ""), _AND: (" ", " and ")}


def _with_scripts(words: Sequence[str]) -> Iterator[list[str]]:
    """The words with subscript and superscript digits, where possible."""
    if any(map(_FORMULA.fullmatch, words)):
        for table in (_LOWERED, _RAISED):
            yield [word.translate(table) if _FORMULA.fullmatch(word) else word for word in words]


def _is_whole(words: Sequence[str], letters: str, parts: Sequence[str]) -> bool:
    """Whether the last word must be whole: the prefixes `3 d`, or `pi` for `π`, would match half of all papers."""
    is_named = letters != parts[-1] and (letters in _NAMES or (letters in _LETTERS and len(letters) < SHORTEST_NAME))
    return (is_named and words[-1] == letters) or _is_dimension(words, parts)


def _is_dimension(words: Sequence[str], parts: Sequence[str]) -> bool:
    return words[-1:] == parts[-1:] and _DIMENSION.fullmatch("".join(parts[-2:])) is not None
