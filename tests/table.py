"""Tables of cases that one test tries, and which values of a parameter run by default."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import pytest


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try all rows within one test, as `parametrize` tries each in a test of its own; a failure names its row.

    It is for cases that take less time than a test of their own would take to set up and report. They share the test's
    fixtures, so none may change what the next one finds.
    """
    keys = (names,) if isinstance(names, str) else names
    table = [dict(zip(keys, (row,) if isinstance(names, str) else row, strict=True)) for row in rows]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        assert not inspect.iscoroutinefunction(test), "nobody would await it"

        @functools.wraps(test)
        def run(**others: Any) -> None:
            for row in table:
                try:
                    test(**others, **row)
                except BaseException as error:
                    error.add_note(f"in the row {row!r:.1000}")
                    raise

        whole = inspect.signature(test)
        fixtures = [one for name, one in whole.parameters.items() if name not in keys]
        setattr(run, "__signature__", whole.replace(parameters=fixtures))  # noqa: B010 - mypy knows no such attribute
        return run

    return decorate


def rest_long(values: Iterable[Any], few: Collection[Any]) -> list[Any]:
    """The values of a parameter; all but a few are tried in the long tier only."""
    return [value if value in few else pytest.param(value, marks=pytest.mark.long) for value in values]


def rest_at_night(values: Sequence[Any], few: int) -> Sequence[Any]:
    """The first few values; all of them with `HYPOTHESIS_PROFILE=thorough`."""
    return values if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else values[:few]
