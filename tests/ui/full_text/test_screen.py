"""The pane of a full text: its bar and the mouse."""

from __future__ import annotations

from textual import on

from reader.core.document.model import Document
from reader.ui.full_text.screen import TextPane
from reader.ui.full_text.view import Size, TextView
from reader.ui.kit.line_widgets import Reported
from reader.ui.kit.pane import draw_scrollbars
from tests.ui.full_texts import document
from tests.ui.stage import Stage, staged


class TextStage(Stage):
    """Scrolls as the screen of a text does."""

    def __init__(self) -> None:
        self.pane = TextPane()
        super().__init__(self.pane)
        self.view = TextView.open(document(), Size(59, 10))

    def show(self, view: TextView) -> None:
        self.view = view
        self.pane.show(view)

    @on(Reported)
    def scroll(self, event: Reported) -> None:
        is_dragged = event.kind == "text share"
        self.show(self.view.scroll_to(event.value) if is_dragged else self.view.scroll(event.value))


async def test_the_bar_tells_the_progress_and_is_clicked_and_dragged() -> None:
    draw_scrollbars(ascii=False)
    app = TextStage()

    def thumb() -> int:
        strips = app.screen._compositor.render_strips()
        return next(place for place, strip in enumerate(strips) if strip.text.endswith("┃"))

    async with app.run_test(size=(60, 10)) as pilot:
        app.show(app.view)
        await pilot.pause()
        assert thumb() == 0
        await pilot.click(offset=(59, 8))
        await pilot.pause()
        turned = app.view.top
        assert (
            app.view == app.view.scroll(0)
            and app.view.lines()[0] == TextView.open(document(), Size(59, 10)).scroll_pages(1).lines()[0]
        )
        await pilot.mouse_down(offset=(59, thumb()))
        await pilot.hover(offset=(59, 9))
        await pilot.mouse_up(offset=(59, 9))
        await pilot.pause()
        assert app.view.top > turned and thumb() == 9
        await pilot.click(offset=(59, 0))
        await pilot.pause()
        assert app.view.progress < 1
        app.show(app.view.scroll(-10_000))
        await pilot.pause()
        assert thumb() == 0


async def test_a_text_that_fits_has_no_thumb_and_a_message_stands_in_the_middle() -> None:
    draw_scrollbars(ascii=False)
    async with staged(TextStage(), 60, 10) as (app, pilot):
        app.show(TextView.open(Document("Short", document().blocks[:2]), Size(59, 10)))
        await pilot.pause()
        assert not any(strip.text.endswith("┃") for strip in app.screen._compositor.render_strips())
        app.pane.clear("There is no text of it, because the feed and arXiv do not have one.\n\n`r` try again")
        await pilot.pause()
        lines = [strip.text.strip() for strip in app.screen._compositor.render_strips()]
        assert lines[3:8] == [
            "There is no text of it, because the feed and arXiv do",
            "not have one.",
            "",
            "r try again",
            "",
        ]
