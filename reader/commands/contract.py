"""The output of --json and --jsonl: whole records, or the fields that the user names."""

from __future__ import annotations

import json
import re
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reader.commands.output import print_line, writes_unicode
from reader.core.nearest import nearest


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


def add_json(parser: ArgumentParser, forms: Iterable[str]) -> None:
    """Add --json and --jsonl to a command that prints these forms of results."""
    for option, about in (
        ("--json", "print JSON; with FIELDS such as id,title, only these"),
        ("--jsonl", "the same as JSON Lines, one record a line"),
    ):
        parser.add_argument(
            option, action=StoreJson, dest="json", metavar="FIELDS", known=lambda: fields(forms), help=about
        )


# The fields of a command are told in a text such as `array: id, papers (id, title)`: what is in parentheses are the
# fields of the records in a field, and PAPER stands for the fields of a paper.


def fields(forms: Iterable[str]) -> list[str]:
    """The fields of all forms of a command's results, without those of the records within."""
    from reader.actions.export import RECORD_KEYS

    found: list[str] = []
    for form in forms:
        depth = 0
        for part in re.findall(r"[()]|\w+", form.rpartition(": ")[2]):
            depth += {"(": 1, ")": -1}.get(part, 0)
            if depth == 0 and part != ")":
                found += RECORD_KEYS if part == "PAPER" else (part,)
    return list(dict.fromkeys(found))


def table_of(forms: Mapping[str, str]) -> list[tuple[str, str]]:
    """The command lines that print JSON and the fields of each form, as the rows of a table in Markdown."""
    alike: dict[str, list[str]] = {}
    for words, form in forms.items():
        kind, colon, names = form.rpartition(": ")
        drawn = re.sub(r"\w+", lambda name: "a paper" if name[0] == "PAPER" else f"`{name[0]}`", names)
        alike.setdefault(f"{kind}{colon}{drawn or 'a number'}", []).append(f"`{words}`")
    return [(", ".join(several), said) for said, several in alike.items()]
