"""Words in the form of the full-text index, so that each spelling of a word finds all its other spellings.

`index_text` folds the spelling of a text, and adds each hyphenated word as one word; FTS5 then makes stems of the words
(its `porter` tokenizer). Queries and marked matches go through the same functions. Letters are folded by rule, not by
a table of words: British endings, Greek letters, raised and lowered digits. Rules that change a word which has one
spelling (`size` becomes `sise`) do no harm, because they change it everywhere.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise
from typing import NamedTuple

from reader.core.text import split_words

_STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do"
    " does doing during each few for from further had has have having he her here hers him his how i if in into is it"
    " its itself just me more most my no nor not of off on once only or other our out over own same she should so some"
    " such than that the their them then there these they this those through to too under until up very was we were"
    " what when where which while who whom why will with within without would you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_COMPOUND = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
_TWO = re.compile(r"(?<![^\W_])([^\W\d_]{3,})2([^\W\d_]{3,})(?![^\W_])")
_TOKEN = re.compile(r"[^\W_]+")

MAX_PARTS = 6
"""Maximum parts of a hyphenated word that is indexed as one word; longer ones are lists."""

_BRITISH_ENDINGS = (
    "ization/isation ize/ise izing/ising izab/isab yze/yse yzing/ysing aviour/avior colour/color avour/avor"
    " eighbour/eighbor abour/abor armour/armor umour/umor apour/apor igour/igor onour/onor arbour/arbor odour/odor"
    " centred/centered centring/centering centre/center metre/meter theatre/theater fibre/fiber litre/liter"
    " calibre/caliber logue/log defence/defense offence/offense licence/license pretence/pretense grey/gray"
    " artefact/artifact ageing/aging dgement/dgment programmes/programs"
    " odelling/odeling odelled/odeled abelling/abeling abelled/abeled ancelling/anceling ancelled/anceled"
    " avelling/aveling avelled/aveled ignalling/ignaling ignalled/ignaled"
)
_ENDING_PARTS = ("iz", "yz", "our", "tr", "logue", "ence", "elled", "elling", "alled", "alling")
_BRITISH: dict[str, list[tuple[str, str]]] = {}
"""The endings to replace by a part that they share: most texts lack most parts, so few endings are looked for."""
for _pair in _BRITISH_ENDINGS.split():
    _british, _, _american = _pair.partition("/")
    _part = next((part for part in _ENDING_PARTS if part in _british), _british)
    _BRITISH.setdefault(_part, []).append((_british, _american))
_PROGRAMME = re.compile(r"\bprogramme\b")

_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi"
    " psi omega"
)
_NAMES = _GREEK_NAMES.split()
_LETTER_NAMES = dict(zip(_GREEK, _NAMES, strict=True))
_LETTERS = str.maketrans("ςϐϑϕϖϰϱϵµ₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "σβθφπκρεμ01234567890123456789") | _DASHES
_LONE_GREEK = re.compile(f"(?<![\u0370-\u03ff\u1f00-\u1fff])[{_GREEK}](?![\u0370-\u03ff\u1f00-\u1fff])")


def normalize_spelling(text: str) -> str:
    """The text in lower case and in one spelling: American but for `-ise`, with names for single Greek letters.

    `-ise` is chosen because the stemmer takes `-ize` for an ending: `generalization` would be one word with `general`,
    `generative` and `generation`.
    """
    text = text.lower()
    if not text.isascii():
        text = text.translate(_LETTERS)
        text = _LONE_GREEK.sub(lambda letter: _LETTER_NAMES[letter[0]], text)
    for part, endings in _BRITISH.items():
        if part in text:
            for british, american in endings:
                text = text.replace(british, american)
    if "programme" in text:
        text = _PROGRAMME.sub("program", text)
    return text.replace("&", " and ") if "&" in text else text


def index_text(text: str | None) -> str:
    """The text for the index: spelled in one way, and after it each hyphenated word as one word.

    `pre-training` adds `pretraining`; `text-to-video` and `text2video` both add `texttovideo`.
    """
    if not text:
        return ""
    text = normalize_spelling(text)
    whole = compounds(text)
    return f"{text}\n{' '.join(whole)}" if whole else text


def compounds(text: str) -> list[str]:
    """The hyphenated words of a spelled text, each as one word."""
    whole: dict[str, None] = {}
    # Searching only the few words with a dash or a 2 takes a fifth of the time of searching the whole text.
    if "-" in text:
        part = " ".join(word for word in text.split() if "-" in word)
        whole |= dict.fromkeys(word.replace("-", "") for word in _COMPOUND.findall(part) if word.count("-") < MAX_PARTS)
    if "2" in text:
        part = " ".join(word for word in text.split() if "2" in word)
        whole |= dict.fromkeys(f"{first}to{second}" for first, second in _TWO.findall(part))
    return list(whole)


class _Stemmer(threading.local):
    """Asks SQLite for stems, so that they are always those of the index; one connection for each thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5 (word, content = '',"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (words, instance)")

    def stems(self, words: Sequence[str]) -> list[str]:
        self._connection.execute("BEGIN")
        self._connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        self._connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(words))
        self._connection.execute("COMMIT")
        found = [""] * len(words)
        for number, stem in self._connection.execute("SELECT doc, term FROM stems"):
            found[number] = stem
        return found


_known: dict[str, str] = {}

MAX_CACHED_STEMS = 100_000
"""Maximum number of cached stems; the cache is then emptied."""


@lru_cache(1)
def _stemmer() -> _Stemmer:
    return _Stemmer()


def stems(words: Iterable[str]) -> list[str]:
    """The stems of single words in lower case; empty for what SQLite takes for no word."""
    words = list(words)
    if len(_known) > MAX_CACHED_STEMS:
        _known.clear()
    new = [word for word in dict.fromkeys(words) if word not in _known]
    if new:
        _known.update(zip(new, _stemmer().stems(new), strict=True))
    return [_known.get(word, word) for word in words]


def stem(word: str) -> str:
    """The stem of a single word in lower case."""
    return stems((word,))[0]


class Form(NamedTuple):
    """One way to ask the index for a typed word or phrase."""

    words: tuple[str, ...]
    """Words as the index takes them: spelled, without stems."""
    is_beginning: bool = False
    """Whether longer words that begin with the last word match too."""


_ENDINGS = (*("e", "n", "on", "ion", "tion", "ation", "g", "ng", "ing", "ty", "al", "ve", "ive", "nt", "ent", "ment"),)
"""Endings that a word still being typed may lack."""

SHORTEST_UNFINISHED = 4
"""Minimum letters of a word whose ending may be missing; `gen` is found only by its beginning."""


@lru_cache(512)
def forms(text: str, is_whole: bool = False) -> tuple[Form, ...]:
    """The forms in which a typed word is searched; the first is as typed.

    A hyphenated word is also found as one word. A word that is not `is_whole` may have lost its ending: of `attentio`
    the index has only the stem `attent`, which the ending `n` brings back. Longer words match only where the typed one
    is its own stem: `gas` has the stem `ga`, and must not find `game`.
    """
    parts = tuple(split_words(normalize_spelling(text)))
    if not parts:
        return ()
    found = [parts]
    if len(parts) > 1 and _COMPOUND.fullmatch(text.lower().translate(_DASHES)):
        found.append(("".join(parts),))
    elif len(parts) == 1 and (two := _TWO.fullmatch(parts[0])):
        found.append((f"{two[1]}to{two[2]}",))
    if is_whole or not text[-1:].isalnum():
        return tuple(map(Form, found))
    return tuple(form for words in found for form in _unfinished_forms(words))


def _unfinished_forms(words: tuple[str, ...]) -> Iterator[Form]:
    *before, last = words
    longer = [normalize_spelling(f"{last}{ending}") for ending in _ENDINGS] if len(last) >= SHORTEST_UNFINISHED else []
    own, *others = stems((last, *longer))
    yield Form(words, is_beginning=own == last)
    known = {own}
    for word, other in zip(longer, others, strict=True):
        if other not in known and other not in STOP_WORDS and not other.startswith(last):
            known.add(other)
            yield Form((*before, word))


def join_neighbours(words: Sequence[str]) -> list[tuple[str, ...]]:
    """For each of some adjacent words, the words that it forms with its neighbours: `pre training`, `end to end`."""
    found: list[list[str]] = [[] for _ in words]
    for first, second in pairwise(range(len(words))):
        runs = [(first, second)]
        if second + 1 < len(words) and len(words[second]) <= _MAX_LINK_LETTERS:
            runs.append((first, second + 1))
        for begin, end in runs:
            run = words[begin : end + 1]
            if all(word.isalnum() for word in run):
                for at in range(begin, end + 1):
                    found[at].append("".join(run))
    return [tuple(dict.fromkeys(joined)) for joined in found]


_MAX_LINK_LETTERS = 2
"""Maximum letters of a word that links two others which are also written as one word: `text to video`."""


# Marked words


class SearchPhrase(NamedTuple):
    """A typed word or phrase that is looked for in a text."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    is_whole: bool

    def is_at(self, tokens: Sequence[str]) -> bool:
        """Whether some words of a text, in one spelling, begin with it."""
        there = tokens[: len(self.words)]
        if len(there) < len(self.words):
            return False
        if self.is_whole:
            return tuple(there) == self.words
        *before, last = zip(self.words, self.stems, there, strict=True)
        return all(token == word or stem(token) == own for word, own, token in before) and (
            last[2].startswith(last[0]) or stem(last[2]) == last[1]
        )


class Marker:
    """Finds searched words in a text: in any form and spelling, as the index finds them."""

    def __init__(self, wanted: Iterable[SearchPhrase]) -> None:
        self._wanted = tuple(wanted)
        # Spelling never changes the first two letters, by which few words of a text are looked at.
        begin = "|".join(sorted({re.escape(phrase.words[0][:2]) for phrase in self._wanted}))
        self._candidates = re.compile(rf"(?<![^\W_])(?:{begin}|[^\x00-\x7f])")

    @property
    def may_be_signs(self) -> bool:
        """Whether a formula may show a word that its source lacks: a letter's name, or a word with a number."""
        words = [word for phrase in self._wanted for word in phrase.words]
        return any(not word.isalpha() or not word.isascii() or word in _NAMES for word in words)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The (start, end) of each searched word in a text in lower case and without accents, in order."""
        found: list[tuple[int, int]] = []
        last = 0
        for place in self._candidates.finditer(text):
            if place.start() < last:
                continue
            words = list(islice(_TOKEN.finditer(text, place.start()), MAX_PARTS))
            end = self._end(text, words) if words and words[0].start() == place.start() else 0
            if end:
                found.append((place.start(), end))
                last = end
        return found

    def _end(self, text: str, places: Sequence[re.Match[str]]) -> int:
        """The end of the longest searched word or phrase that begins at the first of some words; 0 if there is none."""
        tokens = [normalize_spelling(place[0]) for place in places]
        ends = [places[len(phrase.words) - 1].end() for phrase in self._wanted if phrase.is_at(tokens)]
        # A hyphenated word is also searched as one word.
        whole = tokens[0]
        for before, after, token in zip(places, places[1:], tokens[1:], strict=False):
            if text[before.end() : after.start()].translate(_DASHES) != "-":
                break
            whole += token
            ends += [after.end() for phrase in self._wanted if len(phrase.words) == 1 and phrase.is_at((whole,))]
        return max(ends, default=0)


@lru_cache(64)
def marker(words: tuple[str, ...]) -> Marker | None:
    """A pattern that finds typed words in texts, words in double quotes only whole; None without words."""
    typed = dict.fromkeys((*words, *chain(*join_neighbours(words))))
    wanted = [phrase for word in typed for phrase in _search_phrases(word)]
    return Marker(wanted) if wanted else None


def markers(words: Sequence[str]) -> list[Marker]:
    """For each typed word the marker that finds it, also joined to a neighbour."""
    both = zip(words, join_neighbours(words), strict=True)
    found = [[phrase for form in (word, *whole) for phrase in _search_phrases(form)] for word, whole in both]
    return [Marker(wanted) for wanted in found if wanted]


def _search_phrases(word: str) -> Iterator[SearchPhrase]:
    is_whole = len(word) > 1 and word.startswith('"') and word.endswith('"')
    for form in forms(word.strip('"'), is_whole):
        yield SearchPhrase(form.words, tuple(stems(form.words)), is_whole)
