"""The first frame has the same cells as Textual's, in all sizes and colours."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
from pyte.screens import Char
from textual.geometry import Region

from reader.session.visit import Visit, save
from reader.ui.first_frame.kept_look import KeptLook
from reader.ui.first_frame.painter import Content, Painter, Unsure, is_certain, read_content
from reader.ui.next_start import look_of
from reader.ui.shell.layout import PaneChoice, remembered
from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import draft

LEFT = Visit()

SIZES = ((60, 20), (80, 24), (100, 30), (140, 42), (200, 60))

EDGES = ((20, 5), (61, 17), (69, 20), (70, 20), (89, 24), (90, 30), (129, 40), (130, 40), (179, 50), (180, 50))
"""Sizes between which the panes stand otherwise."""

LOOKS = {
    "dark": settings(theme="dark"),
    "light": settings(theme="light"),
    "ansi": settings(theme="ansi"),
    "ascii": settings(ascii=True),
    "compact": settings(density="compact"),
}


def cells(written: str, size: tuple[int, int]) -> list[list[Char]]:
    """The cells of a terminal after something was written to it."""
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(written.replace("\x1b[2m", ""))
    return [[_as_seen(screen.buffer[y][x]) for x in range(size[0])] for y in range(size[1])]


def _as_seen(cell: Char) -> Char:
    """A cell without what cannot be seen: a blank has no colour of its letter."""
    if cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough):
        return cell._replace(fg="default", bold=False, italics=False)
    return cell


def of_textual(r: Story) -> str:
    """What Textual writes for the whole screen."""
    return r.main._compositor.render_full_update().render_segments(r.app.console)


def paint(r: Story, visit: Visit = LEFT) -> Painter:
    """The first frame as a start would draw it after a visit."""
    look, content = read(r, visit)
    return Painter(
        look, content, remembered(look.density, look.filter_width, look.list_share, visit), r.app.size, papers.NOW
    )


def read(r: Story, visit: Visit = LEFT) -> tuple[KeptLook, Content]:
    """The look of the screen as a start would know it, and the content of its list."""
    look = look_of(r.main, r.app.keymap, r.app.settings)
    content = read_content(r.app.library._path, visit, look.order)
    assert content is not None
    return look, content


def differing(r: Story, painter: Painter) -> list[str]:
    """The cells that are not as Textual draws them, apart from the insides of other panes and the thumb."""
    size = r.app.size
    # As in the reader's own first frame.
    r.main.papers.tell_days((), None)
    first, then = (cells(text, size) for text in (painter.whole(), of_textual(r)))
    panes = [pane for pane in (r.main.filter, r.main.detail) if pane.is_on_screen]
    insides = [Region(*pane.region)._replace(width=pane.columns) for pane in panes]
    bar = r.main.papers.region.right - 1
    return [
        f"{x},{y}: {first[y][x]} is {then[y][x]}"
        for y in range(size.height)
        for x in range(size.width)
        # The thumb, and what counts have added to the header, come later.
        if not (x == bar or y == 0 or (any(inside.contains(x, y) for inside in insides) and then[y][x].data != " "))
        if first[y][x] != then[y][x]
    ]


@pytest.mark.parametrize("name", ["dark", *(pytest.param(name, marks=pytest.mark.long) for name in [*LOOKS][1:])])
async def test_textual_draws_the_same_cells(reader: Opener, name: str) -> None:
    async with reader(size=SIZES[0], settings=LOOKS[name]) as r:
        look = look_of(r.main, r.app.keymap, r.app.settings)
        for size in SIZES if name == "dark" else (*SIZES, *EDGES):
            await r.resize(*size)
            painter = paint(r)
            assert differing(r, painter) == [], size
            screen = cells(painter.whole(), size)
            assert "Slow Video" in "".join(char.data for line in screen for char in line) or size[1] < 6
            # A look does not depend on the size.
            assert look_of(r.main, r.app.keymap, r.app.settings) == look


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_users_own_panes_and_wide_titles_are_drawn_also_without_colours(
    reader: Opener, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"stacked": (26, 0.6), "columns": (26, 0.4), "three": (20, 0.3), "wide": (50, 0.7)}
    visit = Visit(sizes=sizes, hidden=("detail",) if size[0] == 100 else (), density="compact")
    save(tmp_path / "state.json", visit)
    drafts = [draft(1, "漢字" * 60), draft(2, "e\u0301" * 90), draft(3, "\x1b[31mred")]
    days, theme = {"2026-05-12": drafts}, settings(theme="ansi")
    async with reader(papers=days, size=size, settings=theme, state_file=tmp_path / "state.json") as r:
        assert differing(r, paint(r, visit)) == []
        monkeypatch.setenv("NO_COLOR", "1")
        assert differing(r, paint(r, visit)) == []


@pytest.mark.parametrize(
    "visit",
    [
        Visit("all", "topic:agents"),
        *(
            pytest.param(visit, marks=pytest.mark.long)
            for visit in (Visit("unread"), Visit("all"), Visit("day:2026-05-11"), Visit("all", "slow"))
        ),
    ],
    ids=lambda visit: f"{visit.view} {visit.text}".strip(),
)
async def test_other_places_are_drawn_too(reader: Opener, visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(f'{{"view": "{visit.view}", "text": "{visit.text}"}}')
    async with reader(size=(80, 24), state_file=tmp_path / "state.json") as r:
        assert r.ids
        assert differing(r, paint(r, visit)) == []
        await r.resize(140, 42)
        assert differing(r, paint(r, visit)) == []


async def test_the_cursor_moves_as_in_the_list(reader: Opener) -> None:
    async with reader(size=(140, 12)) as r:
        painter = paint(r)
        drawn = painter.whole()
        for action, steps in [*[("move.down", 1)] * 13, *[("move.up", -1)] * 8]:
            await r.do(action)
            assert painter.move(steps)
            drawn += painter.changes()
            assert painter.highlighted == r.main.papers.highlighted
            assert painter.height == r.main.papers.height
        r.main.papers.tell_days((), None)
        then = cells(of_textual(r), r.app.size)
        area = r.main.papers.region
        now = cells(drawn, r.app.size)
        for y in range(area.y, area.y + area.height):
            assert now[y][area.x : area.right - 1] == then[y][area.x : area.right - 1]


async def test_the_cursor_stops_at_the_ends_but_does_not_leave_a_first_screenful(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        painter = paint(r)
        assert painter.move(-1) and painter.changes() == ""
        assert painter.move(99) and painter.highlighted == painter._content.order.pks[-1]
        assert painter.move(1)
        monkeypatch.setattr("reader.ui.first_frame.painter.SCREENFUL", 5)
        painter = paint(r, Visit("all"))
        assert painter.move(4) and not painter.move(1)
        assert painter.cursor == 4


async def test_the_cursor_begins_where_the_user_left_or_there_is_no_frame(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        painter = paint(r, Visit("all", paper=r.ids[3]))
        assert painter.cursor == 3
        # The day's heading and a title of two lines are above it.
        assert painter.height == 5
        deep = r.ids[6]
        monkeypatch.setattr("reader.session.first_list.DEEPEST", 3)
        monkeypatch.setattr("reader.ui.first_frame.painter.SCREENFUL", 2)
        assert read_content(r.app.library._path, Visit("all", paper=deep), "day") is None
        assert read_content(r.app.library._path, Visit("starred"), "day") is None


@pytest.mark.long
@pytest.mark.parametrize(
    "left",
    [Visit("all"), Visit("latest"), Visit("day:2026-05-11"), Visit("all", "author:example")],
    ids=lambda visit: f"{visit.view} {visit.text}".strip(),
)
async def test_a_cursor_deep_in_the_list_is_where_textual_puts_it(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, left: Visit
) -> None:
    for module in ("first_frame.painter", "list.loader"):
        monkeypatch.setattr(f"reader.ui.{module}.SCREENFUL", 10)
    file = tmp_path / "state.json"
    save(file, left)
    async with reader(size=(100, 12), state_file=file) as r:
        await r.do("move.bottom")
        deep, listed = r.here.id, len(r.ids)
    visit = left._replace(paper=deep)
    save(file, visit)
    async with reader(size=(100, 12), state_file=file) as r:
        painter = paint(r, visit)
        content = painter._content
        assert len(content.rows) < len(content.order.pks) == listed
        r.main.papers.stand(painter.highlighted, painter.height)
        assert r.here.id == deep
        assert differing(r, painter) == []
        while painter.move(-1):
            assert painter.changes()
        assert 0 < painter.cursor < listed - 1


@pytest.mark.long
async def test_a_cursor_whose_paper_left_a_long_list_is_at_the_top(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("first_frame.painter", "list.loader"):
        monkeypatch.setattr(f"reader.ui.{module}.SCREENFUL", 10)
    file = tmp_path / "state.json"
    async with reader(size=(100, 12), state_file=file) as r:
        await r.do("view.unread", *["move.down"] * 9)
        visit = Visit("unread", paper=r.here.id)
        await r.do("paper.read")
    save(file, visit)
    async with reader(size=(100, 12), state_file=file) as r:
        painter = paint(r, visit)
        assert painter.cursor == 0 and not painter._content.order.complete
        # How many papers the heading has is known once all are read.
        assert {cell.partition(":")[0].partition(",")[2] for cell in differing(r, painter)} == {"1"}


async def test_a_role_without_a_kept_style_is_not_guessed(reader: Opener) -> None:
    async with reader() as r:
        look, content = read(r)
        styles = {name: style for name, style in look.styles.items() if name != "list current highlighted"}
        with pytest.raises(Unsure):
            Painter(look._replace(styles=styles), content, PaneChoice(), r.app.size, papers.NOW)
        # Nor is a list of no line.
        assert Painter(look, content, PaneChoice(), (60, 3), papers.NOW).height == 0
        with pytest.raises(Unsure):
            Painter(look, content, PaneChoice(), (60, 2), papers.NOW)


async def test_only_a_sound_and_current_cache_is_certain(reader: Opener) -> None:
    async with reader() as r:
        cache = r.app.library._path
        assert is_certain(cache)
        stamp = cache.with_suffix(".suspect")
        stamp.touch()
        assert not is_certain(cache)
        stamp.unlink()
        cache.chmod(0o400)
        assert not is_certain(cache.with_name("missing.db"))
