"""The output of --json: each result is a type, from which its fields, the manual's tables and the schema are made.

A command lists its types in `prints`. The schema is made without a library: pydantic refuses the `TypedDict` of Python
3.11, and importing it costs 90 ms of processor time, half of a whole command.
"""

from __future__ import annotations

import json
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

from reader.commands.output import print_line, writes_unicode
from reader.core.nearest import nearest

VERSION = 1
"""The version of the schema: it increases when a key goes or changes its meaning; new keys may come at any time."""

Failure = TypedDict("Failure", {"error": str, "kind": str, "hint": str | None})
"""Why a run failed, on standard error: the first sentence, a word for programs, and the remedy if there is one."""

Mistake = TypedDict(
    "Mistake", {"file": str, "line": int | None, "key": str | None, "message": str, "suggestion": str | None}
)
"""A mistake in the settings or in another file of the user."""


def extended(name: str, base: type | None, **more: Any) -> Any:
    """The type of a record that has the fields of a class, if there is one, and more."""
    return TypedDict(name, (get_type_hints(base) if base else {}) | more)  # type: ignore[operator]


def array(kind: Any) -> Any:
    """The type of an array of records, for a type made at run time."""
    return list[kind]


@dataclass(frozen=True, slots=True)
class JsonForm:
    """A form of JSON output: whole records or some fields, as one value or as JSON Lines."""

    fields: tuple[str, ...] = ()
    """The keys to print, in order; empty for all."""
    lines: bool = False

    def print(self, result: Mapping[str, object] | Iterable[Mapping[str, object]]) -> None:
        """Print a record, or any number of records, one at a time."""
        records = [result] if isinstance(result, Mapping) else result
        picked = ({name: one.get(name) for name in self.fields} if self.fields else one for one in records)
        is_ascii = not writes_unicode(sys.stdout)
        if not self.lines and not isinstance(result, Mapping):
            from reader.actions.export import write_array

            write_array(picked, sys.stdout)
            return
        for one in picked:
            print_line(json.dumps(one, ensure_ascii=is_ascii, indent=None if self.lines else 2))


class StoreJson(Action):
    """Stores a `JsonForm`: `--json` alone, to which `parse` gives an empty value, means whole records."""

    def __init__(self, *arguments: Any, known: Callable[[], Sequence[str]], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.known = known

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        names = tuple(name.strip() for name in values.split(",") if name.strip())
        known = self.known() if names else ()
        for name in names:
            if name not in known:
                meant = nearest(name, known)
                advice = f"Did you mean {meant}?" if meant else f"It takes {', '.join(known)}."
                parser.error(f"{option_string} has no field {name!r}. {advice}")
        setattr(namespace, self.dest, JsonForm(names, option_string == "--jsonl"))


def add_json(parser: ArgumentParser, results: Callable[[], Mapping[str, Any]]) -> None:
    """Add --json and --jsonl to a command that prints results."""
    for option, about in (
        ("--json", "print JSON; with FIELDS such as id,title, only these"),
        ("--jsonl", "the same as JSON Lines, one record a line"),
    ):
        parser.add_argument(
            option, action=StoreJson, dest="json", metavar="FIELDS", known=lambda: fields(results()), help=about
        )


# The types of results


def fields(results: Mapping[str, Any]) -> list[str]:
    """The keys of all results."""
    return list(dict.fromkeys(key for kind in results.values() for key in _keys(kind)))


def _keys(kind: Any) -> dict[str, Any]:
    """The keys and types of a record, or of the records in an array or mapping."""
    if is_typeddict(kind):
        return get_type_hints(kind)
    return _keys(get_args(kind)[-1]) if get_args(kind) else {}


def table_of(results: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What commands print and its keys, as a Markdown table."""
    forms = {list: "array: ", dict: "by name: "}
    alike: dict[str, list[str]] = {}
    for words, kind in results.items():
        said = f"{forms.get(get_origin(kind), '')}{_told(_keys(kind)) or 'a number'}"
        alike.setdefault(said, []).append(f"`{words}`")
    return [(", ".join(several), said) for said, several in alike.items()]


def _told(keys: Mapping[str, Any]) -> str:
    from reader.actions.export import RECORD_KEYS

    is_paper = set(RECORD_KEYS) <= set(keys)
    named = (key for key in keys if not (is_paper and key in RECORD_KEYS))
    told = ((key, next(_records(keys[key]), None)) for key in named)
    said = (f"`{key}`" + (f" ({_told(_keys(kind))})" if kind else "") for key, kind in told)
    return ", ".join((*(["a paper"] if is_paper else []), *said))


def _records(kind: Any) -> Iterator[Any]:
    if is_typeddict(kind):
        yield kind
    for one in get_args(kind):
        yield from _records(one)


# The schema


def schema(results: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema with a definition for each command's output, and one for `Failure`."""
    known: dict[str, Any] = {}
    named = {words: _schema(kind, known) for words, kind in results.items()}
    _schema(Failure, known)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What dailypapers prints with --json: '#/$defs/views list' describes 'dailypapers views list'",
        "version": VERSION,
        "$defs": named | known,
    }


_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def _schema(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type; schemas of records are added to `known`."""
    form, inner = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        if kind.__name__ not in known:
            known[kind.__name__] = {}
            found = {key: _schema(one, known) for key, one in get_type_hints(kind).items()}
            # In Python 3.11, `__required_keys__` ignores classes whose annotations are strings.
            extras = get_type_hints(kind, include_extras=True)
            required = [key for key, one in extras.items() if get_origin(one) is not NotRequired]
            known[kind.__name__] = {"type": "object", "properties": found, "required": required}
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if form in (Union, UnionType):
        return {"anyOf": [_schema(one, known) for one in inner]}
    if form is Literal:
        return {"enum": list(inner)}
    if form in (list, tuple):
        return {"type": "array", "items": _schema(inner[0], known)}
    if form is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], known)}
    return {"type": _NAMES[kind]} if kind in _NAMES else {}
