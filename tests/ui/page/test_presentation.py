"""The keys of links, as they are bound."""

from __future__ import annotations

from reader.keys.keymap import Keymap
from reader.ui.page.presentation import link_keys


def test_the_links_name_the_keys_as_they_are_bound() -> None:
    own = Keymap(overrides={"link.list": ("B",)})
    keys = link_keys(own)
    assert (keys["o"], keys["p"], keys["a"], keys["9"]) == ("o", "p", "Ba", "B9")
