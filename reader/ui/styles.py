"""Where the stylesheets are."""

from __future__ import annotations

from pathlib import Path


def styles_directory() -> Path:
    """Return the folder of the stylesheets: inside the package as installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "styles"
    return inside if inside.is_dir() else package.parent / "styles"


def stylesheets() -> list[Path]:
    """Return every stylesheet, the base first so that the others may refine it."""
    return sorted(styles_directory().glob("*.tcss"), key=lambda path: (path.name != "app.tcss", path.name))
