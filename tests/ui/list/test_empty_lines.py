from __future__ import annotations

import pytest

from reader.ui.list.empty_lines import EmptyReason, Way, because, empty_state, said

KEYS = {"app.refresh": "r", "app.sample": "D", "app.back": "q", "find.clear": "F", "query.complete": "tab"}

NO_PAPERS = EmptyReason(
    said("No papers yet."),
    because("huggingface.co could not be reached (no network)."),
    (Way("app.refresh", "try again"), Way("app.sample", "open the sample"), Way("app.back", "quit")),
)

CASES: list[tuple[EmptyReason, list[str]]] = [
    (
        NO_PAPERS,
        [
            "No papers yet.",
            "huggingface.co could not be reached (no network).",
            "r try again   D open the sample   q quit",
        ],
    ),
    (
        EmptyReason(
            said("Nothing matches ", "topic:agnets", "."),
            because("Did you mean ", "topic:agents", "?"),
            (Way("query.complete", "takes it"), Way("find.clear", "clears the query")),
        ),
        ["Nothing matches topic:agnets.", "Did you mean topic:agents?", "tab takes it   F clears the query"],
    ),
    (EmptyReason(said("All papers are read."), because("")), ["All papers are read."]),
]


def key(action: str) -> str:
    return KEYS.get(action, "")


def texts(reason: EmptyReason) -> list[str]:
    return ["".join(piece.text for piece in line).replace("\u00a0", " ") for line in empty_state(reason, key)]


@pytest.mark.parametrize(("reason", "lines"), CASES)
def test_each_says_what_is_so_why_and_the_keys_that_help(reason: EmptyReason, lines: list[str]) -> None:
    assert texts(reason) == lines


def test_a_key_that_does_not_act_is_not_named_and_the_next_one_takes_its_place() -> None:
    ways = (Way("view.all", "all papers"), *NO_PAPERS.ways, Way("find.clear", "clears the query"))
    assert texts(NO_PAPERS._replace(ways=ways))[-1] == "r try again   D open the sample   q quit"


def test_a_long_term_is_cut() -> None:
    [line] = texts(EmptyReason(said("Nothing matches ", "x" * 500, ".")))
    assert line.startswith("Nothing matches xxx") and line.endswith("….")
    assert len(line) < 150
