"""Why a paper suits the user: at most two noun phrases that name its subject, and the most similar marked paper.

Which words name a subject is told by the feed's keywords: the model also gives weight to words such as `despite` and
`score`, which count but are never shown. A phrase must be in two liked papers, and in more than chance explains,
so that a single star does not become an interest with a name; until then the reason is the starred paper itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reader.core.choice.model import Background, Weighed
from reader.core.choice.words import BREAK, TITLE, Terms, numbers, terms_of

MOST_WORDS = 3
"""Maximum number of words of a phrase."""

LEAST_KEYWORD = 2
"""Minimum number of papers with a keyword that is not one of a liked paper."""

LEAST_LIKED = 2
"""Minimum number of liked papers with a phrase."""

LEAST_WORD = 3
"""Minimum number of papers that have a single word as a keyword."""

LEAST_DWELL = 0.25
"""The part of the papers with a single word that must dwell on it: of `robust` .05 do, of `dynamic` .17, of `retrieval`
.33, of `audio` .58."""

LIFT, BEYOND_CHANCE = 4.0, 1.5
"""A phrase must be in this many times as many liked papers as chance explains, and in this many more."""

NOUN_ENDINGS = ("ing", "ion", "ment")
"""How the second word of a hyphenated noun ends, as in `fine-tuning`; `large-scale` is an adjective."""

LEAST_PART = 0.12
"""Minimum part of a paper's score that a phrase in its reason explains."""

LEAST_LEARNED = 0.05
"""Minimum part of the best subject's value that a subject shown to the user has."""

MOST_NAMED = 2
MOST_SUBJECTS = 300
MOST_LEARNED = 12
LONGEST_TITLE = 40


class Subject(NamedTuple):
    """A phrase that names a subject."""

    text: str
    terms: tuple[int, ...]
    """The numbers of its words and pairs, the rarest first."""
    liked: int = 0
    """How many liked papers have it."""
    weight: float = 0.0
    """What the model gives its words and pairs together."""

    @property
    def value(self) -> float:
        """How much of what the user likes it explains."""
        return self.weight * self.liked


class Reason(NamedTuple):
    """Why a paper suits the user."""

    phrases: tuple[str, ...] = ()
    like: int | None = None
    """The key of the liked paper that it is most like; None if no liked paper shares a term that counts."""


def keyword_phrases(keywords: Iterable[Sequence[str]], liked: Iterable[Sequence[str]]) -> list[tuple[str, int]]:
    """The phrases that papers have as keywords, each as most of them spell it, with the number of these papers.

    A phrase is left out if only one paper has it, unless that is a liked paper.
    """
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in keywords:
        for text in each:
            spellings[text.lower()][text] += 1
    own = {text.lower() for each in liked for text in each}
    found: list[tuple[str, int]] = []
    for key, forms in spellings.items():
        if forms.total() >= LEAST_KEYWORD or key in own:
            # Among equals the form with the fewest capitals: headings have them for style.
            form = min(forms, key=lambda form: (-forms[form], sum(map(str.isupper, form)), form))
            found.append((form, forms.total()))
    return found


def subjects(
    phrases: Iterable[tuple[str, int]], liked: Sequence[Weighed], weights: Mapping[int, float], background: Background
) -> list[Subject]:
    """The phrases that the model likes and that several liked papers have, best first."""
    holders: defaultdict[int, set[int]] = defaultdict(set)
    for number, paper in enumerate(liked):
        for term in paper.terms:
            holders[term].add(number)
    found: dict[tuple[int, ...], Subject] = {}
    for text, count in phrases:
        # The rarest term is first, by which papers with the phrase are found.
        terms = tuple(sorted(dict.fromkeys(terms_of(text)), key=lambda term: background.have.get(term, 0.0)))
        weight = sum(weights.get(term, 0.0) + 0.5 * weights.get(term | TITLE, 0.0) for term in terms)
        if weight <= 0 or not all(term in holders for term in terms) or not _names_subject(text, count, background):
            continue
        having = len(set.intersection(*(holders[term] for term in terms)))
        by_chance = len(liked) * background.have[terms[0]] / background.papers
        if having < LEAST_LIKED or having < LIFT * by_chance + BEYOND_CHANCE:
            continue
        if terms not in found or weight > found[terms].weight:
            found[terms] = Subject(text, terms, having, weight)
    return sorted(found.values(), key=lambda one: -one.value)[:MOST_SUBJECTS]


def _names_subject(text: str, count: int, background: Background) -> bool:
    """Whether a keyword of so many papers is a noun phrase that says something alone."""
    words = numbers(text)
    if not 1 <= len(words) <= MOST_WORDS or BREAK in words:
        return False
    if len(words) == 1:
        have = background.have.get(words[0], 0.0)
        return count >= LEAST_WORD and background.dwell.get(words[0], 0.0) >= LEAST_DWELL * have
    return " " in text or text.endswith(NOUN_ENDINGS)


def learned(found: Sequence[Subject]) -> list[Subject]:
    """The subjects to show to the user: the best ones without those that share a word with a better one."""
    shown: list[Subject] = []
    taken: set[int] = set()
    for one in found:
        is_weak = one.value < LEAST_LEARNED * found[0].value
        if len(shown) < MOST_LEARNED and not is_weak and taken.isdisjoint(one.terms):
            shown.append(one)
            taken.update(one.terms)
    return shown


class Reasons:
    """Finds the reasons for papers."""

    def __init__(self, found: Sequence[Subject], liked: Sequence[Weighed], weights: Mapping[int, float]) -> None:
        self._weights = weights
        self._liked: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for key, terms, _ in liked:
            for term, value in terms.items():
                if weights.get(term, 0.0) > 0:
                    self._liked[term].append((key, value))
        self._subjects: defaultdict[int, list[Subject]] = defaultdict(list)
        for one in found:
            self._subjects[one.terms[0]].append(one)

    def of(self, key: int, terms: Terms) -> Reason:
        """Why a paper with these terms suits the user."""
        counts = {term: self._weights[term] * terms[term] for term in terms if term in self._weights}
        whole = sum(counts.values())
        found: list[tuple[float, Subject]] = []
        for rarest in self._subjects.keys() & terms.keys():
            for one in self._subjects[rarest]:
                if all(term in terms for term in one.terms):
                    part = sum(counts.get(term, 0.0) + counts.get(term | TITLE, 0.0) for term in one.terms)
                    found.append((part, one))
        phrases: list[str] = []
        taken: set[int] = set()
        for part, one in sorted(found, key=lambda two: (-two[0], two[1].text)):
            if len(phrases) < MOST_NAMED and part >= LEAST_PART * whole and taken.isdisjoint(one.terms):
                phrases.append(one.text)
                taken.update(one.terms)
        return Reason(tuple(phrases), self._nearest(key, counts))

    def _nearest(self, key: int, counts: Mapping[int, float]) -> int | None:
        """The key of the liked paper, other than the paper itself, with most of what speaks for it."""
        likeness: defaultdict[int, float] = defaultdict(float)
        for term, part in counts.items():
            for liked, value in self._liked.get(term, ()):
                likeness[liked] += part * value
        likeness.pop(key, None)
        return max(likeness, key=lambda liked: likeness[liked], default=None)


def short_title(title: str) -> str:
    """The beginning of a title by which people know a paper: `JetSpec` of `JetSpec: Drafting in Parallel`."""
    name = title.partition(":")[0].strip()
    name = name if len(name) > 1 else title
    if len(name) > LONGEST_TITLE:
        room = name[: LONGEST_TITLE - 1]
        name = f"{room.rpartition(' ')[0] or room}…"
    return name
