"""Leaving the reader: links in the browser, addresses to the clipboard."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from reader.core.paper import Paper
from reader.ui.handlers.registry import handles
from reader.ui.work.background import start

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


def highlighted_paper(reader: ReaderApp) -> Paper | None:
    """The paper under the cursor, whole."""
    pk = reader.main.papers.highlighted
    return None if pk is None else reader.library.paper(pk)


def browse(reader: ReaderApp, url: str) -> None:
    """Open an address in the user's browser, without waiting for it."""
    start(reader, "browser", partial(_browse, reader, url))


async def _browse(reader: ReaderApp, url: str) -> None:
    from reader.actions.links import find_browser, open_url, safe_url, takes_terminal

    browser = await asyncio.to_thread(find_browser)
    if browser is None:
        copy(reader, url, "there is no browser here")
        return
    reader.say(f"opening {safe_url(url) or url}")
    if takes_terminal(browser):
        with reader.suspend():
            opened = open_url(url)
    else:
        opened = await asyncio.to_thread(open_url, url)
    if not opened:
        copy(reader, url, "the browser did not start")


def copy(reader: ReaderApp, text: str, why: str = "") -> None:
    """Copy text to the terminal's clipboard, and say what: some terminals ignore it."""
    reader.copy_to_clipboard(text)
    reader.say(f"{why} · copied {text}" if why else f"copied {text}")


def _open(reader: ReaderApp, letter: str) -> None:
    from reader.actions.links import links

    paper = highlighted_paper(reader)
    if paper is not None:
        found = next((link for link in links(paper) if link.letter == letter), None)
        if found is None:
            reader.say("this paper has no page on the web that is known here")
        else:
            browse(reader, found.url)


@handles("link.page")
def open_web_page(reader: ReaderApp, _count: int | None) -> None:
    _open(reader, "o")


@handles("link.pdf")
def open_pdf(reader: ReaderApp, _count: int | None) -> None:
    _open(reader, "p")


@handles("link.list")
def choose_link(reader: ReaderApp, _count: int | None) -> None:
    from reader.actions.links import links

    paper = highlighted_paper(reader)
    if paper is None:
        return
    urls = {link.letter: link.url for link in links(paper)}
    if urls:
        choices = [(link.letter, link.name) for link in links(paper)]
        reader.keyboard.ask_letter("open", choices, lambda letter: browse(reader, urls[letter]))
    else:
        reader.say("this paper has no links")


@handles("link.copy")
def copy_link(reader: ReaderApp, _count: int | None) -> None:
    from reader.actions import clipboard

    paper = highlighted_paper(reader)
    if paper is not None:
        copy(reader, clipboard.paper_link(paper))
