"""What `list` and `search` print: papers, topics, reading in numbers; and the old names of these forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.core.removed import with_new_names
from tests.commands.conftest import DAYS, IDS, Run, RunOnTerminal, Session
from tests.feed_server import FeedServer, item
from tests.table import each


@pytest.mark.usefixtures("own_words")
def test_sort_foryou_lists_similar_papers_first_and_json_says_why(run: Run, papers: Path) -> None:
    assert [line.split("\t")[0] for line in run("list", "sort:foryou").lines] == IDS
    run("mark", "star", "2606.00001")
    found = run("list", "sort:foryou", "-n", "3", "--jsonl=id,for_you").lines
    output = [json.loads(line) for line in found]
    assert {one["id"] for one in output} == {"2606.00001", "2606.30616", "2606.28480"}
    reasons = {one["for_you"]["why"] for one in output if one["id"] != "2606.00001"}
    assert reasons == {"like Where do web agents lose their way?, which you starred"}
    assert "for_you" in run("list", "sort:foryou", "--json").records[0]
    assert "for_you" not in run("list", "--json").records[0]
    assert run("list", "-n", "1", "--json=for_you").json == [{"for_you": {"score": 0.0, "why": None, "phrases": []}}]


def test_list_is_fields_in_a_pipe_and_days_on_a_terminal(session: Session, papers: Path) -> None:
    session(
        """
        $ list
        2606.26740	2026-06-30	57	2	unread	LiveEdit: Streaming Video Editing
        2606.30616	2026-06-30	55	2	unread	Agents that write their own tools
        2606.28480	2026-06-30	36	2	unread	A benchmark of terminal agents 中文標題
        2606.00003	2026-06-29	9	2	unread	Small verifiers, long horizons
        2606.00002	2026-06-29	8	2	unread	=A memory that forgets [on purpose]
        2606.00001	2026-06-29	7	2	unread	Where do web agents lose their way?
        $ mark read 2606.26740
        1 paper marked read. 'dailypapers undo' takes it back.
        $ mark star 2606.30616
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ mark queue 2606.28480
        1 paper marked queued. 'dailypapers undo' takes it back.
        $ note 2606.00003 --text x
        The note of 2606.00003 was written. 'dailypapers undo' takes it back.
        $ tag add later 2606.00003
        1 paper tagged later. 'dailypapers undo' takes it back.
        $ mark hide 2606.00002
        1 paper marked hidden. 'dailypapers undo' takes it back.
        @ list
        TUESDAY 30 JUNE  3+
          2606.26740   57  LiveEdit: Streaming Video Editing            video-generation
        ★ 2606.30616   55  Agents that write their own tools                      agents
        ● 2606.28480   36  A benchmark of terminal agents 中文標題     evaluation agents
        MONDAY 29 JUNE  2+
        ● 2606.00003    9  Small verifiers, long horizons                      reasoning
        ● 2606.00001    7  Where do web agents lose their way?         agents gui-agents
        5 of 5
        @ list -n2
        TUESDAY 30 JUNE
          2606.26740   57  LiveEdit: Streaming Video Editing            video-generation
        ★ 2606.30616   55  Agents that write their own tools                      agents
        2 of 5
        @ list -q -n4
        TUESDAY 30 JUNE  3+
          2606.26740   57  LiveEdit: Streaming Video Editing            video-generation
        ★ 2606.30616   55  Agents that write their own tools                      agents
        ● 2606.28480   36  A benchmark of terminal agents 中文標題     evaluation agents
        MONDAY 29 JUNE
        ● 2606.00003    9  Small verifiers, long horizons                      reasoning
        @ list sort:upvotes
          2606.26740   57  2026-06-30  LiveEdit: Streaming Video Edit…  video-generation
        ★ 2606.30616   55  2026-06-30  Agents that write their own tools          agents
        ● 2606.28480   36  2026-06-30  A benchmark of terminal agents 中文…   evaluation
        ● 2606.00003    9  2026-06-29  Small verifiers, long horizons          reasoning
        ● 2606.00001    7  2026-06-29  Where do web agents lose their way?        agents
        5 of 5
        @ list is:hidden
        MONDAY 29 JUNE  1+
        ◌ 2606.00002    8  =A memory that forgets [on purpose]                    memory
        1 of 1
        $ list --jsonl=id,read,starred,queued,hidden,tags,note
        {"id": "2606.26740", "read": true, "starred": false, "queued": false, "hidden": false, "tags": [], "note": null}
        {"id": "2606.30616", "read": false, "starred": true, "queued": false, "hidden": false, "tags": [], "note": null}
        {"id": "2606.28480", "read": false, "starred": false, "queued": true, "hidden": false, "tags": [], "note": null}
        {"id": "2606.00003", "read": false, "starred": false, "queued": false, "hidden": false, "tags": ["later"], "note": "x"}
        {"id": "2606.00001", "read": false, "starred": false, "queued": false, "hidden": false, "tags": [], "note": null}
        $ list topc:agents
        2! dailypapers: The query is wrong at 'topc:': There is no field topc:. Did you mean topic:?
        $ count
        5
        $ count agents --jsonl
        {"query": "agents", "count": 3}
        """  # noqa: E501
    )


def test_list_takes_a_query_as_words_options_between_and_minus_terms(session: Session, papers: Path) -> None:
    session(
        """
        $ list agents --limit 5 -title:terminal --jsonl=id
        {"id": "2606.30616"}
        {"id": "2606.00001"}
        $ list --jsonl=id agents --limit=1 -- -title:terminal
        {"id": "2606.30616"}
        $ list "agents -title:terminal" -n1 --jsonl=id
        {"id": "2606.30616"}
        $ list -nothing -n 1 --jsonl=id
        {"id": "2606.26740"}
        """
    )


def test_an_empty_list_is_an_empty_answer_with_a_reason(session: Session, papers: Path) -> None:
    session(
        """
        $ list xylophone
        ! Nothing matches. Nearest in words: dailypapers list '~xylophone'
        $ list xylophone --json
        []
        ! Nothing matches. Nearest in words: dailypapers list '~xylophone'
        $ list is:starred
        ! Nothing matches.
        $ list is:starred -q
        $ list tag:"to read"
        ! Nothing matches. A value of several words needs double quotes inside the shell's quotes: 'tag:"to read"'
        $ list day:today
        ! There are no papers from today. The latest day is 2026-06-30: day:latest finds its papers.
        $ list "~xylophone"
        ! Nothing is near in words.
        @ list agnets xylophone
        ! Nothing matches. Nearest in words: dailypapers list '~agnets xylophone'
        $ list agnets
        ! Nothing matches. Nearest in words: dailypapers list '~agnets'
        """
    )


# Columns, colours and links


@each(
    ("columns", "order", "line"),
    [
        (40, "day", "● 2606.26740   57  LiveEdit: Streaming…"),
        (75, "day", "● 2606.26740   57  LiveEdit: Streaming Video Editing"),
        (76, "day", "● 2606.26740   57  LiveEdit: Streaming Video Editing        video-generation"),
        (69, "upvotes", "● 2606.26740   57  LiveEdit: Streaming Video Editing"),
        (70, "upvotes", "● 2606.26740   57  2026-06-30  LiveEdit: Streaming Video Editing"),
        (999, "upvotes", f"● 2606.26740   57  2026-06-30  LiveEdit: Streaming Video Editing{' ' * 80}video-generation"),
    ],
)
def test_a_list_takes_the_columns_that_there_are(
    on_terminal: RunOnTerminal, papers: Path, columns: int, order: str, line: str
) -> None:
    shown = on_terminal("list", f"sort:{order}", columns=columns).lines
    assert shown[order == "day"] == line
    assert all(cell_len(one) <= columns for one in shown)


def test_colours_and_links_are_those_of_the_terminal(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("mark", "star", "2606.26740")
    run("mark", "hide", "--query", "day:2026-06-29")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "0")
    words = "list", "is:starred OR is:hidden", "-n2"
    lines = on_terminal(*words, columns=76).lines
    assert [re.sub(r"\x1b\[(\d+)m", r"<\1>", line) for line in lines] == [
        "<1>TUESDAY 30 JUNE<0><2>  1+<0>",
        "<33>★<0> <2>2606.26740<0><2>   57<0>  <1>LiveEdit: Streaming Video Editing<0>        <36>video-generation<0>",
        "<1>MONDAY 29 JUNE<0>",
        "<2>◌<0> <2>2606.00003<0><2>    9<0>  <1>Small verifiers, long horizons<0>                  <36>reasoning<0>",
        "<2>2 of 4<0>",
    ]
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    linked = "\x1b]8;;https://huggingface.co/papers/2606.26740\x1b\\2606.26740\x1b]8;;\x1b\\"
    assert on_terminal(*words, columns=76).lines[1] == lines[1].replace("2606.26740", linked)


# The feed's own search


LONG = item("2605.00009", "A title that is longer than the eighty columns of a usual terminal \x1b[31m", "2026-05-11")


@pytest.fixture
def search_feed(papers: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    with FeedServer(DAYS | {"2026-05-11": [LONG]}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def test_search_prints_results_of_the_feed(session: Session, search_feed: FeedServer) -> None:
    session(
        """
        $ search web agents
          2606.00001  2026-06-29 Where do web agents lose their way?
        $ search title longer
        + 2605.00009  2026-05-11 A title that is longer than the eighty columns of a usual terminal
        @ search title longer
        + 2605.00009  2026-05-11 A title that is longer than the eighty columns of a u…
        $ search verifiers -q
          2606.00003  2026-06-29 Small verifiers, long horizons
        $ search xylophone
        ! The feed finds nothing.
        $ search xylophone -q
        $ search xylophone --jsonl
        ! The feed finds nothing.
        $ search "👍 ?"
        2! dailypapers: “👍 ?” has no letter or digit to search for.
        """
    )


# Topics, reading and similar papers


def test_topics_count_the_papers_of_a_query(session: Session, papers: Path) -> None:
    session(
        """
        $ list --topics -n 3
        agents	Agents & tools	3
        evaluation	Benchmarks & evaluation	1
        gui-agents	GUI & web agents	1
        @ list --topics -n 2
                3  agents      Agents & tools
                1  evaluation  Benchmarks & evaluation
        $ list --topics id:2606.26740 -n 1 --jsonl
        {"slug": "video-generation", "name": "Video generation", "family": "Generation", "papers": 1}
        $ list --topics upvotes:>999999 -n 1
        3d	3D & geometry	0
        ! Nothing matches.
        """
    )


@pytest.mark.usefixtures("own_words")
def test_like_finds_similar_papers(run: Run, papers: Path) -> None:
    assert run("list", "like:2606.30616", "--json").records
    missing = run("list", "like:2606.99999")
    assert missing.code == 1 and "not in the cache" in missing.err
    assert run("list", "--count", "--", "-like:2606.30616").code == 2


@each(
    ("old", "new"),
    [
        ("count is:read --json", "list --count is:read --json"),
        ("redo", "undo --redo"),
        ("tags", "tag list"),
        ("pdf 1 -o .", "open --pdf 1 -o ."),
        ("topics -n 5 is:read", "list --topics -n 5 is:read"),
        ("keys", "config keys"),
        ("keys check", "config check"),
        ("feeds import a.opml", "import a.opml"),
        ("feeds check", "refresh"),
        ("feeds add cs.RO", "feeds add cs.RO"),
        ("follow", "views list --then follow"),
        ("follow list --json", "views list --then follow --json"),
        ("follow add agents org:NVIDIA", "views add --then follow agents org:NVIDIA"),
        ("follow org:NVIDIA", "views add --then follow org:NVIDIA"),
        ("follow remove agents", "views remove agents"),
        ("follow quiet agents", "views remove --then notify agents"),
        ("rules", "views list"),
        ("rules check", "views list"),
        ("rules list --json", "views list --json"),
        ("rules add --then hide topic:finance", "views add --then hide topic:finance"),
        ("rules mute crypto", "views add --then mute crypto"),
        ("rules remove Agents", "views remove Agents"),
        ("list count", "list count"),
        ("", ""),
    ],
)
def test_old_names_stand_for_new_forms(old: str, new: str) -> None:
    assert with_new_names(old.split()) == new.split()
