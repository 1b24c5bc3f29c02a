from __future__ import annotations

import pytest

from reader.ui.text.empty_lines import (
    AllHidden,
    AllRead,
    DayEmpty,
    EmptyKeys,
    EmptyReason,
    Fetching,
    NoPapers,
    NothingMatches,
    NothingRisen,
    NothingStarred,
    empty_state,
)

CASES: list[tuple[EmptyReason, list[str]]] = [
    (
        NoPapers("huggingface.co could not be reached (no network)."),
        [
            "No papers yet.",
            "huggingface.co could not be reached (no network).",
            "r try again   D open the sample   q quit",
        ],
    ),
    (NoPapers(), ["No papers yet.", "r fetch   D open the sample   q quit"]),
    (
        Fetching("day 3 of 7"),
        ["No papers yet.", "The latest days are being fetched: day 3 of 7", "esc stop   D open the sample"],
    ),
    (
        NothingMatches("topic:agnets", "topic:agents"),
        ["Nothing matches topic:agnets", "Did you mean topic:agents?", "tab takes it   F clears the filter"],
    ),
    (
        NothingMatches("gan is:unread", wider=("is:unread", 12)),
        ["Nothing matches gan is:unread", "Without is:unread there are 12.", "F clears the filter"],
    ),
    (NothingMatches("xyzzy"), ["Nothing matches xyzzy", "F clears the filter"]),
    (
        AllRead(31, "today", ("yesterday", 4), 214),
        ["All 31 of today read.", "[ yesterday has 4 left   gu all 214 unread"],
    ),
    (AllRead(1, "today"), ["All of today read.", "Nothing unread is left anywhere."]),
    (
        DayEmpty("Sunday 22 November", True, ("Friday 20", 17), ("Monday 23", 8)),
        [
            "No papers on Sunday 22 November.",
            "The feed rests at weekends.",
            "[ Friday 20 has 17   ] Monday 23 has 8",
        ],
    ),
    (
        DayEmpty("Tuesday 24 November"),
        ["No papers on Tuesday 24 November.", "The feed listed nothing.", "r fetch"],
    ),
    (NothingStarred(), ["Nothing starred yet.", "s keeps a paper here   ga all papers"]),
    (
        NothingRisen(),
        ["Nothing has risen yet.", "Papers that rise after you read or hide them come here.", "ga all papers"],
    ),
    (AllHidden(), ["All papers are hidden.", "/ is:hidden lists them"]),
    (
        AllHidden("papers of today", ("Mon 11", 16)),
        ["All papers of today are hidden.", "/ is:hidden lists them   [ Mon 11 has 16"],
    ),
]


@pytest.mark.parametrize(("situation", "lines"), CASES)
def test_each_says_what_is_so_why_and_the_key_that_helps(situation: EmptyReason, lines: list[str]) -> None:
    said = ["".join(piece.text for piece in line).replace("\u00a0", " ") for line in empty_state(situation)]
    assert said == lines
    assert len(said) <= 3


def test_keys_are_the_users_own_and_one_that_is_unbound_is_not_named() -> None:
    keys = EmptyKeys(refresh="ctrl+r", sample="")
    said = ["".join(piece.text for piece in line).replace("\u00a0", " ") for line in empty_state(NoPapers(), keys)]
    assert said[-1] == "ctrl+r fetch   q quit"
