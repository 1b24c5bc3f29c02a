"""A conversation with the reader: at each step it says what happened, where one is, and what is under the cursor."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from reader.ui.app import ReaderApp
from reader.ui.shell.keyboard import Keyboard
from tests.feed_server import FeedServer, item
from tests.ui.conftest import Opener
from tests.ui.driver import PATIENCE, make_app, settings
from tests.ui.full_texts import keep_text

BOX = re.compile("[\x1b\u2500-\u259f]")


class Conversation:
    """What a user types, and what is said."""

    app: ReaderApp

    def __init__(self) -> None:
        self._answer: asyncio.Future[str | None] | None = None
        self._heard: asyncio.Queue[str] = asyncio.Queue()

    async def ask(self, text: str) -> str | None:
        """The reader says a text, and waits for a line."""
        assert not BOX.search(text), text
        self._answer = asyncio.get_running_loop().create_future()
        self._heard.put_nowait(text)
        return await self._answer

    async def hear(self) -> str:
        return await asyncio.wait_for(self._heard.get(), PATIENCE)

    async def say(self, line: str | None) -> str:
        """Type a line; return the whole reply, with the prompt."""
        assert self._answer is not None
        self._answer.set_result(line)
        return await self.hear()


@asynccontextmanager
async def plain(file: Path, **how: Any) -> AsyncIterator[tuple[Conversation, str]]:
    """A reader in plain mode, and what it says first; it ends with the input."""
    talk = Conversation()
    how["ask"] = talk.ask
    app = talk.app = make_app(file, **how)
    running = asyncio.create_task(app.run_async(headless=True, size=(180, 24)))
    yield talk, await talk.hear()
    if app.is_running and talk._answer is not None and not talk._answer.done():
        talk._answer.set_result(None)
    await asyncio.wait_for(running, PATIENCE)


async def test_a_morning_in_sentences(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, hello):
        assert "Latest, Tue 12 May" in hello and "\n1. Slow Video" in hello and "\n2. Agents" in hello
        assert "Here: 1. Slow Video" in hello and hello.endswith("list 1 of 14 (? keys)> ")
        assert "Keys: m mark read" in hello
        starred = await talk.say("s")
        assert starred.startswith("1 starred, u undoes.\nHere: 1. Slow Video") and "Unread, starred" in starred
        assert "2. Agents" not in starred and "Keys" not in starred
        await talk.say("gq")
        assert (await talk.say("u")).count("undone: no longer starred") == 1
        assert "Here: 1. Slow Video" in await talk.say("gt")
        assert "Here: 2. Agents That Write" in await talk.say("2")
        page = await talk.say("")
        assert "Now on a paper's page." in page and "Abstract" in page and ": Agents" not in page
        assert (await talk.say("e")).endswith("note (. keeps it)> ")
        assert "Lines so far: 1." in await talk.say("Read with care.")
        noted = await talk.say(".")
        assert "noted, u undoes." in noted and "Read with care." in noted and "Now on a paper's page: Agents" in noted
        undone = await talk.say("u")
        assert undone.startswith('undone: no longer noted, "Agents') and "huggingface.co" not in undone
        assert "Here: 2. Agents" in await talk.say("q")
        found = await talk.say("/memory")
        assert "Latest, Tue 12 May, searched for memory, 1 of 14" in found and "Here: 1. A Memory" in found
        assert "Here: 2. Agents" in await talk.say("q")
        assert "queued" in await talk.say("b")


async def test_a_line_that_is_no_key_does_nothing(
    reader: Opener, cache_file: Path, recwarn: pytest.WarningsRecorder
) -> None:
    async with plain(cache_file) as (talk, _):
        said = await talk.say("star")
        assert said.startswith("star is not a key in the list.\nHere: 1. Slow Video") and "Keys: m mark read" in said
        assert "Unread" in said and "starred" not in said
        assert "g, then: t Latest" in await talk.say("g")
        assert (await talk.say("esc")).startswith("g is dropped.")
        await talk.say("g")
        assert "Starred, 0 papers" in await talk.say("s")
        assert "Here: 1. Slow Video" in await talk.say("gt")
        asked = await talk.say("w")
        assert asked.endswith("esc)> ")
        assert (await talk.say("hello")).startswith("hello is not an answer.")
        # Keys that would have opened a line to type in do not take the next line either.
        await talk.say("ctrl+p")
        await talk.say("esc")
        assert (await talk.say("star")).startswith("star is not a key")
        await talk.say("ctrl+p")
        assert "Here: 1. Queue" in await talk.say("queue")
        assert "queued" not in await talk.say("esc")
        gc.collect()
        assert not [one for one in recwarn if "never awaited" in str(one.message)]


async def test_a_full_text_is_read_by_pages_and_sections(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file, query="slow") as (talk, hello):
        id = re.search("Slow Video", hello)
        assert id is not None
        async with reader() as r:
            keep_text(cache_file, r.here.id)
        await talk.say("")
        text = await talk.say("")
        assert "Now in a full text." in text and "\n1 Introduction" in text and "§1 Introduction, 0 %" in text
        letters = await talk.say("")
        assert letters.startswith("a [2]; s Table 1.\n") and letters.endswith("text (a-z, esc)> ")
        assert "Author 2. A title." in await talk.say("a")
        await talk.say("esc")
        further = await talk.say("space")
        assert "1 Introduction\n" not in further and "Paragraph" in further
        assert "2 Method" in await talk.say("]")
        assert "Here: " in await talk.say("/zebra")
        assert "Now in the outline of a text" in await talk.say("tab")
        assert "Here: 4. 3 Results" in await talk.say("4")
        assert "§3 Results" in await talk.say("")
        assert "Now on a paper's page: Slow Video" in await talk.say("q")


async def test_what_comes_in_is_said_with_the_next_reply(reader: Opener, cache_file: Path) -> None:
    with FeedServer() as feed:
        async with plain(cache_file, settings=settings(endpoint=feed.url)) as (talk, _):
            feed.days["2026-05-12"] = [item("2605.10001", "Hot news", "2026-05-12", upvotes=500)]
            said = await talk.say("r")
            while "1 new" not in said:
                said += await talk.say("j")
            assert "The list has changed, 15 papers." in said and "Hot news" not in said


async def test_no_line_answers_what_came_to_the_front_while_it_was_typed(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, _):
        answers = list[str]()
        talk.app.services[Keyboard].ask_letter("all of them", [("s", "do it")], answers.append, is_offer=True)
        said = await talk.say("s")
        assert "so nothing was done" in said and "all of them: s do it; esc back." in said
        assert answers == [] and "starred" not in said
        assert said.endswith("list (s, esc)> ")
        await talk.say("s")
        assert answers == ["s"]


async def test_mistakes_in_a_query_are_said_where_it_is_typed(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, _):
        said = await talk.say("/sort:foo")
        assert "So far: sort:foo\nsort: takes day, upvotes" in said and said.endswith("query (esc leaves it)> ")
        assert "Here: 1. " in await talk.say("sort:title")


async def test_an_empty_cache_says_why_and_which_keys_help(reader: Opener, caches: dict[str, Path]) -> None:
    async with plain(caches["empty"], demo=True) as (talk, hello):
        assert "No papers" in hello and hello.endswith("no papers (? keys)> ")
        assert "is not a key in an empty list" in await talk.say("s")


async def test_the_calendar_says_the_day_and_no_grid(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, _):
        opened = await talk.say("gd")
        assert "Tuesday 12 May 2026, " in opened and "Mo, Tu" not in opened and "partly here" not in opened
        assert (await talk.say("h")).startswith("Monday 11 May 2026, ")
        for _ in range(2):
            assert "This is not a day" in await talk.say("/ zz")
            await talk.say("esc")


async def test_a_list_of_several_days_says_which(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, hello):
        assert "Tuesday 12 May." not in hello
        listed = await talk.say("ga")
        assert "\nTuesday 12 May.\n1. Slow Video" in listed
        assert (await talk.say("15")).startswith("Monday 11 May.\nHere: 15. ")
        assert "May.\n" not in await talk.say("16")
        assert ", 12 May.\n" in await talk.say("/sort:upvotes")
        assert "current: All" in (said := await talk.say("f")) and "14 unread of 14" in said


async def test_in_the_help_words_search_and_numbers_lead_to_lines(reader: Opener, cache_file: Path) -> None:
    async with plain(cache_file) as (talk, _):
        assert "\n2. enter, Open" in await talk.say("?")
        assert "\n2. W Why" in await talk.say("W")
        assert "Here: 3. esc" in await talk.say("3")
        assert "Here: 1. THIS KEY" in await talk.say("1")
        await talk.say("/")
        assert "\n2. s Star" in await talk.say("star")
        assert (await talk.say("q")).endswith("help (esc close)> ")
        assert "Latest, Tue 12 May" in await talk.say("q")


async def test_what_is_copied_is_printed_each_time(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.actions.links.find_browser", lambda: "w3m")
    async with plain(cache_file) as (talk, _):
        for key in ("y", "y", "o"):
            said = await talk.say(key)
            assert "To copy:\nhttps://huggingface.co/papers/2605." in said and "copied" not in said
        assert said.startswith("no browser was found.\n")
