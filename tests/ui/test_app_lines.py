"""The first and the last line as a user meets them: progress, a query, prompts and notices."""

from __future__ import annotations

import pytest

from reader.ui.kit.status_lines import Status
from tests.ui.conftest import Opener

SMALL = (60, 20)


async def test_a_chord_lists_every_choice_in_a_small_terminal_and_takes_only_the_rows_it_needs(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.shell.keyboard.CHORD_HELP", 0.001)
    async with reader(size=SMALL) as r:
        await r.do("move.down", count=3)
        before = r.lines
        await r.press("g")
        # The line grows in a frame of its own.
        choices = r.app.keymap.choices("list", ("g",))
        await r.until(lambda: all(name in r.screen for _, name in choices))
        prompt = r.lines[-r.app.status.size.height :]
        assert len(prompt) == 2
        for key, name in choices:
            assert any(f" {key} {name}" in line for line in prompt), (key, name, prompt)
        # The thumb at the edge may show, as the list is shorter.
        above = [line.rstrip("┃ ") for line in before[: -len(prompt)]]
        assert [line.rstrip("┃ ") for line in r.lines[: -len(prompt)]] == above
        await r.press("escape")
        await r.until(lambda: r.app.status.size.height == 1)
        assert [line.rstrip("┃ ") for line in r.lines] == [line.rstrip("┃ ") for line in before]


async def test_a_notice_leaves_by_itself(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.program.LIFETIME", 0.3)
    async with reader() as r:
        seen: list[str] = []
        show = r.app.status.show

        def watch(status: Status) -> None:
            seen.append(status.said)
            show(status)

        monkeypatch.setattr(r.app.status, "show", watch)
        await r.do("paper.star")
        r.app.model.show_news("12 new")
        await r.until(lambda: "12 new" in seen and r.status == "")
        assert "1 starred · u undoes" in seen[: seen.index("12 new")]
