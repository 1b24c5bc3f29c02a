"""What a user likes, learned from the papers that they marked: a few words and pairs of words, each with a weight.

They are picked one after another, the best first. A term is good if many of the liked papers have it, by their weights
(p), and few of all papers (q): log(p / q) * p ** SHARPNESS. Of two such terms, the better one is what papers dwell on
where they have it at all, and a pair is better than a word; this counts the less, the more of the liked papers agree.
After each pick the papers that have it count less, so that a second interest gets its turn. The picked terms are the
reasons that the user is given. `tests/bench/foryou.py` measures it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import log, sqrt
from types import MappingProxyType
from typing import NamedTuple

from reader.core.choice.interests import Lessons, Parts, Pick, find_interests, teach
from reader.core.choice.wishes import MOST_HELD, Held, What, Wish
from reader.core.choice.words import (
    Common,
    Papers,
    Statistics,
    code_of,
    number,
    numbers_of,
    sayings,
    survey,
    tokens,
    written,
)
from reader.core.text import fold

MOST_TERMS = 30
"""Maximum number of picked terms."""

MOST_CANDIDATES = 6_000
"""Maximum number of candidate terms: those in the most liked papers."""

EXAMPLES = 5
"""Number of marked papers from which a term's spelling is taken."""

MOST_COMMON = 0.15
"""From this share of all papers on, a term says nothing."""

FEW = 8
"""A term may always be in this many papers, however few there are."""

RAREST = 3
"""Minimum number of papers with a term; 2 below 500 papers."""

SHARPNESS = 1.75
PAIR = 2.5
"""How much better a pair is than a word."""
AGREEMENT = 2.0
"""Liked papers with a term, beyond the first, that halve the effect of the term's kind."""
TURN = 0.45
"""Part of its weight that a paper loses if many have the picked term."""

HELD_AGAINST = 0.5
"""Weight of a term of hidden papers, compared with a term of liked papers."""

NEARLY = 0.8
"""From this share of a word's weight on, a pair that contains it is named instead."""

LONGEST_NAME = 40
"""Letters of a liked paper's name in a reason."""

LEAST_HIDDEN = 1.5
"""Minimum weight of hidden papers with a term before it counts against others."""


class Marked(NamedTuple):
    """A paper that the user marked."""

    title: str
    abstract: str
    packed: bytes
    """Its words, as `words.pack` has them."""
    weight: float
    """How much it says: 1 for a star of today; below 0 if the user hid it."""
    pk: int = 0
    did: str = "marked"
    """What the user did with it, in a word."""
    id: str = ""


class Likeness(NamedTuple):
    """A liked paper that another one resembles."""

    title: str
    did: str
    pk: int = 0
    id: str = ""

    @property
    def name(self) -> str:
        """The beginning of its title: `JetSpec`."""
        name = self.title.partition(":")[0].strip()
        name = name if len(name) > 1 else self.title
        if len(name) > LONGEST_NAME:
            room = name[: LONGEST_NAME - 1]
            name = f"{room.rpartition(' ')[0] or room}…"
        return name

    def __str__(self) -> str:
        """In words: `JetSpec, which you starred`."""
        return f"{self.name}, which you {self.did}"


class TasteTerm(NamedTuple):
    """A word, a pair of words or a trait that the user likes, or does not."""

    code: int
    """The word's number; 0 for a trait."""
    text: str
    """As the marked papers write it."""
    weight: float
    """The best word has 1; below 0 if the user hides such papers. As a reason, what it adds to the paper's score."""
    papers: int
    """How many marked papers on its side have it; 0 if only the user's decision counts."""
    what: What = "word"
    name: str = ""
    """What names a trait: a topic's slug."""
    added: float = 0.0
    """The part of a word's weight from hidden papers and wishes, which interests do not include."""
    is_hidden: bool = False
    """Whether it was learned from hidden papers."""
    is_vague: bool = False
    """Whether it is a word that says nothing alone, such as `base` or `dynamic`."""

    @property
    def key(self) -> tuple[What, str]:
        """What distinguishes it from others: a word's number, or a trait's name without case and accents."""
        return self.what, str(self.code) if self.what == "word" else fold(self.name)


class Scored(NamedTuple):
    """How well a paper suits the user."""

    key: int
    score: float
    interest: int
    """The nearest interest; the first one if there is none."""


class Interest(NamedTuple):
    """Liked papers that share words."""

    wish: Held
    """Its name and the user's decision about it; the key of its weightiest paper without one."""
    papers: tuple[Likeness, ...]
    share: float
    """Its share of all marks, including the user's decisions."""


def named(interests: Sequence[Interest], name: str) -> Interest | None:
    """The interest of this name, or the only one whose name has these words."""
    wanted = _slug(name)
    found = [one for one in interests if f"-{wanted}-" in f"-{_slug(one.wish.name)}-"]
    exact = [one for one in found if _slug(one.wish.name) == wanted]
    return exact[0] if exact else found[0] if len(found) == 1 else None


def _slug(name: str) -> str:
    return "-".join(tokens(fold(name)))


class Taste(NamedTuple):
    """What was learned; empty without marked papers."""

    terms: tuple[TasteTerm, ...] = ()
    """Words from hidden papers and wishes, with their weights."""
    length: float = 1.0
    traits: tuple[TasteTerm, ...] = ()
    parts: Parts = Parts()
    """What liked papers say."""
    words: Mapping[int, TasteTerm] = MappingProxyType({})
    liked: tuple[Likeness, ...] = ()
    """The liked papers, in the order of the interests' marks."""
    subjects: tuple[Interest, ...] = ()
    """The interests as the user sees them, in the same order."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known about the user."""
        return not self.terms and not self.traits and not self.liked

    def fits(self, papers: Papers) -> Iterator[Scored]:
        """Score papers; those without any of the terms have 0."""
        added = {term.code: term.added for term in self.terms if term.added}
        known = frozenset((*self.words, *added))
        for key, packed in papers if known else ():
            said = sayings(packed, self.length, known)
            score, interest = self.parts.fit(said)
            yield Scored(
                key, score + sum(added[code] * said[code].says for code in added.keys() & said.keys()), interest
            )

    def reasons(self, packed: bytes) -> tuple[TasteTerm, ...]:
        """What each word adds to a paper's score, weightiest first; the weights sum to the score."""
        known = {**self.words, **{term.code: term for term in self.terms}}
        said = sayings(packed, self.length)
        parts = self.parts.of(said)
        for term in self.terms:
            if term.added and term.code in said:
                parts[term.code] = parts.get(term.code, 0.0) + term.added * said[term.code].says
        found = (known[code]._replace(weight=weight) for code, weight in parts.items() if weight)
        return tuple(sorted(found, key=lambda term: (-abs(term.weight), term.text)))

    def split(self, one: Held) -> list[Held]:
        """Split an interest in two, named by what distinguishes them; none if it has a single paper.

        The first one keeps a name that the user may have given.
        """
        whole = next((known for known in self.subjects if known.wish.key == one.key), None)
        positions = [at for at, paper in enumerate(self.liked) if whole is not None and paper in whole.papers]
        if len(positions) < 2:
            return []
        taken = [other.wish.name for other in self.subjects if other.wish.key != one.key]
        found: list[Held] = []
        # The paper by which the interest is known stays in it.
        halves = self.parts.halves(positions)
        for papers, words in sorted(halves, key=lambda half: one.key not in [self.liked[at].id for at in half[0]]):
            name = _name([self.words[code] for code in words if code in self.words], taken)
            ids = tuple(self.liked[paper].id for paper in papers)[:MOST_HELD]
            told = name or self.liked[papers[0]].name
            if found:
                found.append(Held(ids[0], told, 0, ids, "make"))
            else:
                # The last decision reset it.
                found.append(one._replace(name=told if one.did == "reset" else one.name, papers=ids, did="split"))
            taken.append(found[0].name)
        return found

    def nearest(self, packed: bytes, pk: int = 0) -> Likeness | None:
        """The liked paper, other than itself, that a paper is most like."""
        found = self.parts.nearest(sayings(packed, self.length))[:2]
        return next((self.liked[at] for at in found if self.liked[at].pk != pk or not pk), None)


def learn(
    marked: Sequence[Marked],
    newest: Callable[[], Papers],
    muted: Container[int] = frozenset(),
    common: Callable[[], Common | None] = lambda: None,
    passed: Sequence[bytes] = (),
    *,
    held: Sequence[Held] = (),
    called: Callable[[Sequence[int]], str] = lambda _: "",
) -> Taste:
    """Learn from marked papers; the `newest` ones show how common terms are, with `common` if they are few.

    `passed` are the words of papers that the user has seen and not marked. Terms whose numbers are `muted` are not
    learned, and others take their places. `held` are the interests that the user has changed; `called` returns how some
    papers are called, by their keys, if the user has a word for them.
    """
    liked = [paper for paper in marked if paper.weight > 0]
    hidden = [paper._replace(weight=-paper.weight) for paper in marked if paper.weight < 0]
    if not liked and not hidden:
        return Taste()
    terms, pairs = _candidates([*liked, *hidden], muted)
    known = survey(terms, newest(), common())
    likes, hides = (_Side(side, known, pairs) for side in (liked, hidden))
    against = _held_against(hides, likes)
    if not liked:
        return Taste(against, known.length)
    found = find_interests(likes.rows(), likes.weights, _kept_together(liked, held))
    groups = [one.papers for one in found]
    picks = [likes.pick(partial(likes.share, hides), 0.0, group) for group in groups]
    lessons = Lessons(
        liked=[paper.packed for paper in liked],
        weights=likes.weights,
        against=[*(paper.packed for paper in hidden), *passed],
        newest=newest,
        papers=int(known.papers),
        length=known.length,
        rarity=likes.rarity,
        telling=[likes.telling(group) for group in groups],
        picks=picks,
    )
    wishes = [held[one.held] if one.held is not None else None for one in found]
    parts, shares = teach(lessons, groups, [one.factor if one else 1.0 for one in wishes])
    likenesses = tuple(Likeness(paper.title, paper.did, paper.pk, paper.id) for paper in liked)
    subjects: list[Interest] = []
    for group, own, some, part in zip(groups, wishes, picks, shares, strict=True):
        papers = tuple(likenesses[at] for at in sorted(group))
        wish = own or _new_interest(papers, list(likes.named(some, 1.0)), [one.wish.name for one in subjects], called)
        ids = tuple(one.id for one in papers[:MOST_HELD])
        subjects.append(Interest(wish._replace(papers=ids), papers, part))
    return Taste(
        against,
        known.length,
        parts=parts,
        words={term.code: term for term in likes.named([Pick(code, 1.0) for code in parts.linear], 0.0)},
        liked=likenesses,
        subjects=tuple(subjects),
    )


def _held_against(hides: _Side, likes: _Side) -> tuple[TasteTerm, ...]:
    """The terms of hidden papers that count against others: those that more hidden papers have than liked ones."""
    picked = hides.pick(lambda code: 1 - likes.share(hides, code), LEAST_HIDDEN)
    bad = [one for one in picked if likes.have[one.code] < hides.have[one.code]]
    return tuple(one._replace(added=one.weight, is_hidden=True) for one in hides.named(bad, -HELD_AGAINST))


def _kept_together(liked: Sequence[Marked], held: Sequence[Held]) -> list[list[int]]:
    """The positions of the liked papers of each of the user's own interests."""
    place = {paper.id: at for at, paper in enumerate(liked) if paper.id}
    # A paper that two of them name is in the one that was changed last.
    return [[place.pop(id) for id in one.papers if id in place] for one in reversed(held)][::-1]


def _new_interest(
    papers: Sequence[Likeness],
    words: Sequence[TasteTerm],
    taken: Sequence[str],
    called: Callable[[Sequence[int]], str],
) -> Held:
    """An interest with the user's name for its papers, else its best words, else its first paper's name."""
    return Held(papers[0].id, called([one.pk for one in papers]) or _name(words, taken) or papers[0].name)


def _name(words: Sequence[TasteTerm], taken: Sequence[str]) -> str:
    """The two best words of an interest that are meaningful, distinct and in no other name."""
    found = [one.text for one in without_parts(one for one in words if not one.is_vague)]
    free = [one for one in found if not any(is_within(one, other) or is_within(other, one) for other in taken)]
    return ", ".join(free[:2])


def without_parts(terms: Iterable[TasteTerm]) -> list[TasteTerm]:
    """The terms without words that are part of another one; a pair that counts nearly as much takes a word's place."""
    kept: list[TasteTerm] = []
    for one in terms:
        words = [other for other in kept if one.what == other.what == "word"]
        part = next((other for other in words if is_within(other.text, one.text)), None)
        if any(is_within(one.text, other.text) for other in words):
            continue
        if part is None:
            kept.append(one)
        elif abs(one.weight) >= NEARLY * abs(part.weight):
            kept[kept.index(part)] = one
    return kept


def with_wishes(taste: Taste, wishes: Iterable[Wish], names: Mapping[str, str] = MappingProxyType({})) -> Taste:
    """What was learned with the user's wishes applied; `names` are topic names by slug."""
    terms, traits = {term.code: term for term in taste.terms}, []
    for wish in wishes:
        if wish.what != "word":
            text = names.get(wish.name, wish.name)
            traits.append(TasteTerm(0, text, wish.added, 0, wish.what, wish.name, added=wish.added))
        elif wish.added and (code := code_of(wish.name)) is not None:
            known = terms.get(code) or taste.words.get(code) or TasteTerm(code, wish.name, 0.0, 0)
            terms[code] = known._replace(weight=known.weight + wish.added, added=known.added + wish.added)
    return taste._replace(terms=tuple(terms.values()), traits=tuple(traits))


def is_within(text: str, other: str) -> bool:
    """Whether a word is one of a pair, up to its ending: `models` of `draft model`."""
    return {number(token) for token in tokens(text)} <= {number(token) for token in tokens(other)}


def _candidates(papers: Sequence[Marked], muted: Container[int]) -> tuple[list[int], set[int]]:
    """The candidate terms, most frequent first, and which are pairs."""
    found: defaultdict[int, float] = defaultdict(float)
    pairs: set[int] = set()
    for paper in papers:
        words, two = numbers_of(paper.packed)
        pairs.update(two)
        for code in {*words, *two}:
            found[code] += paper.weight
    chosen = sorted((code for code in found if code not in muted), key=lambda code: (-found[code], code))
    return chosen[:MOST_CANDIDATES], pairs


VAGUE_FROM, VAGUE_SHARE = 30, 0.015
"""Number of papers, and share of all papers, from which a single word may be too vague."""

VAGUE, VAGUE_GROWTH, VAGUE_MOST = 0.2, 1.5, 0.3
"""The part of the papers that have such a word in which it comes three times, below which it does; and how that grows
with the share of the papers that have it. `base` (.08), `dynamic` (.17), `active` (.19) and `robust` (.05) say nothing,
`pruning` (.21), `retrieval` (.33), `robot` (.45) and `audio` (.58) do."""


class _Side:
    """The liked or the hidden papers, and the terms in them."""

    def __init__(self, papers: Sequence[Marked], known: Statistics, pairs: Container[int]) -> None:
        self._papers = papers
        self._known = known
        self._pairs = pairs
        self.weights = [paper.weight for paper in papers]
        self._said = [sayings(paper.packed, known.length, known.have) for paper in papers]
        self._having: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        """The papers that have each term, and the root of what it says there: further mentions count less."""
        self.have: defaultdict[int, float] = defaultdict(float)
        """How many of the papers have each term, by their weights."""
        for paper, said in enumerate(self._said):
            for code, one in said.items():
                self._having[code].append((paper, sqrt(one.says)))
                self.have[code] += self.weights[paper]
        least, most = min(RAREST, 2 + known.papers // 500), max(MOST_COMMON * known.papers, FEW)
        self._allowed = [code for code, have in known.have.items() if least <= have <= most and code in self._having]
        self._allowed = [code for code in self._allowed if code not in known.everywhere]
        self.rarity = {code: max(0.0, log(max(1, known.papers) / max(1.0, have))) for code, have in known.have.items()}

    def share(self, other: _Side, code: int) -> float:
        """The part of the papers with a term that are on this side."""
        return self.have[code] / max(self.have[code] + other.have[code], 1e-9)

    def rows(self) -> list[dict[int, float]]:
        """How large each term is in each paper, the rare ones larger; without those that say nothing."""
        allowed = frozenset(self._allowed)
        return [
            {code: one.size * self.rarity[code] for code, one in said.items() if code in allowed} for said in self._said
        ]

    def _nature(self, code: int, have: float) -> float:
        """How much the kind of a term counts in its favour, if this many papers agree on it."""
        dwell = (PAIR if code in self._pairs else 1.0) * (self._known.dwell[code] + 0.5) / (self._known.have[code] + 2)
        return float(dwell ** (1 / (1 + max(0.0, have - 1) / AGREEMENT)))

    def _gain(self, code: int, weights: Sequence[float], total: float, sharpness: float) -> float:
        """How well a term distinguishes papers of these weights from all papers, ignoring its kind."""
        common = max(self._known.have[code] / max(1, self._known.papers), 1e-9)
        # One more paper, which has each term as often as all papers do.
        share = (sum(weights[paper] * says for paper, says in self._having[code]) + common) / (total + 1)
        return log(share / common) * share**sharpness if share > common else 0.0

    def _agreeing(self, weights: Sequence[float]) -> Iterator[tuple[int, float]]:
        """The terms that papers of these weights have, and how many have each."""
        for code in self._allowed:
            if have := sum(weights[paper] for paper, _ in self._having[code]):
                yield code, have

    def _weights_of(self, group: Iterable[int]) -> list[float]:
        some = frozenset(group)
        return [weight if paper in some else 0.0 for paper, weight in enumerate(self.weights)]

    def telling(self, group: Sequence[int]) -> dict[int, float]:
        """How well each term tells a group of papers, at most 1."""
        weights = self._weights_of(group)
        total = sum(weights)
        gains = {
            code: self._gain(code, weights, total, 1.0) * self._nature(code, have)
            for code, have in self._agreeing(weights)
        }
        most = max(gains.values(), default=0.0)
        return {code: gain / most for code, gain in gains.items() if gain}

    def named(self, picked: Sequence[Pick], most: float) -> Iterator[TasteTerm]:
        """The picked terms, scaled so that the best has weight `most`."""
        examples = {paper for one in picked for paper, _ in self._having[one.code][:EXAMPLES]}
        texts = written(
            *(". ".join(self._papers[paper][:2]) for paper in sorted(examples)), only={one.code for one in picked}
        )
        for code, weight in picked:
            text = texts[code]
            # An adverb says how, not what: `strikingly`. A part of some compound says nothing: `-level causal`.
            is_cut = text.strip("-") != text or (" " not in text and text.endswith("ly"))
            is_vague = is_cut or self._is_vague(code)
            papers = len(self._having[code])
            yield TasteTerm(code, text, most * weight / picked[0].weight, papers, is_vague=is_vague)

    def _is_vague(self, code: int) -> bool:
        """Whether a term is too vague alone: a word that papers use in passing."""
        have, dwell = self._known.have[code], self._known.dwell[code]
        share = have / max(1, self._known.papers)
        if code in self._pairs or share < VAGUE_SHARE or have < VAGUE_FROM:
            return False
        return dwell < have * min(max(VAGUE, VAGUE + VAGUE_GROWTH * (share - VAGUE_SHARE)), VAGUE_MOST)

    def pick(self, share: Callable[[int], float], least: float, group: Iterable[int] | None = None) -> list[Pick]:
        """The best terms with their gains, which at least this many papers have, by weight.

        `share` is how much of those that have a term are on this side; of a `group`, only its papers count.
        """
        weights = [*self.weights] if group is None else self._weights_of(group)
        total = sum(weights)
        nature, turns = dict[int, float](), dict[int, float]()
        for code, have in self._agreeing(weights):
            if have >= least:
                nature[code] = self._nature(code, have) * share(code) ** 2
                turns[code] = 1 - TURN * (1 - 1 / max(1.0, have))

        def gain(code: int) -> float:
            return self._gain(code, weights, total, SHARPNESS) * nature[code]

        best = [(-gain(code), at, code) for at, code in enumerate(nature)]
        heapq.heapify(best)
        picked: list[Pick] = []
        while best and best[0][0] < 0 and len(picked) < MOST_TERMS:
            known, at, code = best[0]
            # Gains only fall while others are picked, so that most need not be computed again.
            if (now := -gain(code)) > known:
                heapq.heapreplace(best, (now, at, code))
                continue
            heapq.heappop(best)
            picked.append(Pick(code, -known))
            for paper, _ in self._having[code]:
                weights[paper] *= turns[code]
        return picked
