"""Runs quick tests with the lowest, the locked and the newest versions of all libraries, pre-releases included.

Each has an environment of its own, of the Python that runs this. What it installs is what `pyproject.toml` and
`requirements.lock` allow, so that a failure says which bound there is wrong.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rigs.program import ROOT

LOCK = ROOT / "requirements.lock"

TESTS = (
    "tests/actions",
    "tests/cache",
    "tests/commands/test_command_line.py",
    "tests/core",
    "tests/extensions",
    "tests/feeds",
    "tests/refresh",
    "tests/ui/test_textual_fixes.py",
    "tests/ui/test_notes.py",
    "tests/rigs/pty/test_private_names.py",
)
"""What libraries do for the program: formats, the database, the web, the interface; no snapshots, which are of one
version of Textual."""


def requirements(which: str) -> list[str]:
    """What pip is asked for."""
    if which == "locked":
        return ["--require-hashes", "--requirement", str(LOCK)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    tools = [one for one in project["optional-dependencies"].pop("dev") if not one.startswith("textual==")]
    libraries = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    if which == "newest":
        return ["--pre", *libraries, *tools]
    lowest = [re.sub(r">=([\w.]+)[^;]*", r"==\1", one) for one in libraries]
    names = {re.split(r"[>=[]", one)[0] for one in libraries}
    return [*lowest, *(one for one in tools if re.split(r"[>=[]", one)[0] not in names)]


def install(which: str, folder: Path) -> Path | None:
    """Make an environment; return its Python, or None if its versions don't go together."""
    python = folder / which / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder / which], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    program = [*pip, "--no-deps", "--no-build-isolation", str(ROOT)]
    for command in ([*pip, *requirements(which)], program):
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            return None
    return python


def main(words: Sequence[str]) -> int:
    """Run the tests with each of the versions that are named; return 1 if any fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs versions", description=__doc__)
    parser.add_argument("which", nargs="*", help="lowest, locked or newest; all by default")
    chosen = parser.parse_args(words).which or ["lowest", "locked", "newest"]
    failed = []
    for which in chosen:
        with TemporaryDirectory(prefix=f"{which}-", ignore_cleanup_errors=True) as folder:
            python = install(which, Path(folder))
            # Tests that run beside these would tidy their files away.
            tests = ["-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={folder}/files", *TESTS]
            if python is None or subprocess.run([python, *tests], cwd=ROOT, check=False).returncode:
                failed.append(which)
    print(f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(chosen)}")
    return bool(failed)
