"""The process that atheris takes over: it never returns from an attack."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> None:
    """Attack the target that the first argument names; the others are libFuzzer's."""
    name = sys.argv.pop(1)
    # Not imported by a statement: the project does not depend on it.
    atheris = import_module("".join(("ather", "is")))
    with atheris.instrument_imports(include=["reader", "feedparser", "tests.rigs.fuzz"]):
        from tests.rigs.fuzz.targets import CONSEQUENCES, TARGETS

        target = (TARGETS | CONSEQUENCES)[name]
        for seed in target.seeds:
            target.run(seed)
    atheris.Setup(sys.argv, target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
