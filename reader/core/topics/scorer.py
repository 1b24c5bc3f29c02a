"""Canonical topics: assigns topics to papers and explains why.

Rules give phrases points for topics: people write them (`reader/data/topics.toml`), and a fit to labelled papers weighs
them (`reader/data/topic_weights.json`). A paper has the topics whose points reach the threshold. For each phrase, the
user's points override fitted ones, and fitted ones override written ones.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from itertools import islice, pairwise, product
from math import log2

from reader.core.keywords import ABBREVIATIONS, normal, spaced, word_forms
from reader.core.settings.toml import MalformedLine, Statement, leaves, parse_toml, read_statements
from reader.core.text import clean

_LONGEST_FIRST = sorted(ABBREVIATIONS.items(), key=lambda pair: -len(pair[1]))
_MOST_LETTERS = 200
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the rules: a paper has it if it has all its parts, which are in normal form."""

    parts: tuple[str, ...]
    in_title: bool = False

    def within(self) -> set[Phrase]:
        if len(self.parts) > 1:
            return set()
        words = self.parts[0].split(" ")
        ends = range(1, len(words) + 1)
        spans = {" ".join(words[start:end]) for end in ends for start in range(end)} - {self.parts[0]}
        return {Phrase((span,), self.in_title) for span in spans}

    def __str__(self) -> str:
        return ("title:" if self.in_title else "") + " + ".join(self.parts)


def parse_phrase(text: str) -> Phrase | None:
    """A phrase as a person writes it; None if a part has no word."""
    in_title, texts = _split(text.strip())
    parts = tuple(short_form(normal(part)) for part in texts)
    if len(text) > _MOST_LETTERS or len(parts) > _MOST_PARTS or not all(_is_part(part) for part in parts):
        return None
    return Phrase(parts, in_title)


def stored_phrase(text: str) -> Phrase:
    """A phrase from its `str`, whose parts are already in normal form."""
    in_title, parts = _split(text)
    return Phrase(tuple(parts), in_title)


def _split(text: str) -> tuple[bool, list[str]]:
    """Whether the phrase counts in the title only, and its parts as text."""
    return text.startswith("title:"), text.removeprefix("title:").split(" + ")


def _is_part(part: str) -> bool:
    """Whether words remain, with stars only at the ends."""
    bare = part.removeprefix("*").removesuffix("*")
    return any(char.isalnum() for char in bare) and "*" not in bare and bare == bare.strip() and bare.isprintable()


def short_form(part: str) -> str:
    """The words, with known abbreviations instead of the words that they stand for."""
    if " " not in part:
        return part
    spaced = f" {part} "
    for short, long in _LONGEST_FIRST:
        if long in part:
            spaced = spaced.replace(f" {long} ", f" {short} ")
    return spaced.strip()


def written_out(part: str) -> set[str]:
    """The unchanged words, and the words with one abbreviation expanded."""
    words = part.split(" ")
    return {part} | {
        " ".join([*words[:at], ABBREVIATIONS[word], *words[at + 1 :]])
        for at, word in enumerate(words)
        if word in ABBREVIATIONS
    }


def net_points(phrases: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The points that each phrase adds to those of the phrases in it, so that the longest of nested phrases decides.

    With 4 points for `agent` and 10 for `llm agent`, `llm agent` adds 6.
    """
    net: dict[Phrase, float] = {}
    for phrase in sorted(phrases, key=lambda phrase: phrase.parts[0].count(" ")):
        within = sum(net.get(part, 0.0) for part in phrase.within())
        net[phrase] = phrases[phrase] - within
    return {phrase: points for phrase, points in net.items() if points}


def gross_points(net: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The total points of each phrase, including those of contained phrases: the reverse of `net_points`."""
    return {
        phrase: points + sum(net.get(part, 0.0) for part in phrase.within()) for phrase, points in net.items() if points
    }


# Rules

_MUST_BE = {
    **dict.fromkeys(("name", "family", "about"), "a text in quotes"),
    **dict.fromkeys(("hide", "replace"), "true or false"),
    "never": "a list of phrases",
    **dict.fromkeys(("implies", "categories"), "a table of points"),
}
"""What the value of a topic's key must be."""

_TABLES = ("phrases", "implies", "categories")
_KEYS = (*_MUST_BE, "phrases")
_NUMBERS = ("threshold", "floor")
_MOST_POINTS = 1_000
_MOST_HINTS, _MOST_HINTED = 20, 1_000
_MOST_SLUG_LETTERS = 40
_SLUG_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """A mistake in a line of a rules file."""

    line: int
    """From 1; 0 for a mistake without a line."""
    message: str


@dataclass(slots=True)
class TopicRules:
    """A topic and its written rules."""

    slug: str
    name: str = ""
    family: str = "Other"
    about: str = ""
    hide: bool = False
    written: dict[Phrase, float] = field(default_factory=dict)
    """Points of the phrases in the shipped rules."""
    own: dict[Phrase, float] = field(default_factory=dict)
    """Points of the phrases in the user's file."""
    replaced: bool = False
    """Whether the user's file drops the shipped phrases."""
    never: set[str] = field(default_factory=set)
    implies: dict[str, float] = field(default_factory=dict)
    categories: dict[str, float] = field(default_factory=dict)
    own_names: set[str] = field(default_factory=set)
    """Slugs and categories with points from the user's file."""

    def points(self, fitted: Mapping[Phrase, float]) -> dict[Phrase, float]:
        """The net points of each phrase. The user's points override fitted ones, and fitted ones override written ones.

        `fitted` has net points; 0 means that the fit knows the phrase and found it useless.
        """
        if self.replaced:
            return net_points(self.own)
        unknown = {phrase: points for phrase, points in self.written.items() if phrase not in fitted}
        return net_points({**gross_points(fitted), **unknown, **self.own})


@dataclass(slots=True)
class Rules:
    """All topics by slug, in the order of first mention."""

    topics: dict[str, TopicRules] = field(default_factory=dict)
    threshold: float = 10
    floor: float = 3


def read_rules(*texts: str) -> tuple[Rules, list[RuleMistake]]:
    """Read the rules of all texts, where later ones override earlier ones; return them and the skipped mistakes.

    The first text is the shipped one; phrases of the others are the user's own.
    """
    rules = Rules()
    mistakes: list[RuleMistake] = []
    for number, text in enumerate(texts):
        mistakes += _Reader(rules, _quick_statements(text), own=number > 0).mistakes
    return rules, mistakes


def review_rules(shipped: Iterable[str], text: str) -> list[RuleMistake]:
    """The mistakes of a user's text on top of the shipped ones, by line."""
    rules, _ = read_rules(*shipped)
    return sorted(_Reader(rules, read_statements(text), own=True).mistakes, key=lambda mistake: mistake.line)


def _quick_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """Statements without line numbers if the text is valid TOML, which is much faster, else with them."""
    try:
        document = parse_toml(text)
    except (ValueError, RecursionError):
        return read_statements(text)
    return (Statement(key, value, 0, 0) for key, value in leaves(document))


class _Reader:
    """Adds a file's statements to the rules and collects their mistakes."""

    def __init__(self, rules: Rules, statements: Iterable[Statement | MalformedLine], *, own: bool) -> None:
        self.rules = rules
        self.own = own
        self.mistakes: list[RuleMistake] = []
        self._new: dict[str, int] = {}
        self._bad_slugs: set[str] = set()
        self._implied: list[tuple[str, int]] = []
        self.seen: dict[tuple[str, Phrase], int] = {}
        """The line of each topic's phrase."""
        for statement in statements:
            self._take(statement)
        self._finish()

    def _take(self, statement: Statement | MalformedLine) -> None:
        line = statement.line
        if isinstance(statement, MalformedLine):
            self._add_mistake(line, f"not TOML: {clean(statement.message)}")
            return
        match statement.key, statement.value:
            case (("topics", slug), None | {}):
                self._topic(slug, line)
            case (("topics", slug, name), None | {}) if name in _TABLES:
                self._topic(slug, line)
            case (("topics", slug, name, *rest), value) if len(rest) < 2:
                topic = self._topic(slug, line)
                if topic is not None:
                    self._set(topic, name, rest[0] if rest else None, value, line)
            case ((name,), float() | int() as value) if name in _NUMBERS and not isinstance(value, bool):
                if 0 <= value <= _MOST_POINTS:
                    setattr(self.rules, name, float(value))
                else:
                    self._add_mistake(line, f"{name} must be from 0 to {_MOST_POINTS}")
            case ((name,), _) if name in _NUMBERS:
                self._add_mistake(line, f"{name} must be a number")
            case (key, _):
                hint = self._hint(key[0], ("topics", *_NUMBERS))
                self._add_mistake(line, f"unknown key {_shown('.'.join(key))}{hint}")

    def _finish(self) -> None:
        """Find the mistakes that concern the whole file."""
        for slug, line in self._implied:
            if slug not in self.rules.topics:
                self._add_mistake(line, f"no topic {_shown(slug)}{self._hint(slug, self.rules.topics)}")
        known = [slug for slug in self.rules.topics if slug not in self._new]
        for slug, line in self._new.items():
            topic = self.rules.topics[slug]
            topic.name = topic.name or slug.replace("-", " ").capitalize()
            if not (topic.written or topic.own or topic.categories):
                hint = self._hint(slug, known)
                self._add_mistake(line, f"new topic {_shown(slug)} has no phrases{hint}")
                del self.rules.topics[slug]

    def _topic(self, slug: str, line: int) -> TopicRules | None:
        if slug not in self.rules.topics:
            if not slug or len(slug) > _MOST_SLUG_LETTERS or not _SLUG_LETTERS.issuperset(slug) or slug[0] == "-":
                if slug not in self._bad_slugs:
                    self._add_mistake(
                        line, f"a topic's slug is 1 to 40 small letters, digits and hyphens, not {_shown(slug)}"
                    )
                    self._bad_slugs.add(slug)
                return None
            self.rules.topics[slug] = TopicRules(slug)
            self._new[slug] = line
        return self.rules.topics[slug]

    def _set(self, topic: TopicRules, name: str, sub: str | None, value: object, line: int) -> None:
        match name, sub, value:
            case (("name" | "family" | "about"), None, str()) if clean(value):
                setattr(topic, name, clean(value, 200))
            case "hide", _, bool():
                topic.hide = value
            case "replace", _, bool():
                # The user's own phrases stay, even those above this line.
                topic.replaced |= value
            case "never", None, _:
                topic.never.update(part for phrase in self._phrases(value, line) for part in phrase.parts)
            case "phrases", _, _:
                self._points_of_phrases(topic, sub, value, line)
            case (("implies" | "categories"), str(), int() | float()) if _is_points(value):
                if name == "implies":
                    topic.implies[sub] = float(value)
                    self._implied.append((sub, line))
                else:
                    sub = sub.casefold()
                    topic.categories[sub] = float(value)
                topic.own_names.update([sub] if self.own else [])
            case _ if name in _MUST_BE:
                self._add_mistake(line, f"{name} must be {_MUST_BE[name]}")
            case _:
                self._add_mistake(line, f"unknown key {_shown(name)}{self._hint(name, _KEYS)}")

    def _points_of_phrases(self, topic: TopicRules, sub: str | None, value: object, line: int) -> None:
        """Take `phrases = [...]`, `10 = [...]` or `"phrase" = 10`."""
        if sub is None:
            points = self.rules.threshold
            phrases = self._phrases(value, line)
        elif isinstance(value, list):
            try:
                points = float(sub)
            except ValueError:
                self._add_mistake(line, f"the key of a list of phrases must be their points, not {_shown(sub)}")
                return
            phrases = self._phrases(value, line)
        elif isinstance(value, int | float) and _is_points(value):
            points = float(value)
            phrases = self._phrases([sub], line)
        else:
            self._add_mistake(line, "points must be a number, or come before a list of phrases")
            return
        if not abs(points) <= _MOST_POINTS:
            self._add_mistake(line, f"points must be from -{_MOST_POINTS} to {_MOST_POINTS}")
            return
        for phrase in phrases:
            if (topic.slug, phrase) in self.seen:
                self._add_mistake(line, f'"{phrase}" appears twice in the phrases of {topic.slug}')
                continue
            self.seen[topic.slug, phrase] = line
            (topic.own if self.own else topic.written)[phrase] = points

    def _phrases(self, value: object, line: int) -> list[Phrase]:
        if not isinstance(value, list):
            self._add_mistake(line, "must be a list of phrases")
            return []
        phrases = []
        for text in value:
            phrase = parse_phrase(text) if isinstance(text, str) else None
            if phrase is None:
                self._add_mistake(line, f"not a phrase: {_shown(str(text))}")
            else:
                phrases.append(phrase)
        return phrases

    def _hint(self, word: str, known: Iterable[str]) -> str:
        """The nearest known word, as the end of a mistake; none after many mistakes, where it takes too long."""
        if len(self.mistakes) >= _MOST_HINTS:
            return ""
        near = get_close_matches(word[:60], list(islice(known, _MOST_HINTED)))
        return f'; did you mean "{near[0]}"?' if near else ""

    def _add_mistake(self, line: int, message: str) -> None:
        self.mistakes.append(RuleMistake(line, message))


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_POINTS


def _shown(text: str) -> str:
    return f'"{clean(text, 60)}"'


MOST = 5

OWN, WRITTEN, FITTED = "own", "written", "fitted"
"""The origin of a phrase: the user's file, the shipped rules, or the fit to labelled papers."""

_VERSION = "2"
"""Raised when the same rules give different topics, so that caches classify their papers again."""

_LEAST = 0.001
"""The lowest threshold in points that rules can set: a paper without any phrase has no topic."""

_IN_TITLE = 3
"""Weight of a mention in the title."""
_ENOUGH = 15
"""Mentions beyond this number add nothing."""
_STEPS = tuple(round(16 * log2(1 + mentions)) / 16 for mentions in range(_ENOUGH + 1))

_PARTED = "\x02"
_PARTING = f" {_PARTED} "
"""Separates title, abstract and keywords, so that no phrase spans two of them."""

_MOST_WORDS = 100_000
"""Maximum cached words."""

_MOST_SPELLINGS = 256
"""Maximum spellings searched for a phrase; only phrases of more than eight words have more."""

_LONGEST = 10_000
"""Characters searched per field: three times the longest abstract of the feed."""

FOR, AGAINST = 5, 2
"""Maximum number of causes shown for a topic and against it."""

ORIGINS: Mapping[str, str] = {OWN: "yours", WRITTEN: "written", FITTED: "fitted"}
"""How the reader names the origin of a phrase; of several origins it names the first in this order."""

LEGEND = "written by people, fitted to labels"


# Weights


@dataclass(frozen=True, slots=True)
class Weights:
    """Points by phrase and topic."""

    fit: Mapping[str, object] = field(default_factory=dict)
    """The fit's script, labels, date and statistics."""
    slugs: tuple[str, ...] = ()
    rows: Mapping[Phrase, Mapping[int, int]] = field(default_factory=dict)
    """A phrase's net points, by the topic's index in `slugs`.

    It is 0 for a written phrase that the fit found useless.
    """

    @property
    def papers(self) -> int:
        """Number of labelled papers in the fit."""
        labels = self.fit.get("labels")
        return sum(labels.values()) if isinstance(labels, dict) else 0

    @property
    def date(self) -> str:
        return str(self.fit.get("date", ""))

    @property
    def points(self) -> int:
        """Number of nonzero points, over all phrases and topics."""
        return sum(sum(map(bool, row.values())) for row in self.rows.values())

    def of_topic(self, slug: str) -> dict[Phrase, float]:
        if slug not in self.slugs:
            return {}
        index = self.slugs.index(slug)
        return {phrase: row[index] for phrase, row in self.rows.items() if index in row}

    def knows(self, slug: str, phrases: Iterable[Phrase]) -> bool:
        """Whether the fit weighed all these phrases for the topic."""
        if slug not in self.slugs:
            return False
        index = self.slugs.index(slug)
        return all(index in self.rows.get(phrase, ()) for phrase in phrases)


def read_weights(text: str) -> Weights:
    """The weights of a file's text; none if the text is empty."""
    if not text:
        return Weights()
    document = json.loads(text)
    rows = {
        stored_phrase(phrase): dict(zip(row[::2], row[1::2], strict=True))
        for phrase, row in document["phrases"].items()
    }
    return Weights(document["fit"], tuple(document["topics"]), rows)


def strength(mentions: int) -> float:
    """The factor of a phrase's points: 1, 1.56, 2, 2.31, … for 1, 2, 3, 4, … mentions."""
    return _STEPS[min(mentions, _ENOUGH)]


@dataclass(slots=True)
class FoundParts:
    """The parts of phrases found in a paper."""

    mentions: Counter[str]
    """Mentions of each part in all fields; a mention in the title counts three times."""
    title: set[str]

    def strength(self, phrase: Phrase) -> float:
        """The factor of a phrase's points: that of its rarest part; 0 if one is missing."""
        if phrase.in_title:
            return float(self.title.issuperset(phrase.parts))
        return strength(min(map(self.mentions.__getitem__, phrase.parts)))


class Matcher:
    """Finds parts of phrases, such as `gui agent`, `segment*` or `*bench`."""

    def __init__(self, parts: Iterable[str]) -> None:
        forms_of = cache(word_forms)
        # Sorted, so that if two parts share a spelling, the result does not depend on the order of the rules.
        part_of = {
            pattern: part
            for part in sorted(set(parts))
            for form in written_out(part)
            for pattern in _patterns(form, forms_of)
        }
        single = {pattern: part for pattern, part in part_of.items() if " " not in pattern.strip()}
        pieces = [pattern for pattern in single if not pattern[0] == pattern[-1] == " "]

        # Most words recur.
        @lru_cache(_MOST_WORDS)
        def parts_of(word: str) -> tuple[str, ...]:
            text = f" {word} "
            return tuple(single[piece] for piece in (text, *pieces) if piece in text and piece in single)

        self._parts_of = parts_of
        self._runs: dict[tuple[str, str], list[tuple[list[str], str]]] = {}
        """By two adjacent words: the words that follow them in a part, and the part."""
        self._pieces: dict[str, str] = {}
        """Parts of several words with a star, by their patterns."""
        for pattern, part in part_of.items():
            first, *more = pattern.split()
            if more and pattern[0] == pattern[-1] == " ":
                self._runs.setdefault((first, more[0]), []).append((more[1:], part))
            elif more:
                self._pieces[pattern] = part

    def find(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> FoundParts:
        fields = [title[:_LONGEST], _PARTING.join((abstract, *keywords))[:_LONGEST]]
        text = spaced(_PARTING.join(fields))
        parts = self._parts(text)
        titled = self._parts(text[: text.index(_PARTED)]) if title else []
        return FoundParts(Counter(parts + titled * (_IN_TITLE - 1)), set(titled))

    def _parts(self, text: str) -> list[str]:
        """The parts in a spaced text, once for each mention."""
        words = text.split(" ")
        parts = [part for found in map(self._parts_of, words) for part in found]
        for at, two in enumerate(pairwise(words), 2):
            if two in self._runs:
                parts += [part for rest, part in self._runs[two] if words[at : at + len(rest)] == rest]
        for piece, part in self._pieces.items():
            parts += [part] * text.count(piece)
        return parts


def _patterns(part: str, forms_of: Callable[[str], list[str]]) -> Iterator[str]:
    """All forms of a part in a spaced text, with plurals; at a star the word may continue."""
    start = "" if part.startswith("*") else " "
    end = "" if part.endswith("*") else " "
    words = [forms_of(word) for word in part.strip("*").split(" ")]
    if not end:
        # All other forms begin with the first one, except the plural of a word that ends in "y".
        words[-1] = [words[-1][0], *(form for form in words[-1] if not form.startswith(words[-1][0]))]
    return (f"{start}{' '.join(forms)}{end}" for forms in islice(product(*words), _MOST_SPELLINGS))


@dataclass(frozen=True, slots=True)
class Topic:
    """A canonical topic as the reader shows it."""

    slug: str
    name: str
    family: str
    about: str
    """One sentence on which papers have the topic."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One cause of a topic: a phrase of the rules, an arXiv category, or another topic."""

    phrase: str
    where: tuple[str, ...]
    """Any of `title`, `keywords`, `abstract`, `categories`, `topics`."""
    points: float
    origin: str = ""
    """`OWN`, `WRITTEN` or `FITTED`. A written phrase has fitted points if the fit knows it."""


@dataclass(frozen=True, slots=True)
class TopicReason:
    """Why a paper has a topic: its score and the evidence, strongest first."""

    slug: str
    score: float
    evidence: tuple[Evidence, ...]


class Topics:
    """The topics in use and their rules: `classify` gives a paper's topics, `explain` says why."""

    def __init__(self, *texts: str, weights: str = "") -> None:
        """The shipped rules with the user's TOML rules on top; `weights` is the text of the fitted weights.

        A mistake costs only its own statement; `check` finds all mistakes of a file, by line.
        """
        self._shipped = texts[:1]
        self._weights_text = weights
        rules, self.mistakes = read_rules(*texts)
        """The skipped mistakes, without lines; `check` finds the lines."""
        self._rules = tuple(rules.topics.values())
        self._index = {topic.slug: index for index, topic in enumerate(self._rules)}
        self._hidden = {index for index, topic in enumerate(self._rules) if topic.hide}
        self._threshold = max(rules.threshold, _LEAST)
        self._floor = rules.floor
        self.version = sha256("\0".join((_VERSION, weights, *texts)).encode("utf-8", "replace")).hexdigest()[:16]
        """A hash of rules and weights that identifies the resulting topics."""
        self.topics = tuple(
            Topic(topic.slug, topic.name, topic.family, topic.about) for topic in self._rules if not topic.hide
        )
        """The visible topics, in the order of the rules."""

    def check(self, text: str) -> list[RuleMistake]:
        """The mistakes of a user's file on top of the shipped rules, by line."""
        return review_rules(self._shipped, text)

    @cached_property
    def weights(self) -> Weights:
        """The fitted weights, read lazily: most starts classify no paper."""
        return read_weights(self._weights_text)

    def classify(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Slugs of the paper's topics, strongest first, at most `MOST`."""
        scorer = self._scorer
        given = self._choose(scorer, scorer.matcher.find(title, abstract, keywords), categories)
        return tuple([self._rules[index].slug for index, _ in given])

    def explain(
        self, title: str, abstract: str, keywords: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[TopicReason, ...]:
        """The topics that `classify` gives, each with the evidence for and against it."""
        scorer = self._scorer
        found = scorer.matcher.find(title, abstract, keywords)
        given = self._choose(scorer, found, categories)
        fields = {
            "title": scorer.matcher.find(title, ""),
            "keywords": scorer.matcher.find("", "", keywords),
            "abstract": scorer.matcher.find("", abstract),
        }
        topics = [self._rules[index] for index, _ in given]
        reasons = []
        for topic, (index, score) in zip(topics, given, strict=True):
            evidence = [
                Evidence(str(phrase), _where(phrase, fields), round(points * strength, 1), _origin(topic, phrase))
                for phrase, points in scorer.points(index)
                if (strength := found.strength(phrase))
            ]
            evidence += _other_evidence(topic, categories, topics)
            evidence.sort(key=lambda one: -one.points)
            reasons.append(TopicReason(topic.slug, round(score, 1), tuple(evidence)))
        return tuple(reasons)

    def _choose(self, scorer: _Scorer, found: FoundParts, categories: Iterable[str]) -> list[tuple[int, float]]:
        """The indices of the paper's topics with their scores, the strongest first."""
        scores = scorer.scores(found, categories)
        enough = self._threshold
        # The user's own phrases suffice, whatever other evidence says.
        owned = {index: score for index, score in scorer.own_scores(found) if score >= enough}
        for index, score in owned.items():
            scores[index] = max(score, scores[index])
        given = [index for index, score in enumerate(scores) if score >= enough]
        implied = [pair for index in given for pair in self._rules[index].implies.items() if pair[0] in self._index]
        for slug, points in implied:
            scores[self._index[slug]] += points
        denied = self._hidden | scorer.denied(found)
        if implied or not denied.isdisjoint(given):
            given = [index for index, score in enumerate(scores) if score >= enough and index not in denied]
        if not given:
            best = max(set(range(len(scores))) - denied, key=scores.__getitem__, default=None)
            given = [best] if best is not None and scores[best] >= max(self._floor, _LEAST) else []
        else:
            # Stronger shipped topics do not displace topics from the user's own phrases.
            given.sort(key=lambda index: (index not in owned, -scores[index]))
            del given[MOST:]
        given.sort(key=lambda index: -scores[index])
        return [(index, scores[index]) for index in given]

    @cached_property
    def _scorer(self) -> _Scorer:
        """The scorer, made lazily: most starts classify no paper."""
        return _Scorer(self._rules, self.weights)


class _Scorer:
    """Computes the points of each topic from a paper's phrases."""

    def __init__(self, rules: Sequence[TopicRules], weights: Weights) -> None:
        fitted: dict[int, int] = {}
        """The topics with only fitted points: index in the rules by index in the weights."""
        self._rows: dict[Phrase, dict[int, float]] = {}
        """The net points of each phrase, by the topic's index in the rules."""
        for index, topic in enumerate(rules):
            if not (topic.own or topic.replaced) and weights.knows(topic.slug, topic.written):
                fitted[weights.slugs.index(topic.slug)] = index
                continue
            for phrase, points in topic.points(weights.of_topic(topic.slug)).items():
                self._rows.setdefault(phrase, {})[index] = points
        for phrase, row in weights.rows.items():
            if found := {fitted[at]: points for at, points in row.items() if points and at in fitted}:
                self._rows[phrase] = {**self._rows.get(phrase, {}), **found}
        self._anywhere: dict[str, dict[int, float]] = {}
        self._in_title: dict[str, dict[int, float]] = {}
        self._together: dict[str, list[Phrase]] = {}
        """Phrases of several parts by their first one."""
        for phrase, by_topic in self._rows.items():
            if len(phrase.parts) > 1:
                self._together.setdefault(phrase.parts[0], []).append(phrase)
            else:
                (self._in_title if phrase.in_title else self._anywhere)[phrase.parts[0]] = by_topic
        self._topics = len(rules)
        self._never: dict[str, list[int]] = {}
        self._categories: dict[str, list[tuple[int, float]]] = {}
        self._own = [(index, net_points(topic.own)) for index, topic in enumerate(rules) if topic.own]
        for index, topic in enumerate(rules):
            for part in topic.never:
                self._never.setdefault(part, []).append(index)
            for category, score in topic.categories.items():
                self._categories.setdefault(category, []).append((index, score))
        phrases = (*self._rows, *(phrase for topic in rules for phrase in topic.own))
        self.matcher = Matcher([*self._never, *(part for phrase in phrases for part in phrase.parts)])

    def points(self, index: int) -> Iterator[tuple[Phrase, float]]:
        """The net points of each phrase for a topic."""
        return ((phrase, row[index]) for phrase, row in self._rows.items() if index in row)

    def scores(self, found: FoundParts, categories: Iterable[str]) -> list[float]:
        """The points of each topic, by index."""
        rows = [(self._in_title[part], 1.0) for part in found.title if part in self._in_title]
        for part, mentions in found.mentions.items():
            if part in self._anywhere:
                rows.append((self._anywhere[part], strength(mentions)))
            for phrase in self._together.get(part, ()):
                if factor := found.strength(phrase):
                    rows.append((self._rows[phrase], factor))
        scores = [0.0] * self._topics
        for row, factor in rows:
            for index, points in row.items():
                scores[index] += points * factor
        for category in categories:
            for index, points in self._categories.get(category.casefold(), ()):
                scores[index] += points
        return scores

    def own_scores(self, found: FoundParts) -> list[tuple[int, float]]:
        """The points from the user's own phrases alone, by topic."""
        return [
            (index, sum(points * found.strength(phrase) for phrase, points in own.items())) for index, own in self._own
        ]

    def denied(self, found: FoundParts) -> set[int]:
        return {index for part in self._never.keys() & found.mentions.keys() for index in self._never[part]}


def _origin(topic: TopicRules, phrase: Phrase) -> str:
    return OWN if phrase in topic.own else WRITTEN if phrase in topic.written else FITTED


def _where(phrase: Phrase, fields: Mapping[str, FoundParts]) -> tuple[str, ...]:
    if phrase.in_title:
        return ("title",)
    return tuple(name for name, found in fields.items() if not found.mentions.keys().isdisjoint(phrase.parts))


def _other_evidence(topic: TopicRules, categories: Iterable[str], given: Sequence[TopicRules]) -> list[Evidence]:
    evidence = []
    for category in categories:
        if points := topic.categories.get(folded := category.casefold()):
            evidence.append(Evidence(category, ("categories",), points, OWN if folded in topic.own_names else WRITTEN))
    for other in given:
        if points := other.implies.get(topic.slug):
            origin = OWN if topic.slug in other.own_names else WRITTEN
            evidence.append(Evidence(other.slug, ("topics",), points, origin))
    return evidence


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause for a topic or against it."""

    said: str
    """The phrase, category or other topic, as shown."""
    where: str
    """The fields with it, such as `title, abstract`; empty for categories and topics."""
    points: int
    origin: str = ""
    """`written`, `fitted` or `yours`."""

    @property
    def detail(self) -> str:
        """Origin and fields, such as `fitted: title, abstract`."""
        return ": ".join(filter(None, (self.origin, self.where)))


@dataclass(frozen=True, slots=True)
class Why:
    """The causes of one of a paper's topics."""

    slug: str
    name: str
    score: int
    causes: tuple[Cause, ...]
    """Causes for the topic, the strongest first, then those against it."""
    weaker: int
    """The number of further causes."""


def why(reasons: Iterable[TopicReason], names: Mapping[str, str]) -> tuple[Why, ...]:
    """Each topic with its strongest causes; `names` are topic names by slug."""
    found = []
    for slug, score, evidence in ((one.slug, one.score, one.evidence) for one in reasons):
        causes = sorted((cause for cause in _merged(evidence, names) if cause.points), key=lambda one: -one.points)
        strongest = [cause for cause in causes if cause.points > 0][:FOR]
        strongest += [cause for cause in reversed(causes) if cause.points < 0][:AGAINST]
        found.append(Why(slug, names.get(slug, slug), round(score), tuple(strongest), len(causes) - len(strongest)))
    return tuple(found)


def _merged(evidence: Iterable[Evidence], names: Mapping[str, str]) -> Iterable[Cause]:
    """Causes with whole points; a phrase and its extra points for the title are one cause."""
    merged: dict[str, list[Evidence]] = {}
    for one in evidence:
        said = one.phrase.removeprefix("title:")
        if one.where == ("categories",):
            said = f"category {one.phrase}"
        elif one.where == ("topics",):
            said = f"topic {names.get(one.phrase, one.phrase)}"
        merged.setdefault(said, []).append(one)
    for said, group in merged.items():
        where = dict.fromkeys(place for one in group for place in one.where if place not in ("categories", "topics"))
        origins = {one.origin for one in group}
        origin = next((name for key, name in ORIGINS.items() if key in origins), "")
        yield Cause(said, ", ".join(where), round(sum(one.points for one in group)), origin)
