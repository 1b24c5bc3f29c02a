"""Which values of a parameter run by default, and which only in the long tier or at night."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest


def rest_long(values: Iterable[Any], few: Collection[Any]) -> list[Any]:
    """The values of a parameter; all but a few are tried in the long tier only."""
    return [value if value in few else pytest.param(value, marks=pytest.mark.long) for value in values]


def rest_at_night(values: Sequence[Any], few: int) -> Sequence[Any]:
    """The first few values; all of them with `HYPOTHESIS_PROFILE=thorough`."""
    return values if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else values[:few]
