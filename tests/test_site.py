"""The manual's site: plain files, whose links lead to what is there."""

from __future__ import annotations

import re
from pathlib import Path

from reader.commands.help_text import PAGES
from tests.site import COMMAND_PAGE, WHOLE, make


def test_every_link_leads_somewhere_and_nothing_comes_from_the_web(tmp_path: Path) -> None:
    make(tmp_path)
    texts = {file.name: file.read_text("utf-8") for file in tmp_path.glob("*.html")}
    assert set(texts) == {f"{name}.html" for name in ("index", COMMAND_PAGE, WHOLE, *PAGES)}
    for name, text in texts.items():
        assert "<script" not in text and "<!-- made" not in text, name
        for link in re.findall(r' (?:href|src)="([^"]+)"', text):
            target, _, anchor = link.partition("#")
            file = target or name
            assert (tmp_path / file).is_file(), (name, link)
            assert not anchor or f'id="{anchor}"' in texts[file], (name, link)
    assert "import-export.html#to-other-programs" in texts["index.html"]
    # A browser finds there what any page says.
    assert all(title in texts[f"{WHOLE}.html"] for title in ("<h1>Queries</h1>", "<h1>Commands</h1>", "<h1>Mail</h1>"))
