"""Commands that the last release had under another name. Each old name works for one more release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "count": "list --count",
        "grep": "list --passages fulltext:WORDS",
        "keys": "config keys",
        "pdf": "open --pdf",
        "redo": "undo --redo",
        "similar": "list like:ID",
        "stats": "list --stats",
        "tags": "tag list",
        "topics": "list --topics",
    }
)
"""Old names, each with today's form."""

_WITH_VALUES = ("-n", "--limit")
"""Options of `similar` and `grep` that take a value, besides `--query`."""

_PHRASE_OR_WORD = re.compile(r'"[^"]+"|\S+')


def with_new_names(words: Sequence[str]) -> list[str]:
    """A command line with an old name replaced by today's words; others unchanged."""
    name, *rest = words or [""]
    if name not in COMMANDS:
        return [*words]
    if name == "keys" and rest[:1] == ["check"]:
        return ["config", *rest]
    if name == "similar":
        ids, others = _taken(rest, len(rest))
        return ["list", *([f"like:{','.join(ids)}"] if ids else []), *others]
    if name == "grep":
        texts, others = _taken(rest, 1)
        terms = [f"fulltext:{word}" for text in texts for word in _PHRASE_OR_WORD.findall(text)]
        return ["list", "--passages", *terms, *others]
    return [*COMMANDS[name].split(), *rest]


def _taken(words: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """The first arguments of an old command, and its other words, in which a query replaces `--query QUERY`."""
    arguments, others = list[str](), list[str]()
    left = iter(words)
    for word in left:
        if word == "--query":
            others += [next(left, "")]
        elif word in _WITH_VALUES:
            others += [word, next(left, "")]
        elif word.startswith("-") or len(arguments) == most:
            others.append(word)
        else:
            arguments.append(word)
    return arguments, others
