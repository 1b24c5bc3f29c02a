"""Attack a parser with inputs that coverage guides (atheris).

atheris is not among the project's own tools, since it has no wheel for every Python and system: install it into an
environment of its own, beside the project. Returns 1 if an input crashes the parser; that input is then kept.
"""

from __future__ import annotations

import argparse
import gzip
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rigs.fuzz.targets import CONSEQUENCES, TARGETS
from tests.rigs.program import ROOT

LONGEST = 8_192
"""Bytes of the longest input."""

SLOWEST = 10
"""Seconds that one input may take."""

_SEEDS_OF_FILE = 100


def main(arguments: Sequence[str]) -> int:
    """Attack a target until the seconds are over or something crashes."""
    options = _parse(arguments)
    if find_spec("atheris") is None:
        print("atheris is not installed: run 'pip install atheris' in an environment of its own.", file=sys.stderr)
        return 1
    target = (TARGETS | CONSEQUENCES)[options.name]
    kept: Path = options.keep.absolute()
    kept.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fuzz-") as folder:
        seeds, words = Path(folder) / "seeds", Path(folder) / "words"
        for made in (Path(folder) / "found", seeds):
            made.mkdir()
        for number, seed in enumerate([*target.seeds, *_read_seeds(options.seeds)]):
            (seeds / str(number)).write_bytes(seed[:LONGEST])
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
        limits = [f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}"]
        places = [f"-dict={words}"] if target.words else []
        places += [f"-artifact_prefix={kept}/{options.name}-", f"{folder}/found", str(seeds)]
        command = [
            sys.executable,
            "-m",
            "tests.rigs.fuzz.attack",
            options.name,
            *limits,
            "-print_final_stats=1",
            *places,
        ]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs fuzz", description=__doc__)
    parser.add_argument("name", choices=sorted(TARGETS | CONSEQUENCES), help="the parser")
    parser.add_argument("--seconds", type=int, default=60, metavar="N", help="how long (60)")
    parser.add_argument("--seeds", type=Path, action="append", default=[], metavar="FILE", help="also begin with these")
    parser.add_argument("--keep", type=Path, default=Path(), metavar="DIR", help="where inputs that crash are kept")
    return parser.parse_args(arguments)


def _read_seeds(files: Iterable[Path]) -> Iterator[bytes]:
    """The contents of files and folders; of a long file its first lines, one by one."""
    for file in files:
        for one in sorted(file.rglob("*")) if file.is_dir() else [file]:
            if one.is_file():
                data = gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
                yield from islice(data.splitlines(), _SEEDS_OF_FILE) if len(data) > LONGEST else [data]


def _escaped(word: bytes) -> str:
    """A word as libFuzzer reads it."""
    return "".join(f"\\x{byte:02x}" for byte in word)
