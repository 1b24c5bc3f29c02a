"""The rules of the topics as they stand in TOML: read, merged with a user's own, and checked.

`reader/data/topics.toml` says how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from reader.core.keywords import ABBREVIATIONS, normal
from reader.core.text import clean
from reader.core.toml_lines import MalformedLine, Statement, read_statements

_TEXTS = ("name", "family", "about")
_FLAGS = ("hide", "replace")
_TABLES = ("phrases", "implies", "categories")
_KEYS = (*_TEXTS, *_FLAGS, "never", *_TABLES)
_NUMBERS = ("threshold", "floor")
_MOST_POINTS = 1_000
_BY_LENGTH = sorted(ABBREVIATIONS.items(), key=lambda pair: -len(pair[1]))
_SLUG_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line of a rules file."""

    line: int
    """From 1; 0 if it concerns no line in particular."""
    message: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the rules: parts in normal form that must all stand in the paper."""

    parts: tuple[str, ...]
    in_title: bool = False

    def within(self) -> set[Phrase]:
        """The phrases that stand within this one wherever it stands."""
        if len(self.parts) > 1:
            return set()
        words = self.parts[0].split(" ")
        ends = range(1, len(words) + 1)
        spans = {" ".join(words[start:end]) for end in ends for start in range(end)} - {self.parts[0]}
        return {Phrase((span,), self.in_title) for span in spans}

    def __str__(self) -> str:
        return ("title:" if self.in_title else "") + " + ".join(self.parts)


@dataclass(slots=True)
class TopicRules:
    """A topic and everything that gives or denies it."""

    slug: str
    name: str = ""
    family: str = "Other"
    about: str = ""
    hide: bool = False
    phrases: dict[Phrase, float] = field(default_factory=dict)
    own: set[Phrase] = field(default_factory=set)
    """The phrases that come from the user."""
    never: set[str] = field(default_factory=set)
    implies: dict[str, float] = field(default_factory=dict)
    categories: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Rules:
    """All topics by slug, in the order they were first named."""

    topics: dict[str, TopicRules] = field(default_factory=dict)
    threshold: float = 10
    floor: float = 3


def read_rules(*texts: str) -> tuple[Rules, list[Mistake]]:
    """The rules of all texts, the later ones on top, and the mistakes that were passed over.

    The first text is the shipped one: phrases of the others are marked as the user's own.
    """
    rules = Rules()
    mistakes: list[Mistake] = []
    for number, text in enumerate(texts):
        reader = _Reader(rules, own=number > 0)
        for statement in _quick_statements(text):
            reader.take(statement)
        reader.finish()
        mistakes += reader.mistakes
    return rules, mistakes


def check_rules(shipped: Iterable[str], text: str) -> list[Mistake]:
    """The mistakes of a text that comes on top of the shipped ones, by line."""
    rules, _ = read_rules(*shipped)
    reader = _Reader(rules, own=True)
    for statement in read_statements(text):
        reader.take(statement)
    reader.finish()
    return sorted(reader.mistakes, key=lambda mistake: mistake.line)


def short_form(part: str) -> str:
    """The words with each known abbreviation in the place of what it stands for."""
    if " " not in part:
        return part
    spaced = f" {part} "
    for short, long in _BY_LENGTH:
        if long in part:
            spaced = spaced.replace(f" {long} ", f" {short} ")
    return spaced.strip()


def written_out(part: str) -> set[str]:
    """The words as they are, and with an abbreviation written out."""
    words = part.split(" ")
    return {part} | {
        " ".join([*words[:at], ABBREVIATIONS[word], *words[at + 1 :]])
        for at, word in enumerate(words)
        if word in ABBREVIATIONS
    }


def _quick_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """Statements without their lines where the text is good TOML, at a fraction of the time."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return read_statements(text)
    return _leaves(document, ())


def _leaves(node: object, key: tuple[str, ...]) -> Iterator[Statement]:
    if isinstance(node, dict) and node and len(key) < 5:
        for name, child in node.items():
            yield from _leaves(child, (*key, name))
    elif key:
        yield Statement(key, node, 0)


class _Reader:
    """Takes a file's statements into the rules, and keeps what is wrong with them."""

    def __init__(self, rules: Rules, own: bool) -> None:
        self.rules = rules
        self.own = own
        self.mistakes: list[Mistake] = []
        self._new: dict[str, int] = {}
        self._bad_slugs: set[str] = set()
        self._implied: list[tuple[str, int]] = []
        self._seen: dict[tuple[str, Phrase], int] = {}

    def take(self, statement: Statement | MalformedLine) -> None:
        """Take one statement; a wrong one leaves the rules as they are."""
        line = statement.line
        if isinstance(statement, MalformedLine):
            self._wrong(line, f"not TOML: {clean(statement.message)}")
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
                    self._wrong(line, f"{name} must be from 0 to {_MOST_POINTS}")
            case ((name,), _) if name in _NUMBERS:
                self._wrong(line, f"{name} must be a number")
            case (key, _):
                self._wrong(line, f"unknown key {_shown('.'.join(key))}{_hint(key[0], ('topics', *_NUMBERS))}")

    def finish(self) -> None:
        """What can be told only when the whole file has been read."""
        for slug, line in self._implied:
            if slug not in self.rules.topics:
                self._wrong(line, f"no topic {_shown(slug)}{_hint(slug, self.rules.topics)}")
        for slug, line in self._new.items():
            topic = self.rules.topics[slug]
            topic.name = topic.name or slug.replace("-", " ").capitalize()
            if not topic.phrases and not topic.categories:
                known = [other for other in self.rules.topics if other not in self._new]
                hint = _hint(slug, known)
                self._wrong(line, f"new topic {_shown(slug)} has no phrases{hint}")
                if self.own:
                    del self.rules.topics[slug]

    def _topic(self, slug: str, line: int) -> TopicRules | None:
        if slug not in self.rules.topics:
            if not slug or len(slug) > 40 or not _SLUG_LETTERS.issuperset(slug) or slug[0] == "-":
                if slug not in self._bad_slugs:
                    self._wrong(line, f"a topic's slug has small letters, digits and hyphens only, not {_shown(slug)}")
                    self._bad_slugs.add(slug)
                return None
            self.rules.topics[slug] = TopicRules(slug)
            self._new[slug] = line
        return self.rules.topics[slug]

    def _set(self, topic: TopicRules, name: str, sub: str | None, value: object, line: int) -> None:
        if name not in _KEYS:
            self._wrong(line, f"unknown key {_shown(name)}{_hint(name, _KEYS)}")
        elif name in _TEXTS:
            if isinstance(value, str) and clean(value) and sub is None:
                setattr(topic, name, clean(value, 200))
            else:
                self._wrong(line, f"{name} must be a text in quotes")
        elif name in _FLAGS:
            self._flag(topic, name, value, line)
        elif name == "never" and sub is None:
            topic.never.update(part for phrase in self._phrases(value, line) for part in phrase.parts)
        elif name == "phrases":
            self._points_of_phrases(topic, sub, value, line)
        elif sub is None or not _is_points(value):
            self._wrong(line, f"{name} must be {'a list of phrases' if name == 'never' else 'a table of points'}")
        elif name == "implies":
            topic.implies[sub] = _points(value)
            self._implied.append((sub, line))
        elif name == "categories":
            topic.categories[sub.casefold()] = _points(value)
        else:
            self._wrong(line, "never must be a list of phrases")

    def _flag(self, topic: TopicRules, name: str, value: object, line: int) -> None:
        if not isinstance(value, bool):
            self._wrong(line, f"{name} must be true or false")
        elif name == "hide":
            topic.hide = value
        elif value:
            # Phrases of this same file stay, wherever the key stands in it.
            topic.phrases = {phrase: points for phrase, points in topic.phrases.items() if phrase in topic.own}

    def _points_of_phrases(self, topic: TopicRules, sub: str | None, value: object, line: int) -> None:
        """Take `phrases = [...]`, `10 = [...]` or `"phrase" = 10`."""
        if sub is None:
            points = self.rules.threshold
            phrases = self._phrases(value, line)
        elif isinstance(value, list):
            try:
                points = float(sub)
            except ValueError:
                self._wrong(line, f"the key of a list of phrases is their points, not {_shown(sub)}")
                return
            phrases = self._phrases(value, line)
        elif _is_points(value):
            points = _points(value)
            phrases = self._phrases([sub], line)
        else:
            self._wrong(line, "points must be a number, or stand before a list of phrases")
            return
        if not abs(points) <= _MOST_POINTS:
            self._wrong(line, f"points must be from -{_MOST_POINTS} to {_MOST_POINTS}")
            return
        for phrase in phrases:
            if (topic.slug, phrase) in self._seen:
                self._wrong(line, f'"{phrase}" stands twice among the phrases of {topic.slug}')
                continue
            self._seen[topic.slug, phrase] = line
            topic.phrases[phrase] = points
            if self.own:
                topic.own.add(phrase)

    def _phrases(self, value: object, line: int) -> list[Phrase]:
        if not isinstance(value, list):
            self._wrong(line, "must be a list of phrases")
            return []
        phrases = []
        for text in value:
            phrase = parse_phrase(text) if isinstance(text, str) else None
            if phrase is None:
                self._wrong(line, f"not a phrase: {_shown(str(text))}")
            else:
                phrases.append(phrase)
        return phrases

    def _wrong(self, line: int, message: str) -> None:
        self.mistakes.append(Mistake(line, message))


def parse_phrase(text: str) -> Phrase | None:
    """A phrase as the rules write it, or None if a part of it has no word."""
    body = text.strip()
    in_title = body.startswith("title:")
    parts = tuple(short_form(normal(part)) for part in body.removeprefix("title:").split(" + "))
    if len(text) > 200 or len(parts) > 4 or not all(_is_part(part) for part in parts):
        return None
    return Phrase(parts, in_title)


def _is_part(part: str) -> bool:
    """Whether words remain, with stars at the ends only."""
    bare = part.removeprefix("*").removesuffix("*")
    return any(char.isalnum() for char in bare) and "*" not in bare and bare == bare.strip() and bare.isprintable()


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_POINTS


def _points(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _shown(text: str) -> str:
    return f'"{clean(text, 60)}"'


def _hint(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:60], list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
