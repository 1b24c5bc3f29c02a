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
from tests.ui.driver import PATIENCE, fill, make_app, settings
from tests.ui.full_texts import keep_text
from tests.ui.papers import draft

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
    how["ask"], rows = talk.ask, how.pop("rows", 24)
    app = talk.app = make_app(file, **how)
    running = asyncio.create_task(app.run_async(headless=True, size=(180, rows)))
    yield talk, await talk.hear()
    if app.is_running and talk._answer is not None and not talk._answer.done():
        talk._answer.set_result(None)
    await asyncio.wait_for(running, PATIENCE)


@pytest.mark.parametrize("name", ["list", "text", "decisions", "days"])
async def test_a_whole_conversation(
    reader: Opener, cache_file: Path, name: str, recwarn: pytest.WarningsRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The reader is quicker here than its looks at whether it is at rest.
    monkeypatch.setattr("reader.ui.plain.face.sleep", lambda _: asyncio.sleep(0.002))
    # However long the next line takes, no paper was looked at meanwhile.
    monkeypatch.setattr("reader.ui.marks.traces.LOOK", 3600.0)
    if name == "text":
        keep_text(cache_file, "2605.00400")
    conversation = Path(__file__).with_name(f"{name}.txt").read_text("utf-8")
    how = {"rows": 10, "query": "slow"} if name == "text" else {"rows": 7}
    async with plain(cache_file, **how) as (talk, hello):
        said = hello
        for line in re.findall(r"\)> (.+)", conversation):
            said += f"{line}\n{await talk.say(line)}"
        assert f"{said.rstrip()}\n" == conversation
    gc.collect()
    assert not [one for one in recwarn if "never awaited" in str(one.message)]


async def test_what_comes_in_is_said_with_the_next_reply(reader: Opener, cache_file: Path) -> None:
    with FeedServer() as feed:
        async with plain(cache_file, settings=settings(endpoint=feed.url)) as (talk, _):
            feed.days["2026-05-12"] = [item("2605.10001", "Hot news", "2026-05-12", upvotes=500)]
            said = await talk.say("r")
            while "1 new" not in said:
                said += await talk.say("j")
            assert "The list has changed" not in said
            assert "The list has changed, 15 papers." in await talk.say("gt")


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


async def test_an_empty_cache_says_why_and_which_keys_help(reader: Opener, caches: dict[str, Path]) -> None:
    async with plain(caches["empty"], demo=True) as (talk, hello):
        assert "No papers" in hello and hello.endswith("no papers (? keys)> ")
        assert "is not a key in an empty list" in await talk.say("s")


async def test_missing_days_and_a_picture_are_said(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cache_file, {"2026-04-29": [draft(place, f"Old {place}", 1) for place in (1, 2)]})
    monkeypatch.delenv("NO_COLOR", raising=False)
    with FeedServer() as feed:
        async with plain(cache_file, settings=settings(endpoint=feed.url, images="blocks")) as (talk, _):
            for line in ("ga", "G", "k"):
                await talk.say(line)
            said = await talk.say("k")
            assert "Here: 7 missing days." in said and "missing days (" in said.splitlines()[-1]
            await talk.say("gt")
            await talk.say("enter")
            said = await talk.say("P")
            assert "Card of the feed\nSlow Video" in said


async def test_what_is_copied_is_printed_each_time(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.actions.links.find_browser", lambda: "w3m")
    async with plain(cache_file) as (talk, _):
        for key in ("y", "y", "o"):
            said = await talk.say(key)
            assert "To copy:\nhttps://huggingface.co/papers/2605." in said and "copied" not in said
        assert said.startswith("no browser was found.\n")
        for line in ("e", "One.", ".", "e", "Two.", "."):
            await talk.say(line)
        paper = talk.app.library.paper(talk.app.state.highlighted)
        assert paper is not None and paper.note == "One.\nTwo."
