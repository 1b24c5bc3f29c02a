"""What --json prints: whole records or some of their fields, as one array or as JSON Lines."""

from __future__ import annotations

import json
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reader.commands.output import print_json, print_line, writes_unicode
from reader.core.nearest import nearest


@dataclass(frozen=True, slots=True)
class JsonForm:
    """A form of JSON output."""

    fields: tuple[str, ...] = ()
    """The keys to print, in this order; empty for all."""
    lines: bool = False
    """Whether each record is a line of its own."""

    def pick(self, record: Mapping[str, object]) -> Mapping[str, object]:
        """The record, or its chosen fields."""
        return {name: record[name] for name in self.fields} if self.fields else record

    def print_records(self, records: Iterable[Mapping[str, object]]) -> None:
        """Print any number of records, one at a time: as lines, or as an array with a record a line."""
        picked = map(self.pick, records)
        if not self.lines:
            from reader.actions.export import write_array

            write_array(picked, sys.stdout)
            return
        for one in picked:
            print_line(json.dumps(one, ensure_ascii=not writes_unicode(sys.stdout)))

    def print_few(self, records: Iterable[Mapping[str, object]]) -> None:
        """Print records: as lines, or as an indented array."""
        if self.lines:
            self.print_records(records)
        else:
            print_json([self.pick(one) for one in records])

    def print_record(self, record: Mapping[str, object]) -> None:
        """Print one record."""
        if self.lines:
            self.print_records([record])
        else:
            print_json(self.pick(record))


class StoreJson(Action):
    """Stores a `JsonForm`: `--json` alone prints whole records, `--json=id,title` these fields.

    `parse` gives the option an empty value if it stands alone, so it never takes the next word.
    """

    def __init__(self, *arguments: Any, known: Callable[[], Sequence[str]], lines: bool, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.known = known
        """Returns the names of all fields."""
        self._lines = lines

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        names = tuple(name.strip() for name in values.split(",") if name.strip())
        known = self.known() if names else ()
        for name in names:
            if name not in known:
                meant = nearest(name, known)
                advice = f"Did you mean {meant}" if meant else f"It takes {', '.join(known)}"
                parser.error(f"{option_string} has no field {name!r}. {advice}?")
        setattr(namespace, self.dest, JsonForm(names, self._lines))


def add_json_fields(parser: ArgumentParser, known: Callable[[], Sequence[str]], example: str) -> None:
    """Add --json and --jsonl, which take fields; `known` returns the names of all fields."""
    for option, is_lines, about in (
        ("--json", False, f"print JSON; with FIELDS such as {example}, only these"),
        ("--jsonl", True, "the same as JSON Lines, a record a line"),
    ):
        parser.add_argument(
            option, action=StoreJson, dest="json", metavar="FIELDS", known=known, lines=is_lines, help=about
        )
