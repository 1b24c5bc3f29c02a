"""Commands that the last release had under another name. Each old name works for one more release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "count": "list --count",
        "follow": "views list --then follow",
        "grep": "list --passages fulltext:WORDS",
        "keys": "config keys",
        "pdf": "open --pdf",
        "redo": "undo --redo",
        "rules": "views list",
        "similar": "list like:ID",
        "stats": "list --stats",
        "tags": "tag list",
        "topics": "list --topics",
    }
)
"""Old names, each with today's form."""

ACTIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("feeds", "check"): "refresh",
        ("feeds", "import"): "import",
        ("follow", "add"): "views add --then follow",
        ("follow", "list"): "views list --then follow",
        ("keys", "check"): "config check",
        ("rules", "check"): "views list",
        ("rules", "mute"): "views add --then mute",
        ("follow", "notify"): "views add --then follow,notify",
        ("follow", "quiet"): "views remove --then notify",
        ("follow", "remove"): "views remove",
        **{("rules", action): f"views {action}" for action in ("list", "add", "remove")},
    }
)
"""Old actions of commands, each with today's form."""

_WITH_VALUES = ("-n", "--limit")
"""Options of `similar` and `grep` that take a value, besides `--query`."""

_PHRASE_OR_WORD = re.compile(r'"[^"]+"|\S+')


def new_form(words: Sequence[str]) -> str | None:
    """Today's form of a command line that begins with an old name; None for any other."""
    action = ACTIONS.get((words[0], words[1])) if len(words) > 1 else None
    return action or (COMMANDS.get(words[0]) if words else None)


def with_new_names(words: Sequence[str]) -> list[str]:
    """A command line with an old name replaced by today's words; others unchanged."""
    form = new_form(words)
    if form is None:
        return [*words]
    name, *rest = words
    if rest[:1] == ["add"] and "--notify" in rest:
        return ["views", "add", "--then", "follow,notify", *(word for word in rest[1:] if word != "--notify")]
    if (name, *rest[:1]) in ACTIONS:
        return [*form.split(), *rest[1:]]
    if name == "similar":
        ids, others = _taken(rest, len(rest))
        return ["list", *([f"like:{','.join(ids)}"] if ids else []), *others]
    if name == "grep":
        texts, others = _taken(rest, 1)
        terms = [f"fulltext:{word}" for text in texts for word in _PHRASE_OR_WORD.findall(text)]
        return ["list", "--passages", *terms, *others]
    return [*form.split(), *rest]


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
