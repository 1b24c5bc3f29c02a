"""Packages with extensions, installed in a folder for one test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reader import installed

EXAMPLES = Path(__file__).parent / "examples"


class Packages:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def install(self, name: str, code: str, entries: Mapping[str, str] | None = None) -> None:
        """Install a package of one module with this code; its entry points are one of its name, or others."""
        sys.modules.pop(name, None)
        # Python takes a file of the same second and size for the same.
        shutil.rmtree(self._folder / "__pycache__", ignore_errors=True)
        (self._folder / f"{name}.py").write_text(code.replace("{name}", name))
        info = self._folder / f"{name}-2.1.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
        lines = (f"{one} = {target}" for one, target in (entries or {name: f"{name}:EXTENSION"}).items())
        self.write_entries(name, "\n".join(lines))

    def write_entries(self, name: str, lines: str) -> None:
        """Let a package that is installed have other entry points."""
        file = self._folder / f"{name}-2.1.dist-info" / "entry_points.txt"
        file.write_text(f"[dailypapers.extensions]\n{lines}\n")
        installed.forget()

    def install_example(self, name: str, entry: str = "", module: str = "", **replaced: str) -> None:
        """Install one of the examples, under the name of its command if it has one, with some words replaced."""
        code = (EXAMPLES / f"{name}.py").read_text("utf-8")
        for word, other in replaced.items():
            assert word in code
            code = code.replace(word, other)
        self.install(module or name, code, {entry or name: f"{module or name}:EXTENSION"})


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    # For the processes that a test starts.
    monkeypatch.setenv("PYTHONPATH", f"{folder}")
    before = set(sys.modules)
    installed.forget()
    yield Packages(folder)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]
    installed.forget()
