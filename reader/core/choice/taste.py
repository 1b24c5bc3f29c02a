"""What a user likes, learned from the papers that they marked: a few words and pairs of words, each with a weight.

They are picked one after another, the best first. A term is good if many of the liked papers have it, by their weights
(p), and few of all papers (q): log(p / q) * p ** SHARPNESS. Of two such terms, the better one is what papers dwell on
where they have it at all, and a pair is better than a word; this counts the less, the more of the liked papers agree.
After each pick the papers that have it count less, so that a second interest gets its turn. The picked terms are the
reasons that the user is given. `tests/bench/foryou.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.choice.parts import Parts, sayings
from reader.core.choice.wishes import MOST_HELD, Held, What, Wish
from reader.core.choice.words import code_of, number, tokens, written
from reader.core.text import fold

if TYPE_CHECKING:
    from reader.core.choice.counting import Chunk, Common, Flags, Floats, Indexes, Statistics, Terms
    from reader.core.choice.interests import Interests, Matrix


MOST_TERMS = 30
"""Terms that are picked."""

MOST_CANDIDATES = 6_000
"""Terms that may be picked: those that the most liked papers have."""

EXAMPLES = 5
"""Marked papers that show how a term is written."""

MOST_COMMON = 0.15
"""The share of all papers from which on a term says nothing."""

FEW = 8
"""Papers that may have a term in any case, however few there are in all."""

RAREST = 3
"""Papers that must have a term; 2 if there are less than 500 in all."""

SHARPNESS = 1.75
PAIR = 2.5
"""How much better a pair is than a word."""
AGREEMENT = 2.0
"""Liked papers that have a term, beyond the first, for half of the say that the term's nature has."""
TURN = 0.45
"""The part of its weight that a paper loses if many have the term that was picked."""

HELD_AGAINST = 0.5
"""The weight of a term of hidden papers, against one of liked papers."""

NEARLY = 0.8
"""The part of a word's weight from which on a pair that has it is named in its place."""

LONGEST_NAME = 40
"""Letters of a liked paper's name in a reason."""

LEAST_HIDDEN = 1.5
"""Hidden papers, by their weights, that must have a term before it counts against others."""


class Marked(NamedTuple):
    """A paper that the user marked."""

    title: str
    abstract: str
    packed: bytes
    """Its words, as `words.pack` has them."""
    weight: float
    """How much it says: 1 for a star of today; below 0 if the user hid it."""
    pk: int = 0
    """Its key in the cache."""
    did: str = "marked"
    """What the user did with it, in a word."""
    id: str = ""


class Likeness(NamedTuple):
    """A liked paper, to which another one is likened."""

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
    """How many of the marked papers on its side have it; 0 if only the user says so."""
    what: What = "word"
    name: str = ""
    """What names a trait: a topic's slug."""
    added: float = 0.0
    """The part of a word's weight that the interests do not know: what hidden papers and wishes say."""
    is_hidden: bool = False
    """Whether it was learned from hidden papers."""
    is_vague: bool = False
    """Whether it is a word that says nothing alone, such as `base` or `dynamic`."""

    @property
    def key(self) -> tuple[What, str]:
        """What distinguishes it from others: a word's number, or a trait's name without case and accents."""
        return self.what, str(self.code) if self.what == "word" else fold(self.name)


class Fit(NamedTuple):
    """How well a paper suits the user."""

    key: int
    score: float = 0.0
    interest: int = 0
    """The interest that it is nearest to; the first one if there is none."""


class Interest(NamedTuple):
    """Liked papers that share words."""

    wish: Held
    """What it is called and what the user decided about it; the key is that of its weightiest paper if they did not."""
    papers: tuple[Likeness, ...]
    """The weightiest first."""
    share: float
    """Its part of all marks, with what the user decided."""


def named(interests: Sequence[Interest], name: str) -> Interest | None:
    """The interest of this name, or the only one whose name has these words."""
    wanted = _slug(name)
    found = [one for one in interests if f"-{wanted}-" in f"-{_slug(one.wish.name)}-"]
    exact = [one for one in found if _slug(one.wish.name) == wanted]
    return exact[0] if exact else found[0] if len(found) == 1 else None


def _slug(name: str) -> str:
    """A name without case, accents and signs."""
    return "-".join(tokens(fold(name)))


class Taste(NamedTuple):
    """What was learned; nothing without a marked paper."""

    terms: tuple[TasteTerm, ...] = ()
    """The words that hidden papers and wishes speak of, as these weigh them."""
    length: float = 1.0
    """Mean words of a paper."""
    traits: tuple[TasteTerm, ...] = ()
    """The topics, authors and organizations that the user decided on."""
    interests: Interests | None = None
    """What liked papers say, to score many; None without any, or where papers are scored elsewhere."""
    parts: Parts = Parts()
    """The same for one paper at a time."""
    words: Mapping[int, TasteTerm] = MappingProxyType({})
    """All words of the interests by their numbers."""
    liked: tuple[Likeness, ...] = ()
    """The liked papers, in the order of the interests' marks."""
    subjects: tuple[Interest, ...] = ()
    """The interests as the user sees them, in the same order."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the user."""
        return not self.terms and not self.traits and not self.liked

    def fits(self, chunks: Iterable[Chunk]) -> Iterator[Fit]:
        """Score papers; those without any of the terms have 0."""
        if self.interests is None and not self.terms:
            return
        import numpy as np

        from reader.core.choice.counting import Terms
        from reader.core.choice.interests import measured

        added = {term.code: term.added for term in self.terms if term.added}
        terms, weights = Terms(added), np.array([*added.values()])
        for chunk in chunks:
            count = len(chunk.packed)
            scores, interest = np.zeros(count), np.zeros(count, np.int64)
            if self.interests is not None:
                scores, interest = self.interests.scores(chunk.packed)
            if added:
                hits = terms.count(chunk.packed)
                scores = scores + np.bincount(hits.papers, weights[hits.terms] * measured(hits, self.length)[0], count)
            yield from map(Fit, chunk.keys, scores.tolist(), interest.tolist())

    def score(self, chunks: Iterable[Chunk]) -> dict[int, float]:
        """The score of each paper by its key."""
        return {one.key: one.score for one in self.fits(chunks)}

    def reasons(self, packed: bytes) -> tuple[TasteTerm, ...]:
        """What each word of a paper adds to its score, the weightiest first: their weights sum to it."""
        known = {**self.words, **{term.code: term for term in self.terms}}
        said = sayings(packed, self.length)
        parts = self.parts.of(said)
        for term in self.terms:
            if term.added and term.code in said:
                parts[term.code] = parts.get(term.code, 0.0) + term.added * said[term.code].says
        found = (known[code]._replace(weight=weight) for code, weight in parts.items() if weight)
        return tuple(sorted(found, key=lambda term: (-abs(term.weight), term.text)))

    def split(self, one: Held) -> list[Held]:
        """Two interests of one, named by what tells them apart; none of one with a single paper.

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
                # What is as learned was last reset.
                found.append(one._replace(name=told if one.did == "reset" else one.name, papers=ids, did="split"))
            taken.append(found[0].name)
        return found

    def nearest(self, packed: bytes, pk: int = 0) -> Likeness | None:
        """The liked paper, other than itself, that a paper with the key `pk` is most like."""
        found = self.parts.nearest(sayings(packed, self.length))[:2]
        return next((self.liked[at] for at in found if self.liked[at].pk != pk or not pk), None)


def learn(
    marked: Sequence[Marked],
    chunks: Callable[[], Iterable[Chunk]],
    muted: Container[int] = frozenset(),
    common: Callable[[], Common | None] = lambda: None,
    passed: Sequence[bytes] = (),
    *,
    held: Sequence[Held] = (),
    called: Callable[[Sequence[int]], str] = lambda _: "",
) -> Taste:
    """Learn from marked papers; `chunks` are the papers that show how common terms are, with `common` if they are few.

    `passed` are the words of papers that the user has seen and not marked. Terms whose numbers are `muted` are not
    learned, and others take their places. `held` are the interests that the user has changed; `called` returns how some
    papers are called, by their keys, if the user has a word for them.
    """
    liked = [paper for paper in marked if paper.weight > 0]
    hidden = [paper._replace(weight=-paper.weight) for paper in marked if paper.weight < 0]
    if not liked and not hidden:
        return Taste()
    from reader.core.choice.counting import survey

    terms, is_pair = _candidates([*liked, *hidden], muted)
    known = survey(terms, chunks(), common())
    likes, hides = (_Side(side, terms, known, is_pair) for side in (liked, hidden))
    # How much of the papers that have a term are liked; nothing is had by neither side.
    share = likes.have / (likes.have + hides.have).clip(1e-9)
    bad = [one for one in hides.pick(1 - share, LEAST_HIDDEN) if likes.have[one.place] < hides.have[one.place]]
    against = tuple(one._replace(added=one.weight, is_hidden=True) for one in hides.named(bad, -HELD_AGAINST))
    if not liked:
        return Taste(against, known.length)
    import numpy as np

    from reader.core.choice.interests import Candidates, Lessons, find_interests, teach

    place = {paper.id: at for at, paper in enumerate(liked) if paper.id}
    # A paper that two of them name is in the one that was changed last.
    kept = [[place.pop(id) for id in one.papers if id in place] for one in reversed(held)][::-1]
    found = find_interests(likes.sizes * likes.rarity, likes.weights, kept)
    groups = [one.papers for one in found]
    picks = [likes.pick(share, 0.0, group) for group in groups]
    telling = likes.telling(groups)
    candidates = Candidates(
        terms, likes.allowed, likes.rarity, telling, [[(p.place, p.weight) for p in one] for one in picks]
    )
    lessons = Lessons(
        liked=[paper.packed for paper in liked],
        weights=likes.weights,
        against=[*(paper.packed for paper in hidden), *passed],
        newest=chunks,
        papers=int(known.papers),
        length=known.length,
    )
    wishes = [held[one.held] if one.held is not None else None for one in found]
    interests = teach(candidates, groups, lessons, np.array([one.factor if one else 1.0 for one in wishes]))
    words = [list(likes.named(some, 1.0)) for some in picks]
    likenesses = tuple(Likeness(paper.title, paper.did, paper.pk, paper.id) for paper in liked)
    subjects: list[Interest] = []
    for group, own, some, share in zip(groups, wishes, words, interests.shares.tolist(), strict=True):
        papers = tuple(likenesses[at] for at in sorted(group.tolist()))
        name = "" if own else called([one.pk for one in papers]) or _name(some, [one.wish.name for one in subjects])
        wish = own or Held(papers[0].id, name or papers[0].name)
        ids = tuple(one.id for one in papers[:MOST_HELD])
        subjects.append(Interest(wish._replace(papers=ids), papers, share))
    return Taste(
        against,
        known.length,
        interests=interests,
        parts=interests.parts(),
        words={term.code: term for term in likes.named(likes.at(interests.terms), 0.0)},
        liked=likenesses,
        subjects=tuple(subjects),
    )


def _name(words: Sequence[TasteTerm], taken: Sequence[str]) -> str:
    """The two best words of an interest that say something, are not said twice, and are in no other name."""
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
    """What was learned, with what the user wishes; `names` are those of topics by their slugs."""
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


def _candidates(papers: Sequence[Marked], muted: Container[int]) -> tuple[Terms, Flags]:
    """The terms to choose from, those of most papers first, and which of them are pairs."""
    import numpy as np

    from reader.core.choice.counting import Terms, codes_of

    found: dict[int, float] = {}
    pairs: set[int] = set()
    for paper in papers:
        words, two = codes_of(paper.packed)
        pairs.update(two)
        for code in (*words, *two):
            found[code] = found.get(code, 0.0) + paper.weight
    known = (code for code in found if code not in muted)
    chosen = sorted(known, key=lambda code: (-found[code], code))[:MOST_CANDIDATES]
    return Terms(chosen), np.array([code in pairs for code in chosen], bool)


VAGUE_FROM, VAGUE_SHARE = 30, 0.015
"""Papers, and the share of all papers, from which on a word alone may say nothing."""

VAGUE, VAGUE_GROWTH, VAGUE_MOST = 0.2, 1.5, 0.3
"""The part of the papers that have such a word in which it comes three times, below which it does; and how that grows
with the share of the papers that have it. `base` (.08), `dynamic` (.17), `active` (.19) and `robust` (.05) say nothing,
`pruning` (.21), `retrieval` (.33), `robot` (.45) and `audio` (.58) do."""


def _vague(known: Statistics, is_pair: Flags) -> Flags:
    """Which terms say nothing alone: words that papers use in passing."""
    share = known.have / max(1, known.papers)
    least = (VAGUE + VAGUE_GROWTH * (share - VAGUE_SHARE)).clip(VAGUE, VAGUE_MOST)
    is_common = (share >= VAGUE_SHARE) & (known.have >= VAGUE_FROM)
    return is_common & ~is_pair & (known.dwell < least * known.have)


class _Pick(NamedTuple):
    """A term that was picked."""

    place: int
    weight: float


class _Side:
    """The liked papers, or the hidden ones, and which terms they have."""

    def __init__(self, papers: Sequence[Marked], terms: Terms, known: Statistics, is_pair: Flags) -> None:
        import numpy as np

        from reader.core.choice.interests import sample

        self._papers = papers
        self._codes = terms.codes
        self.weights: Floats = np.array([paper.weight for paper in papers])
        measured = sample(terms, [paper.packed for paper in papers], known.length)
        least, most = min(RAREST, 2 + known.papers // 500), max(MOST_COMMON * known.papers, FEW)
        self.allowed: Flags = (known.have >= least) & (known.have <= most) & ~known.everywhere
        # The root lets a second and a third mention count less.
        self._says: Matrix = np.sqrt(measured.says)
        self.sizes: Matrix = measured.sizes * self.allowed
        """How large each term is in each paper; 0 for those that say nothing."""
        self.rarity: Floats = np.log(max(1, known.papers) / known.have.clip(1)).clip(0)
        self._has = self._says > 0
        self.have: Floats = self.weights @ self._has
        """How many of the papers have each term, by their weights."""
        self._is_vague: Flags = _vague(known, is_pair)
        self._common: Floats = (known.have / max(1, known.papers)).clip(1e-9)
        self._dwell = np.where(is_pair, PAIR, 1.0) * (known.dwell + 0.5) / (known.have + 2)

    def _nature(self, have: Floats) -> Floats:
        """How much the nature of each term says for it, if so many papers agree on it."""
        import numpy as np

        return np.asarray(self._dwell ** (1 / (1 + np.maximum(0, have - 1) / AGREEMENT)), np.float64)

    def _gains(self, weights: Floats, total: float, sharpness: float, nature: Floats) -> Floats:
        """How well each term tells papers of these weights from all papers."""
        import numpy as np

        # One more paper, which has each term as often as all papers do.
        shares = (weights @ self._says + self._common) / (total + 1)
        return np.asarray(np.log(shares / self._common).clip(0) * shares**sharpness * nature, np.float64)

    def telling(self, groups: Sequence[Indexes]) -> Floats:
        """A row for each group of papers: how well each term tells it, at most 1."""
        import numpy as np

        found = []
        for group in groups:
            own = np.zeros_like(self.weights)
            own[group] = self.weights[group]
            gains = self._gains(own, float(own.sum()), 1.0, self._nature(own @ self._has)) * self.allowed
            found.append(gains / max(float(gains.max(initial=0.0)), 1e-12))
        return np.array(found)

    def at(self, terms: Terms) -> list[_Pick]:
        """The places of some of the terms."""
        place = {code: at for at, code in enumerate(self._codes.tolist())}
        return [_Pick(place[code], 1.0) for code in terms.codes.tolist()]

    def named(self, picked: Sequence[_Pick], most: float) -> Iterator[TasteTerm]:
        """The picked terms, with weights so that the best has `most`."""
        import numpy as np

        having = [np.flatnonzero(self._has[:, one.place]) for one in picked]
        examples = {int(paper) for papers in having for paper in papers[:EXAMPLES]}
        codes = {int(self._codes[one.place]) for one in picked}
        texts = written(*(". ".join(self._papers[paper][:2]) for paper in sorted(examples)), only=codes)
        for one, papers in zip(picked, having, strict=True):
            code = int(self._codes[one.place])
            # An adverb says how, not what: `strikingly`. A part of some compound says nothing: `-level causal`.
            is_cut = texts[code].startswith("-") or (" " not in texts[code] and texts[code].endswith("ly"))
            is_vague = bool(self._is_vague[one.place]) or is_cut
            yield TasteTerm(code, texts[code], most * one.weight / picked[0].weight, len(papers), is_vague=is_vague)

    def pick(self, share: Floats, least: float, group: Indexes | None = None) -> list[_Pick]:
        """The places and weights of the best terms, which at least so many papers have by their weights.

        `share` is how much of those that have a term are on this side; of a `group`, only its papers count.
        """
        import numpy as np

        weights = self.weights.copy()
        if group is not None:
            weights[np.setdiff1d(np.arange(len(weights)), group)] = 0
        have, total = weights @ self._has, float(weights.sum())
        nature = self._nature(have) * share**2
        left = self.allowed & (have > 0) & (have >= least)
        picked: list[_Pick] = []
        while len(picked) < MOST_TERMS and left.any():
            gains = np.where(left, self._gains(weights, total, SHARPNESS, nature), -1)
            best = int(gains.argmax())
            if gains[best] <= 0:
                break
            picked.append(_Pick(best, float(gains[best])))
            left[best] = False
            turn = TURN * (1 - 1 / max(1.0, have[best]))
            weights[self._has[:, best]] *= 1 - turn
        return picked
