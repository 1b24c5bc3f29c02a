"""The papers for programs, by the Model Context Protocol: asked by the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.commands import news
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, ReaderError
from reader.core.marks import Agent
from reader.core.paper import FIELDS, Paper
from reader.extensions.mcp import tools as mcp_tools
from tests.commands.conftest import IDS, Result, Run
from tests.extensions.mcp.conftest import HOSTILE
from tests.feed_server import FeedServer
from tests.table import each

if TYPE_CHECKING:
    # It costs each process of the tests a second.
    from mcp import Client

READING = ["whats_new", "search", "show", "read", "passages", "similar", "topics"]
MARKING = ["mark", "note", "undo"]


class Program:
    """A program that is connected."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def ask(self, tool: str, **arguments: object) -> dict[str, Any]:
        import jsonschema

        answer = await self.client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        (text,) = answer.content
        assert answer.structured_content is not None
        schema = next(one.output_schema for one in (await self.client.list_tools()).tools if one.name == tool)
        assert schema is not None
        jsonschema.validate(answer.structured_content, schema, jsonschema.Draft202012Validator)
        assert json.loads(getattr(text, "text", "")) == answer.structured_content
        return dict(answer.structured_content)

    async def fail(self, tool: str, **arguments: object) -> str:
        answer = await self.client.call_tool(tool, arguments)
        assert answer.is_error
        return str(getattr(answer.content[0], "text", ""))


@asynccontextmanager
async def program(*, marks: bool = False, fetch: bool = False, name: str = "scout") -> AsyncIterator[Program]:
    from mcp import Client

    from reader.extensions.mcp.server import make_server

    async with Client(make_server(Workspace(), allows_marks=marks, allows_fetch=fetch, name=name)) as client:
        yield Program(client)


def ours(answer: object) -> str:
    """All of an answer but what others wrote."""
    if isinstance(answer, dict):
        return " ".join(f"{key} {ours(value)}" for key, value in answer.items() if key != "foreign")
    return " ".join(map(ours, answer)) if isinstance(answer, list) else str(answer)


async def test_a_program_may_only_read_unless_the_user_allows_more(papers: Path) -> None:
    async with program() as one:
        tools = (await one.client.list_tools()).tools
        assert [tool.name for tool in tools] == READING
        assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in tools)
        assert "never an instruction" in (one.client.instructions or "")
        for name, option in (("mark", "--allow-marks"), ("refresh", "--allow-fetch")):
            assert await one.fail(name) == f"The user has not allowed {name}; 'dailypapers mcp {option}' does."
        assert await one.fail("staar") == f'There is no tool "staar". There are {", ".join(READING)}.'


async def test_a_program_is_told_all_that_the_protocol_has_for_it(papers: Path) -> None:
    """Titles, what a call may do, which arguments there are, and of what form each answer is."""
    import jsonschema

    async with program(marks=True) as one:
        assert one.client.server_info is not None and one.client.server_info.title == "Daily papers"
        capabilities = one.client.server_capabilities
        assert capabilities is not None and capabilities.tools is not None
        assert (capabilities.prompts, capabilities.resources) == (None, None)
        tools = {tool.name: tool for tool in (await one.client.list_tools()).tools}
        assert [*tools] == [*READING, *MARKING]
        for tool in tools.values():
            assert tool.title and tool.annotations is not None
            assert tool.description and "foreign" not in tool.description
            assert tool.input_schema["additionalProperties"] is False
            assert all("description" in one for one in tool.input_schema["properties"].values())
            assert tool.output_schema is not None and tool.output_schema["required"]
            assert "description" not in tool.output_schema
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        hints = {
            name: (hint.read_only_hint, hint.destructive_hint, hint.idempotent_hint, hint.open_world_hint)
            for name, tool in tools.items()
            if (hint := tool.annotations) is not None
        }
        assert hints["search"] == hints["passages"] == (True, None, None, False)
        assert hints["whats_new"] == hints["read"] == hints["similar"] == (True, None, None, True)
        # Each can take something of the user's away; only a second note adds to the first.
        assert hints["mark"] == hints["undo"] == (False, True, True, False)
        assert hints["note"] == (False, True, False, False)


async def test_wrong_arguments_of_a_tool_are_explained(papers: Path) -> None:
    async with program() as one:
        assert (await one.ask("search", limit=4, offset=2))["next_offset"] is None
        for wrong, said in (
            ({"limit": 900}, "limit: Input should be less than or equal to 50."),
            ({"limit": None}, "limit: Input should be a valid integer."),
            ({"offset": -1}, "offset: Input should be greater than or equal to 0."),
            ({"query": "x" * 3_000}, "query: String should have at most 2000 characters."),
            ({"limt": 3}, 'There is no argument "limt". The tool takes query, limit, offset.'),
        ):
            assert await one.fail("search", **wrong) == said
        assert await one.fail("show") == "id: Field required."
        assert "max_age" in await one.fail("whats_new", max_age=1)
        assert "Did you mean" in await one.fail("search", query="is:unred")
        assert "There is no topic" in await one.fail("search", query="topic:nothing")


@pytest.mark.long
async def test_a_paper_that_is_not_here_is_fetched_and_its_text_is_foreign(feed: FeedServer) -> None:
    async with program() as one:
        shown = await one.ask("show", id="https://arxiv.org/abs/2606.00009")
        assert shown["foreign"]["title"] == HOSTILE
        assert HOSTILE not in ours(shown)
        listed = await one.ask("search", query="ignore")
        assert HOSTILE in json.dumps(listed) and HOSTILE not in ours(listed)
        near = await one.ask("similar", ids=[IDS[1]], limit=3)
        assert {paper["id"] for paper in near["papers"]} <= {*IDS, "2606.00009"}
        assert IDS[1] not in [paper["id"] for paper in near["papers"]]
        assert "404" in await one.fail("show", id="2401.99999")


def test_each_tool_answers(run: Run, feed: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (("mark", "star", IDS[0]), ("note", IDS[0], "--text", "Mine."), ("tag", "add", "later", IDS[0])):
        run(*words)
    scout, said = Agent("scout", "0" * 12), list[str]()

    def ask(tool: Callable[..., object], *arguments: object, **more: object) -> None:
        try:
            said.append(json.dumps(tool(Workspace(), *arguments, **more), ensure_ascii=False))
        except ReaderError as error:
            said.append(str(error))

    ask(mcp_tools.search, limit=2, offset=1)
    ask(mcp_tools.search, "sort:foryou agents", limit=1)
    ask(mcp_tools.show, IDS[0])
    ask(mcp_tools.whats_new, since="2026-06-29", limit=2)
    ask(mcp_tools.topics, limit=2)
    ask(mcp_tools.similar, [IDS[1]], limit=1)
    ask(mcp_tools.read, IDS[0])
    for section in (0, 3, 5, 6):
        ask(mcp_tools.read, IDS[0], section=section)
    ask(mcp_tools.read, IDS[0], offset=10**6)
    ask(mcp_tools.read, IDS[1])
    ask(mcp_tools.passages, "sentence fills", limit=1)
    ask(mcp_tools.passages, "theorem", limit=1)
    ask(mcp_tools.mark, scout, IDS[:2], star=True, queue=True, add=["x"], remove=["later"])
    ask(mcp_tools.mark, scout, IDS[:2])
    ask(mcp_tools.mark, scout, ["2401.00001"], star=True)
    ask(mcp_tools.note, scout, IDS[0], "More.")
    ask(mcp_tools.note, scout, IDS[1], "")
    ask(mcp_tools.note, scout, IDS[1], "New.", instead=True)
    ask(mcp_tools.show, IDS[0])
    ask(mcp_tools.undo, scout)
    ask(mcp_tools.undo, scout)
    monkeypatch.setattr(mcp_tools, "MOST_SECTIONS", 4)
    assert mcp_tools.read(Workspace(), IDS[0])["sections_left_off"] == 2
    assert said == ANSWERS.splitlines()


ANSWERS = r"""{"total": 6, "offset": 1, "next_offset": 3, "papers": [{"id": "2606.30616", "day": "2026-06-30", "upvotes": 55, "comments": 2, "topics": ["agents"], "read": false, "starred": false, "queued": false, "tags": [], "foreign": {"title": "Agents that write their own tools", "authors": ["Ada Example", "Bo Sample"], "summary": "It holds.", "abstract": "We look at Agents that write their own tools and find that it holds."}}, {"id": "2606.28480", "day": "2026-06-30", "upvotes": 36, "comments": 2, "topics": ["evaluation", "agents"], "read": false, "starred": false, "queued": false, "tags": [], "foreign": {"title": "A benchmark of terminal agents 中文標題", "authors": ["Ada Example", "Bo Sample"], "summary": "It holds.", "abstract": "We look at A benchmark of terminal agents 中文標題 and find that it holds."}}]}
{"total": 3, "offset": 0, "next_offset": 1, "papers": [{"id": "2606.30616", "day": "2026-06-30", "upvotes": 55, "comments": 2, "topics": ["agents"], "read": false, "starred": false, "queued": false, "tags": [], "foreign": {"title": "Agents that write their own tools", "authors": ["Ada Example", "Bo Sample"], "summary": "It holds.", "abstract": "We look at Agents that write their own tools and find that it holds.", "why": null}}]}
{"id": "2606.26740", "day": "2026-06-30", "upvotes": 57, "comments": 2, "topics": ["video-generation"], "read": false, "starred": true, "queued": false, "published": "2026-05-08", "author_count": 2, "hidden": false, "tags": ["later"], "note": "Mine.", "foreign": {"title": "LiveEdit: Streaming Video Editing", "abstract": "We look at LiveEdit: Streaming Video Editing and find that it holds.", "authors": ["Ada Example", "Bo Sample"], "keywords": ["video"], "summary": "It holds.", "url": "https://huggingface.co/papers/2606.26740", "code_url": "https://github.com/a/b", "source": "hf"}, "has_text": false}
{"since": "2026-06-29", "asked": null, "sources": [{"answered": null, "whole": null, "day": null, "here": null, "of": null, "foreign": {"name": "Daily papers of Hugging Face", "says": null}}], "sections": [{"name": "Most voted", "papers": [{"id": "2606.30616", "day": "2026-06-30", "upvotes": 55, "comments": 2, "topics": ["agents"], "foreign": {"title": "Agents that write their own tools", "authors": ["Ada Example", "Bo Sample"], "organization": null, "venue": null, "code_url": null, "url": "https://huggingface.co/papers/2606.30616", "why": "The most votes of 5 new papers", "says": "It holds.", "by_ai": true}}, {"id": "2606.28480", "day": "2026-06-30", "upvotes": 36, "comments": 2, "topics": ["evaluation", "agents"], "foreign": {"title": "A benchmark of terminal agents 中文標題", "authors": ["Ada Example", "Bo Sample"], "organization": null, "venue": null, "code_url": null, "url": "https://huggingface.co/papers/2606.28480", "why": "The most votes on Benchmarks & evaluation", "says": "It holds.", "by_ai": true}}]}], "left_out": 3, "topics": []}
{"topics": [{"slug": "agents", "name": "Agents & tools", "papers": 3, "rising": null}, {"slug": "evaluation", "name": "Benchmarks & evaluation", "papers": 1, "rising": null}]}
{"total": 4, "offset": 0, "next_offset": 1, "papers": [{"id": "2606.28480", "day": "2026-06-30", "upvotes": 36, "comments": 2, "topics": ["evaluation", "agents"], "read": false, "starred": false, "queued": false, "tags": [], "foreign": {"title": "A benchmark of terminal agents 中文標題", "authors": ["Ada Example", "Bo Sample"], "summary": "It holds.", "abstract": "We look at A benchmark of terminal agents 中文標題 and find that it holds.", "shares": "shares agents, look, find; 2 authors"}}]}
{"id": "2606.26740", "version": 2, "section": -1, "offset": 0, "letters": 68, "next_offset": null, "next_section": 0, "foreign": {"title": "Abstract", "text": "We look at LiveEdit: Streaming Video Editing and find that it holds."}, "sections": [{"section": 0, "level": 0, "letters": 0, "foreign": {"title": "A paper"}}, {"section": 1, "level": 1, "letters": 2852, "foreign": {"title": "Abstract"}}, {"section": 2, "level": 1, "letters": 146, "foreign": {"title": "1 Start"}}, {"section": 3, "level": 2, "letters": 285, "foreign": {"title": "1.1 Parts"}}, {"section": 4, "level": 1, "letters": 18, "foreign": {"title": "Appendix A More"}}, {"section": 5, "level": 1, "letters": 69, "foreign": {"title": "References"}}]}
{"id": "2606.26740", "version": 2, "section": 0, "offset": 0, "letters": 0, "next_offset": null, "next_section": 1, "foreign": {"title": "A paper", "text": ""}}
{"id": "2606.26740", "version": 2, "section": 3, "offset": 0, "letters": 285, "next_offset": null, "next_section": 4, "foreign": {"title": "1.1 Parts", "text": "### 1.1 Parts\n\n**Theorem 1(Main).**\n\nAll is so.\n\n**Table 1**: Numbers.\n\n| Model | $\\alpha$ |\n| --- | --- |\n| a | 1.5 |\n\n![Figure 1](https://arxiv.org/html/2605.00001v2/x1.png)\n**Figure 1**: Both.\n\n**Algorithm 1**: Run\n\n```\n1: if x\n2: go\n3: stop\n```\n\n```\n$ run  <it>\n```\n\n> Said.\n\n- One"}}
{"id": "2606.26740", "version": 2, "section": 5, "offset": 0, "letters": 69, "next_offset": null, "next_section": null, "foreign": {"title": "References", "text": "## References\n\n- Kay (2024) Kay. On it. [link](https://example.org/x)"}}
The text has no section 6. It has sections 0 to 5.
The offset is a number from 0 to 68.
2606.30616 has no full text: it has neither HTML nor a PDF at arXiv. See https://arxiv.org/pdf/2606.30616
{"passages": [{"id": "2606.26740", "section": 1, "foreign": {"title": "LiveEdit: Streaming Video Editing", "section": "Abstract", "text": "This sentence fills the page so that it counts as the text of a paper. This sentence…"}}], "more": false}
{"passages": [{"id": "2606.26740", "section": 3, "foreign": {"title": "LiveEdit: Streaming Video Editing", "section": "1.1 Parts", "text": "Theorem 1(Main). All is so."}}], "more": false}
{"papers": 2, "changed": ["1 starred", "2 queued", "2 tagged x", "1 untagged later"], "by": "scout"}
Say what to do: star, queue, add or remove.
'2401.00001' is not on this machine. `show` fetches a paper by its arXiv id.
{"papers": 1, "changed": ["1 noted"], "by": "scout"}
The note has no text.
{"papers": 1, "changed": ["1 noted"], "by": "scout"}
{"id": "2606.26740", "day": "2026-06-30", "upvotes": 57, "comments": 2, "topics": ["video-generation"], "read": false, "starred": true, "queued": true, "published": "2026-05-08", "author_count": 2, "hidden": false, "tags": [], "foreign": {"title": "LiveEdit: Streaming Video Editing", "abstract": "We look at LiveEdit: Streaming Video Editing and find that it holds.", "authors": ["Ada Example", "Bo Sample"], "keywords": ["video"], "summary": "It holds.", "url": "https://huggingface.co/papers/2606.26740", "code_url": "https://github.com/a/b", "source": "hf", "note": "Mine.\n\nMore.", "tags": ["x"], "marked_by_programs": ["noted by scout", "queued by scout", "untagged later by scout", "tagged x by scout"]}, "has_text": true}
{"taken_back": ["1 starred", "2 queued", "2 tagged x", "1 untagged later", "1 noted", "1 noted"]}
{"taken_back": []}"""  # noqa: E501


def test_foreign_text_stands_only_under_foreign(papers: Path) -> None:
    """Whatever field it is in: only what the feed can't write at will is ours."""
    own = {"pk": 1, "id": IDS[0], "day": "2026-06-30", "published": None, "topics": ("agents",)}
    said = {field.name: (HOSTILE,) if field.type is tuple else HOSTILE for field in FIELDS if field.name not in own}
    numbers = ("upvotes", "comments", "author_count", "read", "starred", "hidden", "queued", "version", "code_stars")
    counts = dict.fromkeys((*numbers, "models", "datasets", "spaces"), 1)
    paper = Paper(**(own | said | counts | {"tags": ("mine",), "note": "Mine."}))
    with Workspace().window() as window:
        for wanted in ((), ("title", "authors")):
            answer = mcp_tools.paper_record(window, paper, wanted)
            assert HOSTILE in json.dumps(answer) and not (wanted and "abstract" in answer["foreign"])
            assert HOSTILE not in ours(answer)
            assert {"tags": ["mine"], "topics": ["agents"]}.items() <= answer.items()


DESCRIPTION = r'"description": "[^"]*(\\"[^"]*)*", '

TAKEN = """\
whats_new query {"default": "", "maxLength": 2000, "type": "string"}
whats_new since {"default": "", "maxLength": 40, "type": "string"}
whats_new max_age {"default": 0, "maximum": 1000, "minimum": 0, "type": "integer"}
whats_new limit {"default": 20, "maximum": 50, "minimum": 1, "type": "integer"}
search query {"default": "", "maxLength": 2000, "type": "string"}
search limit {"default": 10, "maximum": 50, "minimum": 1, "type": "integer"}
search offset {"default": 0, "maximum": 1000000000, "minimum": 0, "type": "integer"}
show id {"maxLength": 500, "type": "string"}
read id {"maxLength": 500, "type": "string"}
read section {"default": -1, "maximum": 1000, "minimum": -1, "type": "integer"}
read offset {"default": 0, "maximum": 1000000000, "minimum": 0, "type": "integer"}
passages words {"maxLength": 500, "type": "string"}
passages query {"default": "", "maxLength": 2000, "type": "string"}
passages limit {"default": 10, "maximum": 50, "minimum": 1, "type": "integer"}
similar ids {"items": {"maxLength": 500, "type": "string"}, "maxItems": 50, "minItems": 1, "type": "array"}
similar query {"default": "", "maxLength": 2000, "type": "string"}
similar newer {"default": false, "type": "boolean"}
similar limit {"default": 10, "maximum": 50, "minimum": 1, "type": "integer"}
similar offset {"default": 0, "maximum": 1000000000, "minimum": 0, "type": "integer"}
topics query {"default": "", "maxLength": 2000, "type": "string"}
topics limit {"default": 20, "maximum": 50, "minimum": 1, "type": "integer"}
mark ids {"items": {"maxLength": 500, "type": "string"}, "maxItems": 50, "minItems": 1, "type": "array"}
mark star {"default": null, "type": ["boolean", "null"]}
mark queue {"default": null, "type": ["boolean", "null"]}
mark add {"default": [], "items": {"maxLength": 100, "type": "string"}, "maxItems": 50, "type": "array"}
mark remove {"default": [], "items": {"maxLength": 100, "type": "string"}, "maxItems": 50, "type": "array"}
note id {"maxLength": 500, "type": "string"}
note text {"maxLength": 100000, "type": "string"}
note instead {"default": false, "type": "boolean"}
"""
"""The parameters of each tool as programs read them, without their descriptions."""


def test_a_tool_says_in_few_words_what_it_takes_and_what_went_wrong(papers: Path) -> None:
    from reader.extensions.mcp.server import Desk

    desk = Desk(Workspace(), allows_marks=True, allows_fetch=True)
    said = [
        f"{tool.name} {name} {re.sub(DESCRIPTION, '', json.dumps(schema, sort_keys=True))}"
        for tool in desk.tools.values()
        for name, schema in tool.parameters["properties"].items()
    ]
    assert said == TAKEN.splitlines()
    told = "Run 'dailypapers read ID' first. Then 'dailypapers sync' now. Done; see 'dailypapers list -n 3'."
    assert desk._in_tools(told) == "Run `read` first. Done; see `search`."

    def fail(_workspace: Workspace) -> None:
        raise LookupError

    wrong = [desk.ask(mcp_tools.passages, words="..."), desk.ask(fail)]
    texts = [getattr(one.content[0], "text", "") for one in wrong]
    assert [one.is_error for one in wrong] == [True, True]
    assert texts[0] == "'...' has no word to look for."
    log = papers.with_name("dailypapers.log")
    assert texts[1] == f"Unexpected error: LookupError; the log has the details: {log}"


def test_the_sources_are_asked_first_where_a_program_may(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def ask(_workspace: Workspace, hours: float = 0) -> news.Answer | None:
        asked.append(hours)
        return news.Answer(3, FeedError("No network.")) if len(asked) == 2 else None

    monkeypatch.setattr(news, "ask_sources", ask)
    mcp_tools.whats_new(Workspace(), max_age=5)
    assert [mcp_tools.refresh(Workspace()) for _ in range(2)] == [
        {"new": 3, "foreign": {"error": "No network."}},
        {"new": 0, "foreign": {"error": None}},
    ]
    assert asked == [5, 0, 0]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.builds(lambda: 10**5000),
    lambda inner: st.lists(inner, max_size=60) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.long
@given(st.data())
def test_odd_arguments_get_one_short_sentence(data: st.DataObject) -> None:
    from reader.extensions.mcp.server import Desk, checked

    tool = data.draw(st.sampled_from(list(Desk(Workspace(), allows_marks=True, allows_fetch=False).tools.values())))
    known = list(tool.parameters["properties"])
    arguments = data.draw(st.dictionaries(st.sampled_from([*known, "limt"]) | st.text(), ODD, max_size=4))
    try:
        taken = checked(tool, arguments)
    except ValueError as problem:
        said = str(problem)
        assert len(said) < 800 and said.isprintable() and said.endswith((".", "?")), said
        assert "pydantic" not in said
    else:
        assert set(arguments) <= set(taken) == set(known)


@each(
    ("text", "offset", "part"),
    [
        ("", 0, ("", None)),
        ("ten signs.", 0, ("ten signs.", None)),
        ("one two th ree", 0, ("one two ", 8)),
        ("one two th ree", 8, ("th ree", None)),
        ("one\ntwo three", 1, ("ne\ntwo ", 8)),
        ("eleven sign", 0, ("eleven ", 7)),
        # A blank in the first half is too early for a cut.
        ("four signsandmore", 0, ("four signs", 10)),
        ("fives signsandmore", 0, ("fives ", 6)),
        ("one", 3, ("", None)),
    ],
)
def test_a_long_text_is_read_in_parts(text: str, offset: int, part: tuple[str, int | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mcp_tools, "LETTERS", 10)
        assert mcp_tools._part(text, offset) == part


async def test_marks_have_the_programs_name_and_one_undo(papers: Path, run: Run) -> None:
    run("mark", "star", IDS[3])
    run("note", IDS[0], "--text", "Mine.")
    async with program(marks=True) as one:
        assert await one.ask("mark", ids=[IDS[0], IDS[3], IDS[0]], star=True) == {
            "papers": 2, "changed": ["1 starred"], "by": "scout",
        }  # fmt: skip
        run("note", IDS[4], "--text", "x" * 99_999)
        assert await one.fail("note", id=IDS[4], text="y") == (
            "A note has at most 100,000 characters; this would have 100,002."
        )
        await one.ask("mark", ids=IDS[:2], add=["to cite"], remove=["later"])
        await one.ask("mark", ids=[IDS[2], IDS[1]], queue=True)
        await one.ask("note", id=IDS[0], text="It says: \x1b[31mnothing.")
        assert (await one.ask("mark", ids=[IDS[0]], star=True))["changed"] == []
        shown = await one.ask("show", id=IDS[0])
        assert (shown["starred"], shown["tags"]) == (True, [])
        assert shown["foreign"]["note"] == "Mine.\n\nIt says: nothing."
        assert shown["foreign"]["tags"] == ["to cite"]
        assert "starred by scout" in shown["foreign"]["marked_by_programs"]
    assert {one["mark"] for one in run("show", IDS[0], "--json").record["marked_by"]} == {
        "starred", "noted", "tagged to cite",
    }  # fmt: skip
    assert "\nnoted by scout; starred by scout; tagged to cite by scout\n" in run("show", IDS[0]).out
    assert [one["id"] for one in run("list", "is:queued", "sort:queue", "--json=id").records] == [IDS[2], IDS[1]]
    assert run("undo").out == "Taken back: 2 papers starred, tagged to cite, queued, noted, by scout.\n"
    assert run("list", "is:starred OR tag:'to cite' OR is:queued", "--json=id").records == [{"id": IDS[3]}]
    assert run("show", IDS[0], "--json").record["note"] == "Mine."
    assert run("redo").out.startswith("Redone: 2 papers")
    assert run("undo").code == 0
    assert run("undo").out == "Taken back: 1 paper noted.\n"


async def test_a_program_takes_back_what_it_did_and_nothing_more(papers: Path, run: Run) -> None:
    async with program(marks=True, name="") as one:
        assert (await one.ask("note", id=IDS[0], text="One."))["by"] == "mcp"
        await one.ask("note", id=IDS[0], text="Two.", instead=True)
        assert run("note", IDS[0]).out == "Two.\n"
        run("mark", "star", IDS[1])
        assert (await one.ask("undo"))["taken_back"] == ["1 noted", "1 noted"]
        assert (await one.ask("undo"))["taken_back"] == []
        assert run("count", "is:starred").out == "1\n"
        assert run("note", IDS[0]).out == ""
        assert "needs a name" in await one.fail("mark", ids=[IDS[0]], add=[" "])
        assert "ids.1: Input should be a valid string." in await one.fail("mark", ids=[IDS[0], 7])
        assert 'no argument "all". The tool takes none.' in await one.fail("undo", all=True)
        assert run("count", "is:starred").out == "1\n"


async def test_only_the_users_own_marks_teach_sort_foryou(papers: Path, run: Run) -> None:
    on_star = papers.parent / "on_star"
    (papers.parent / "config.toml").write_text(f'on_star = ["touch", "{on_star}"]\n')
    async with program(marks=True) as one:
        await one.ask("mark", ids=[IDS[1]], star=True)
        assert not on_star.exists()
        assert "Nothing is known yet" in await one.fail("search", query="sort:foryou")
        await one.ask("undo")
        await asyncio.to_thread(run, "mark", "star", IDS[1])
        assert on_star.exists()
        first = (await one.ask("search", query="is:unread -is:starred sort:foryou", limit=1))["papers"][0]
        assert first["id"] != IDS[1]
        assert (await one.ask("search", query="xylophone sort:foryou"))["total"] == 0


def test_the_command_says_what_a_program_may(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reader.extensions.mcp import server

    served: list[object] = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setattr(server, "make_server", lambda _workspace, **may: may)
    for words in ((), ("--allow-marks",), ("--allow-fetch", "--name", "scout")):
        assert run("mcp", *words) == Result(0, "", "")
    assert served == [
        {"allows_marks": False, "allows_fetch": False, "name": ""},
        {"allows_marks": True, "allows_fetch": False, "name": ""},
        {"allows_marks": False, "allows_fetch": True, "name": "scout"},
    ]


def test_without_the_extra_it_says_how_to_get_it(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "mcp"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "reader.extensions.mcp.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    found = run("mcp")
    assert (found.code, found.out) == (1, "")
    assert "pip install 'dailypapers[mcp]'" in found.err and found.err.count("\n") == 1
