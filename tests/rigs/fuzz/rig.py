"""Attack a parser with inputs that coverage guides (atheris): `fuzz NAME -max_total_time=600`.

atheris is not among the project's own tools, since it has no wheel for every Python and system: install it into an
environment of its own, beside the project. What is found is kept in the folder fuzz-NAME; a crash ends the attack.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

FUZZER = "atheris"
"""Not imported by a statement: the project does not depend on it."""

LIMITS = ("-max_len=8192", "-timeout=10", "-print_final_stats=1")


def main(arguments: Sequence[str]) -> int:
    """Attack the target that the first argument names until something crashes; the others are libFuzzer's."""
    if find_spec(FUZZER) is None:
        print("atheris is not installed: run 'pip install atheris' in an environment of its own.", file=sys.stderr)
        return 1
    atheris = import_module(FUZZER)
    with atheris.instrument_imports(include=["reader", "pylatexenc", "feedparser", "tests.rigs.fuzz"]):
        from tests.rigs.fuzz.targets import CONSEQUENCES, TARGETS
    targets = TARGETS | CONSEQUENCES
    if not arguments or arguments[0] not in targets:
        print(__doc__, f"NAME is one of {', '.join(sorted(targets))}.", sep="\n")
        return 2
    name, *options = arguments
    target, folder = targets[name], Path(f"fuzz-{name}").absolute()
    folder.mkdir(exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
        target.run(seed)
    words = folder / "words.dict"
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in target.words)
    words.write_text("".join(f'"{word}"\n' for word in escaped))
    atheris.Setup([name, *LIMITS, f"-dict={words}", f"-artifact_prefix={folder}/", *options, str(folder)], target.run)
    atheris.Fuzz()
    return 0
