"""A job's memory is bounded, that of the programs it starts is not."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from reader.refresh import jobs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count all memory")


def soft() -> int:
    limit: int = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return limit


NEEDS_TOO_MUCH = """
import resource
from reader.core.errors import ReaderError
from reader.refresh import jobs
before = resource.getrlimit(resource.RLIMIT_DATA)
try:
    with jobs.limited_memory("Split the file."):
        assert resource.getrlimit(resource.RLIMIT_DATA)[0] == jobs.MEMORY_LIMIT
        # Asked for, not filled.
        bytearray(4 << 30)
except ReaderError as error:
    print(error)
assert resource.getrlimit(resource.RLIMIT_DATA) == before
"""


def test_a_job_that_needs_too_much_is_told_of_and_the_limit_before_is_restored() -> None:
    # In a process of its own: a limit is that of all threads, also of those that earlier tests have left.
    done = subprocess.run([sys.executable, "-c", NEEDS_TOO_MUCH], capture_output=True, text=True, check=True)
    told = "This needed more than 1,024 MiB of memory and was stopped; what it stored is kept. Split the file.\n"
    assert done.stdout == told


def test_other_programs_get_the_limit_that_was_before() -> None:
    before = soft()
    with jobs.limited_memory():
        with jobs.unlimited_memory():
            assert soft() == resource.getrlimit(resource.RLIMIT_DATA)[1]
        assert soft() == jobs.MEMORY_LIMIT
    assert soft() == before


def test_a_lower_limit_of_the_user_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 28, 1 << 29))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: limits.append(limit))
    with jobs.limited_memory():
        pass
    assert limits == [(1 << 28, 1 << 29), (1 << 28, 1 << 29)]
