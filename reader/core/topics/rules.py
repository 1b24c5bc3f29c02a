"""Topic rules that people write, in TOML: read, merged with the user's own, and checked.

`reader/data/topics.toml` says how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from reader.core.keywords import ABBREVIATIONS, normal
from reader.core.settings.toml import MalformedLine, Statement, parse_toml, read_statements
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
        """The shorter phrases that this one contains."""
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
    """A phrase from its `str`: its parts are in normal form already."""
    in_title, parts = _split(text)
    return Phrase(tuple(parts), in_title)


def _split(text: str) -> tuple[bool, list[str]]:
    """Whether the phrase counts in the title only, and its parts as text."""
    return text.startswith("title:"), text.removeprefix("title:").split(" + ")


def _is_part(part: str) -> bool:
    """Whether words remain, with stars at the ends only."""
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
    """The unchanged words, and the words with one abbreviation written out."""
    words = part.split(" ")
    return {part} | {
        " ".join([*words[:at], ABBREVIATIONS[word], *words[at + 1 :]])
        for at, word in enumerate(words)
        if word in ABBREVIATIONS
    }


def net_points(phrases: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The points that each phrase adds to those of the phrases it contains; the longest of nested phrases then counts.

    With 4 points for `agent` and 10 for `llm agent`, `llm agent` adds 6.
    """
    net: dict[Phrase, float] = {}
    for phrase in sorted(phrases, key=lambda phrase: phrase.parts[0].count(" ")):
        within = sum(net.get(part, 0.0) for part in phrase.within())
        net[phrase] = phrases[phrase] - within
    return {phrase: points for phrase, points in net.items() if points}


def gross_points(net: Mapping[Phrase, float]) -> dict[Phrase, float]:
    """The points of each phrase with those of the phrases it contains: the reverse of `net_points`."""
    return {
        phrase: points + sum(net.get(part, 0.0) for part in phrase.within()) for phrase, points in net.items() if points
    }


# Rules

_TEXTS = ("name", "family", "about")
_FLAGS = ("hide", "replace")
_TABLES = ("phrases", "implies", "categories")
_KEYS = (*_TEXTS, *_FLAGS, "never", *_TABLES)
_NUMBERS = ("threshold", "floor")
_MOST_POINTS = 1_000
_MOST_HINTS, _MOST_HINTED = 20, 1_000
_MOST_SLUG_LETTERS = 40
_SLUG_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """A mistake in a line of a rules file."""

    line: int
    """From 1; 0 if the mistake has no line of its own."""
    message: str


@dataclass(slots=True)
class TopicRules:
    """A topic and what people wrote about it."""

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
    """Parts of phrases that forbid the topic."""
    implies: dict[str, float] = field(default_factory=dict)
    """Points for other topics, by slug."""
    categories: dict[str, float] = field(default_factory=dict)
    """Points for arXiv categories, in small letters."""
    own_names: set[str] = field(default_factory=set)
    """Slugs and categories that get their points from the user's file."""

    def points(self, fitted: Mapping[Phrase, float]) -> dict[Phrase, float]:
        """The net points of each phrase. The user's points win over fitted ones, and fitted ones over written ones.

        `fitted` has net points; 0 means that the fit knows the phrase and found it useless.
        """
        if self.replaced:
            return net_points(self.own)
        unknown = {phrase: points for phrase, points in self.written.items() if phrase not in fitted}
        return net_points({**gross_points(fitted), **unknown, **self.own})


@dataclass(slots=True)
class Rules:
    """All topics by slug, in the order they are first named."""

    topics: dict[str, TopicRules] = field(default_factory=dict)
    threshold: float = 10
    floor: float = 3


@dataclass(frozen=True, slots=True)
class OwnPhrase:
    """A phrase of a user's file, and the shipped points that it replaces."""

    line: int
    slug: str
    phrase: Phrase
    points: float
    written: float | None
    """The points of the shipped rules; None if they don't have the phrase."""


@dataclass(frozen=True, slots=True)
class Review:
    """The mistakes and the phrases of a user's file."""

    mistakes: tuple[RuleMistake, ...]
    """By line."""
    phrases: tuple[OwnPhrase, ...]
    """All phrases that count, by line."""


def read_rules(*texts: str) -> tuple[Rules, list[RuleMistake]]:
    """Read the rules of all texts, later ones on top; return them and the skipped mistakes.

    The first text is the shipped one; phrases of the others are the user's own.
    """
    rules = Rules()
    mistakes: list[RuleMistake] = []
    for number, text in enumerate(texts):
        reader = _Reader(rules, own=number > 0)
        for statement in _quick_statements(text):
            reader.take(statement)
        reader.finish()
        mistakes += reader.mistakes
    return rules, mistakes


def review_rules(shipped: Iterable[str], text: str) -> Review:
    """The mistakes and phrases of a user's text that comes on top of the shipped ones."""
    rules, _ = read_rules(*shipped)
    reader = _Reader(rules, own=True)
    for statement in read_statements(text):
        reader.take(statement)
    reader.finish()
    mistakes = sorted(reader.mistakes, key=lambda mistake: mistake.line)
    phrases = [
        OwnPhrase(line, slug, phrase, topic.own[phrase], topic.written.get(phrase))
        for (slug, phrase), line in reader.seen.items()
        if (topic := rules.topics.get(slug))
    ]
    return Review(tuple(mistakes), tuple(sorted(phrases, key=lambda phrase: phrase.line)))


def _quick_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """Statements without line numbers if the text is valid TOML, which is much faster; else with them."""
    try:
        document = parse_toml(text)
    except (ValueError, RecursionError):
        return read_statements(text)
    return _leaves(document, ())


def _leaves(node: object, key: tuple[str, ...]) -> Iterator[Statement]:
    if isinstance(node, dict) and node and len(key) < 5:
        for name, child in node.items():
            yield from _leaves(child, (*key, name))
    elif key:
        yield Statement(key, node, 0, 0)


class _Reader:
    """Puts a file's statements into the rules and collects their mistakes."""

    def __init__(self, rules: Rules, own: bool) -> None:
        self.rules = rules
        self.own = own
        self.mistakes: list[RuleMistake] = []
        self._new: dict[str, int] = {}
        self._bad_slugs: set[str] = set()
        self._implied: list[tuple[str, int]] = []
        self.seen: dict[tuple[str, Phrase], int] = {}
        """The line of each topic's phrase."""

    def take(self, statement: Statement | MalformedLine) -> None:
        """Take one statement; a wrong one changes nothing."""
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

    def finish(self) -> None:
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
                if self.own:
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
        if name not in _KEYS:
            self._add_mistake(line, f"unknown key {_shown(name)}{self._hint(name, _KEYS)}")
        elif name in _TEXTS:
            if isinstance(value, str) and clean(value) and sub is None:
                setattr(topic, name, clean(value, 200))
            else:
                self._add_mistake(line, f"{name} must be a text in quotes")
        elif name in _FLAGS:
            self._flag(topic, name, value, line)
        elif name == "never" and sub is None:
            topic.never.update(part for phrase in self._phrases(value, line) for part in phrase.parts)
        elif name == "phrases":
            self._points_of_phrases(topic, sub, value, line)
        elif sub is None or not _is_points(value):
            self._add_mistake(line, f"{name} must be {'a list of phrases' if name == 'never' else 'a table of points'}")
        elif name == "implies":
            self._note_own(topic, sub)
            topic.implies[sub] = _points(value)
            self._implied.append((sub, line))
        elif name == "categories":
            self._note_own(topic, sub.casefold())
            topic.categories[sub.casefold()] = _points(value)
        else:
            self._add_mistake(line, "never must be a list of phrases")

    def _flag(self, topic: TopicRules, name: str, value: object, line: int) -> None:
        if not isinstance(value, bool):
            self._add_mistake(line, f"{name} must be true or false")
        elif name == "hide":
            topic.hide = value
        elif value and self.own:
            # The user's own phrases stay, even those above this line.
            topic.replaced = True

    def _note_own(self, topic: TopicRules, name: str) -> None:
        if self.own:
            topic.own_names.add(name)

    def _points_of_phrases(self, topic: TopicRules, sub: str | None, value: object, line: int) -> None:
        """Take `phrases = [...]`, `10 = [...]` or `"phrase" = 10`."""
        if sub is None:
            points = self.rules.threshold
            phrases = self._phrases(value, line)
        elif isinstance(value, list):
            try:
                points = float(sub)
            except ValueError:
                self._add_mistake(line, f"the key of a list of phrases is their points, not {_shown(sub)}")
                return
            phrases = self._phrases(value, line)
        elif _is_points(value):
            points = _points(value)
            phrases = self._phrases([sub], line)
        else:
            self._add_mistake(line, "points must be a number, or come before a list of phrases")
            return
        if not abs(points) <= _MOST_POINTS:
            self._add_mistake(line, f"points must be from -{_MOST_POINTS} to {_MOST_POINTS}")
            return
        for phrase in phrases:
            if (topic.slug, phrase) in self.seen:
                self._add_mistake(line, f'"{phrase}" is twice in the phrases of {topic.slug}')
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
        """The nearest known word, as the end of a mistake; nothing after many mistakes, for which it takes long."""
        if len(self.mistakes) >= _MOST_HINTS:
            return ""
        near = get_close_matches(word[:60], list(islice(known, _MOST_HINTED)), n=1)
        return f'; did you mean "{near[0]}"?' if near else ""

    def _add_mistake(self, line: int, message: str) -> None:
        self.mistakes.append(RuleMistake(line, message))


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_POINTS


def _points(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _shown(text: str) -> str:
    return f'"{clean(text, 60)}"'
