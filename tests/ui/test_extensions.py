"""What extensions add to the reader: keys and rows of the filter pane, which come after the first list."""

from __future__ import annotations

import pytest

from reader import installed
from tests.extensions.packages import Packages, packages
from tests.ui.conftest import Opener

__all__ = ["packages"]


async def test_a_key_runs_a_command_on_the_papers_in_front(packages: Packages, reader: Opener) -> None:
    packages.install_example("short_reads", "minutes")
    async with reader(size=(140, 30)) as r:
        await r.until(lambda: "extension.minutes" in r.app.handlers)
        await r.press("g", "M")
        await r.until(lambda: "words to read" in r.status)
        one = int(r.status.split()[0])
        await r.do("select.all", "extension.minutes")
        await r.until(lambda: "words to read" in r.status and int(r.status.split()[0].replace(",", "")) > one)
        await r.do("app.escape", "app.help")
        await r.press("/")
        await r.type("Minutes")
        assert any("gM" in line and "How long these abstracts take." in line for line in r.lines)


async def test_a_view_is_a_row_of_the_filter_pane(packages: Packages, reader: Opener) -> None:
    packages.install_example("short_reads", "minutes")
    async with reader(size=(200, 40)) as r:
        await r.until(lambda: any("Short reads" in line for line in r.lines))
        await r.do("view.saved", count=len(r.app.state.views.named))
        assert r.view == "saved:Short reads"
        assert r.ids and not r.here.read


@pytest.mark.parametrize(("word", "instead"), [('"gM"', '"gm gM"'), ('"gM"', '"j gM"')])
async def test_a_key_that_means_something_already_keeps_its_meaning(
    packages: Packages, reader: Opener, word: str, instead: str
) -> None:
    packages.install_example("short_reads", "minutes", **{word: instead})
    async with reader() as r:
        await r.until(lambda: "extension.minutes" in r.app.handlers)
        assert r.app.keymap.labels("extension.minutes") == ("gM",)


BAD = {
    "raises": ("EXTENSION = Extension(", 'raise ValueError("no")\nEXTENSION = Extension(', "ValueError"),
    "names no key": ('"gM"', '"ctrl+nonsense"', "ConfigError"),
    "asks for nonsense": ("upvotes:>20", "is:nonsense", "QueryError"),
}


@pytest.mark.parametrize("how", BAD)
async def test_a_failing_extension_is_switched_off_and_the_reader_goes_on(
    packages: Packages, reader: Opener, how: str
) -> None:
    word, instead, why = BAD[how]
    packages.install_example("short_reads", "minutes", f"bad_{how.replace(' ', '_')}", **{word: instead})
    async with reader() as r:
        first = r.here.id
        await r.do("move.down", "paper.star")
        assert r.here.id != first and r.here.starred
        await r.until(lambda: bool(installed.switched_off))
    ((entry, said),) = installed.switched_off.items()
    assert (entry.name, why in said) == ("minutes", True)
