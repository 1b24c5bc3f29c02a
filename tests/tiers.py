"""Which variants of a test run by default, which with the long tests, and which at night."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest


def rest_long(values: Iterable[Any], few: Collection[Any]) -> list[Any]:
    """The values of a parameter, of which all but a few are tried by the long tests alone."""
    return [value if value in few else pytest.param(value, marks=pytest.mark.long) for value in values]


def rest_at_night(values: Sequence[Any], few: int) -> Sequence[Any]:
    """The first few values of a search; all where `HYPOTHESIS_PROFILE` is `thorough`, as at night."""
    return values if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else values[:few]
