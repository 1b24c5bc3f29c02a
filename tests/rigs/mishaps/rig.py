"""Play mishaps, and print what the user gets."""

from __future__ import annotations

import argparse
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.rigs.mishaps import folders, outputs, readers, servers
from tests.rigs.mishaps.trial import Stage

MISHAPS = (*folders.MISHAPS, *servers.MISHAPS, *outputs.MISHAPS, *readers.MISHAPS)


def main(arguments: Sequence[str]) -> int:
    """Play, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs mishaps", description=__doc__)
    parser.add_argument("words", nargs="*", help="play only mishaps whose names have one of these, such as output")
    words = parser.parse_args(arguments).words
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mishaps-") as folder:
        stage = Stage(Path(folder))
        stage.prepare()
        for mishap in MISHAPS:
            if words and not any(word in mishap.name for word in words):
                continue
            print(f"\n{mishap.name}", flush=True)
            try:
                print(*stage.play(mishap), sep="\n")
            except pytest.skip.Exception as skipped:
                print(f"SKIPPED: {skipped}")
            except Exception:
                failed += 1
                traceback.print_exc()
    print(f"\n{failed} violations")
    return int(failed > 0)
