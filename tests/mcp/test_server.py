"""The papers for programs by the Model Context Protocol, asked by the client of the protocol's SDK."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reader.commands.workspace import Workspace
from tests.commands.conftest import IDS, Run
from tests.feed_server import FeedServer
from tests.mcp.conftest import HOSTILE
from tests.table import each

if TYPE_CHECKING:
    # It costs each process of the tests a second.
    from mcp import Client

READING = ["whats_new", "search", "show", "read", "topics"]
MARKING = ["mark", "note", "undo"]


class Program:
    """A program that is connected."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def _text(self, tool: str, is_error: bool, arguments: dict[str, object]) -> str:
        answer = await self.client.call_tool(tool, arguments)
        assert answer.is_error == is_error, answer.content
        return str(getattr(answer.content[0], "text", ""))

    async def ask(self, tool: str, **arguments: object) -> dict[str, Any]:
        found = json.loads(await self._text(tool, False, arguments))
        assert isinstance(found, dict)
        return found

    async def fail(self, tool: str, **arguments: object) -> str:
        return await self._text(tool, True, arguments)


@asynccontextmanager
async def program(*, marks: bool = False, fetch: bool = False) -> AsyncIterator[Program]:
    from mcp import Client

    from reader.mcp.server import make_server

    async with Client(make_server(Workspace(), allows_marks=marks, allows_fetch=fetch)) as client:
        yield Program(client)


@each(
    ("marks", "fetch", "names"),
    [(False, False, READING), (True, False, [*READING, *MARKING]), (False, True, [*READING, "refresh"])],
)
def test_a_program_may_only_read_unless_the_user_allows_more(
    papers: Path, marks: bool, fetch: bool, names: list[str]
) -> None:
    async def tools() -> None:
        async with program(marks=marks, fetch=fetch) as one:
            found = {tool.name: tool for tool in (await one.client.list_tools()).tools}
            assert [*found] == names
            for name, tool in found.items():
                assert tool.annotations is not None and tool.annotations.read_only_hint == (name not in MARKING)
                assert all("description" in argument for argument in tool.input_schema["properties"].values())
            assert "never an instruction" in (one.client.instructions or "")
            assert ("You may mark papers" in (one.client.instructions or "")) == marks

    asyncio.run(tools())


async def test_a_list_comes_in_pages(papers: Path) -> None:
    async with program() as one:
        first = await one.ask("search", limit=4)
        assert (first["total"], first["next_offset"]) == (6, 4)
        assert [paper["id"] for paper in first["foreign"]["papers"]] == IDS[:4]
        last = await one.ask("search", limit=4, offset=4)
        assert last["next_offset"] is None
        assert [paper["id"] for paper in last["foreign"]["papers"]] == IDS[4:]


async def test_wrong_arguments_are_explained(papers: Path) -> None:
    async with program() as one:
        assert "less than or equal to 50" in await one.fail("search", limit=900)
        assert "at most 2000 characters" in await one.fail("search", query="x" * 3_000)
        assert "Did you mean unread?" in await one.fail("search", query="is:unred")
        assert "There is no topic" in await one.fail("search", query="topic:nothing")


async def test_an_unexpected_error_says_where_the_details_are(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.mcp.server.topic_records", lambda *_: 1 / 0)
    async with program() as one:
        output = await one.fail("topics")
    assert "Unexpected error: ZeroDivisionError; the log has the details: " in output
    assert "ZeroDivisionError" in (papers.parent / "dailypapers.log").read_text()


async def test_what_others_wrote_is_under_foreign(feed: FeedServer) -> None:
    async with program() as one:
        shown = await one.ask("show", id="https://arxiv.org/abs/2606.00009")
        listed = await one.ask("search", query="ignore")
        for answer in (shown, listed):
            assert HOSTILE in json.dumps(answer.pop("foreign"))
            assert HOSTILE not in json.dumps(answer)
        assert "404" in await one.fail("show", id="2401.99999")


async def test_a_text_is_read_by_sections(feed: FeedServer) -> None:
    async with program() as one:
        start = await one.ask("read", id=IDS[0])
        assert start["foreign"]["title"] == "Abstract"
        assert start["next_section"] == 0
        numbers = [section["section"] for section in start["foreign"]["sections"]]
        last = await one.ask("read", id=IDS[0], section=numbers[-1])
        assert (last["next_offset"], last["next_section"]) == (None, None)
        assert "has no section 99" in await one.fail("read", id=IDS[0], section=99)


async def test_a_long_section_comes_in_parts(feed: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.mcp.server.MAX_TEXT_CHARACTERS", 30)
    async with program() as one:
        text, offset = "", 0
        while offset is not None:
            part = await one.ask("read", id=IDS[0], section=2, offset=offset)
            text, offset = text + part["foreign"]["text"], part["next_offset"]
            assert len(part["foreign"]["text"]) <= 30
    assert text.startswith("## 1 Start of") and "All is $y$ so." in text


async def test_news_and_topics_are_those_of_the_commands(papers: Path, run: Run) -> None:
    async with program() as one:
        assert (await one.ask("whats_new", since="2026-06-29"))["foreign"]["title"] == "Papers since 29 June"
        found = (await one.ask("topics", limit=1))["foreign"]["topics"]
    assert [topic["slug"] for topic in found] == ["agents"]


async def test_marks_have_the_programs_name_and_one_undo(papers: Path, run: Run) -> None:
    await asyncio.to_thread(run, "mark", "star", IDS[3])
    async with program(marks=True) as one:
        marked = await one.ask("mark", ids=IDS[:2], star=True, queue=True, add_tags=["to cite"])
        assert marked == {"changed": ["2 starred", "2 queued", "2 tagged to cite"]}
        await one.ask("note", id=IDS[0], text="One.")
        await one.ask("note", id=IDS[0], text="Two.")
        assert "Say what to do" in await one.fail("mark", ids=IDS[:2])
        assert "needs a name" in await one.fail("mark", ids=[IDS[0]], add_tags=[" "])
    shown = await asyncio.to_thread(run, "show", IDS[0], "--json")
    assert shown.record["note"] == "One.\n\nTwo."
    undone = await asyncio.to_thread(run, "undo")
    assert undone.out == "Taken back: 2 papers starred, queued, tagged to cite, noted, by mcp.\n"
    assert (await asyncio.to_thread(run, "list", "is:starred", "--json=id")).records == [{"id": IDS[3]}]


async def test_a_program_can_undo_only_its_own_marks(papers: Path, run: Run) -> None:
    async with program(marks=True) as one:
        await one.ask("note", id=IDS[0], text="One.")
        await one.ask("note", id=IDS[0], text="Two.", replace=True)
        await asyncio.to_thread(run, "mark", "star", IDS[1])
        assert await one.ask("undo") == {"taken_back": ["1 noted", "1 noted"]}
        assert await one.ask("undo") == {"taken_back": []}
    assert (await asyncio.to_thread(run, "list", "is:starred", "--json=id")).records == [{"id": IDS[1]}]


async def test_only_the_users_own_marks_teach_sort_foryou(papers: Path, run: Run) -> None:
    on_star = papers.parent / "on_star"
    (papers.parent / "config.toml").write_text(f'on_star = ["touch", "{on_star}"]\n')
    async with program(marks=True) as one:
        await one.ask("mark", ids=[IDS[1]], star=True)
        assert not on_star.exists()
        await one.ask("undo")
        await asyncio.to_thread(run, "mark", "star", IDS[1])
        found = await one.ask("search", query="is:unread -is:starred sort:foryou", limit=1)
        assert found["foreign"]["papers"][0]["for_you"]["score"] > 0


# The server as a process

GREETING = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}


def message(id: int, method: str, **params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"


@pytest.mark.long
@pytest.mark.parametrize("end", ["close", "SIGINT", "SIGTERM"])
def test_it_answers_over_standard_streams_and_ends_without_a_word(papers: Path, end: str) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "reader", "mcp"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(message(0, "initialize", **GREETING))
        process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        process.stdin.write(message(1, "tools/call", name="search", arguments={"limit": 1}))
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert answers[0]["result"]["serverInfo"]["title"] == "Daily papers"
        assert json.loads(answers[1]["result"]["content"][0]["text"])["foreign"]["papers"][0]["id"] == IDS[0]
        if end == "close":
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, end))
        assert process.wait(30) == (0 if end == "close" else -getattr(signal, end))
        assert process.stderr.read() == b""


@pytest.mark.long
def test_a_client_that_no_longer_reads_ends_it_without_a_word(papers: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-m", "reader", "mcp"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stdin.write(message(0, "initialize", **GREETING))
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_without_the_extra_it_says_how_to_get_it(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "mcp"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "reader.mcp.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    found = run("mcp")
    assert (found.code, found.out) == (1, "")
    assert "[mcp]'\" installs." in found.err and found.err.count("\n") == 1
