"""Which variants of a test run by default, and which with the long tests."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any

import pytest

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
"""Whether there is time for everything, as at night."""


def rest_long(values: Iterable[Any], few: Collection[Any]) -> list[Any]:
    """The values of a parameter, of which all but a few are tried by the long tests alone."""
    return [value if value in few else pytest.param(value, marks=pytest.mark.long) for value in values]
