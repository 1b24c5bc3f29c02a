"""The looks that ship with the program, for a start without settings of which no visit has kept a look yet."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from reader import paths, platform
from reader.core.theme_names import AUTO, theme_name
from reader.ui.first_frame.kept_look import KeptLook, load_look

FILE = Path(__file__).parents[2] / "data" / "looks.json"
"""Made by `python -m tests.ui.first_frame.shipped`."""


def load_shipped(environment: Mapping[str, str]) -> KeptLook | None:
    """The look of the default settings in this terminal; None if there are settings, or if it is not certain."""
    wanted = shipped_conditions(environment)
    return None if wanted is None or paths.config_file().exists() else load_look(FILE, wanted)


def shipped_conditions(environment: Mapping[str, str]) -> dict[str, str] | None:
    """What a shipped look is for: Textual's version, the theme and how colours are written; None if it is unusual."""
    told, term = environment.get("COLORTERM", ""), environment.get("TERM", "")
    is_unusual = "NO_COLOR" in environment or any(name.startswith("TEXTUAL") for name in environment)
    if is_unusual or platform.lacks_signs(environment) or told not in ("", "truecolor", "24bit"):
        return None
    theme = theme_name(AUTO, environment)
    if theme == "ansi":
        # Its sixteen colours are written in the same way everywhere.
        colors = "16"
    elif told:
        colors = "truecolor"
    elif term.endswith("-256color"):
        colors = "256"
    else:
        return None
    return {"textual": _installed("textual"), "theme": theme, "colors": colors}


def _installed(package: str) -> str:
    """The versions of a package that are installed, without an import of it: it takes longer than the frame."""
    found = find_spec(package)
    if found is None or found.origin is None:
        return ""
    return " ".join(sorted(one.name for one in Path(found.origin).parents[1].glob(f"{package}-*.dist-info")))
