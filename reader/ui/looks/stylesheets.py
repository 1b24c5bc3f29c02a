"""Finds the stylesheets."""

from __future__ import annotations

from pathlib import Path


def styles_directory() -> Path:
    """Return the folder of the stylesheets: inside an installed package, next to the package in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "styles"
    return inside if inside.is_dir() else package.parent / "styles"


def stylesheets() -> list[Path]:
    """Return the stylesheets of the main screen and the page; the base is first, and the others refine it."""
    return [
        styles_directory() / f"{name}.tcss" for name in ("app", "detail", "filter", "lines", "list", "main", "page")
    ]


def stylesheet(name: str) -> Path:
    """Return the stylesheet of a screen; Textual reads it when the screen is first opened."""
    return styles_directory() / f"{name}.tcss"
