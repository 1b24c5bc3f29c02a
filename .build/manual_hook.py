"""Puts the manual's page into the wheel: `share/man/man1/dailypapers.1` beside the program's `bin`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the page from the tables of the help, which need nothing but the standard library."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the page into the build folder, and name it as a file of the wheel."""
        if sys.platform == "win32":
            # There the program says in one sentence that it does not run.
            return
        sys.path.insert(0, self.root)
        try:
            from reader.commands.line.manual import man_page
        finally:
            sys.path.remove(self.root)
        page = Path(self.directory) / "dailypapers.1"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(man_page(self.metadata.version), encoding="utf-8")
        build_data["shared_data"][str(page)] = "share/man/man1/dailypapers.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the page; the wheel holds it."""
        (Path(self.directory) / "dailypapers.1").unlink(missing_ok=True)
