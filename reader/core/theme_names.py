"""The names of the themes, for the settings; the interface has the colours."""

from __future__ import annotations

OWN = ("dark", "light", "ansi")
"""Our themes: `ansi` has the terminal's own sixteen colours."""

TEXTUAL = (
    "textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "dracula", "tokyo-night", "monokai",
    "flexoki", "catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "solarized-light", "solarized-dark",
    "rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light",
)  # fmt: skip
"""The themes that come with Textual, by its names."""

THEMES = (*OWN, *TEXTUAL)

AUTO = "auto"
"""Dark or light as the terminal is, or its own colours if it has only sixteen."""
