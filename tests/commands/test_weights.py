"""What was learned, from a script: it is printed, changed as a mark is, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Session


@pytest.mark.usefixtures("own_words")
def test_weights_are_printed_changed_and_taken_back(session: Session, papers: Path) -> None:
    session(
        """
        $ weights
        @ weights list
        Nothing is learned yet. Star a paper, or 'dailypapers weights raise topic:SLUG'.
        $ weights raise topic:agents "World Model" "author:Ada Lovelace"
        Raised "agents", raised "World Model", raised "Ada Lovelace". 'dailypapers undo' takes it back.
        $ weights list --jsonl
        {"what": "author", "name": "Ada Lovelace", "share": 0.0, "papers": [], "step": 1, "muted": false}
        {"what": "topic", "name": "agents", "share": 0.0, "papers": [], "step": 1, "muted": false}
        {"what": "word", "name": "World Model", "share": 0.0, "papers": [], "step": 1, "muted": false}
        $ weights mute "topic:Agents & Tools" "world models" --jsonl
        {"what": "topic", "name": "agents", "step": null}
        {"what": "word", "name": "World Model", "step": null}
        $ weights list
        author	Ada Lovelace			+
        topic	agents			muted
        word	World Model			muted
        @ weights list
        author  Ada Lovelace      +
        topic   agents            muted
        word    World Model       muted
        $ undo
        Taken back: muted "agents", muted "World Model".
        $ weights lower topic:agents
        As learned: "agents". 'dailypapers undo' takes it back.
        $ weights lower topic:agents
        Lowered "agents". 'dailypapers undo' takes it back.
        $ weights reset topic:agents author:ada
        As learned: "agents", as learned: "ada". 'dailypapers undo' takes it back.
        $ weights list
        author	Ada Lovelace			+
        word	World Model			+
        """
    )


@pytest.mark.usefixtures("own_words")
def test_interests_are_renamed_weighed_split_joined_and_made(session: Session, papers: Path) -> None:
    session(
        """
        $ mark star 2606.00001 2606.28480
        2 papers marked starred. 'dailypapers undo' takes it back.
        $ weights list
        interest	agents	100 %	2 papers
        $ weights rename agents mine
        Renamed to "mine". 'dailypapers undo' takes it back.
        $ weights lower mine
        Lowered "mine". 'dailypapers undo' takes it back.
        @ weights list
        interest  mine  100 %  2 papers  -
        $ weights list --jsonl
        {"what": "interest", "name": "mine", "share": 1.0, "papers": ["2606.00001", "2606.28480"], "step": -1, "muted": false}
        $ weights split mine
        Split off "mine", made "A benchmark of terminal agents 中文標題" an interest. 'dailypapers undo' takes it back.
        $ undo
        Taken back: split off "mine", made "A benchmark of terminal agents 中文標題" an interest.
        $ weights join mine mine
        2! dailypapers: 'mine' can't be joined with itself.
        $ undo
        Taken back: lowered "mine".
        $ tag add later 2606.00001
        1 paper tagged later. 'dailypapers undo' takes it back.
        $ weights make tag:later
        Made "later" an interest. 'dailypapers undo' takes it back.
        $ weights list
        interest	mine	50 %	1 paper
        interest	later	50 %	1 paper
        $ weights split later
        1! dailypapers: later has a single paper, so it can't be split.
        $ weights rename later " "
        2! dailypapers: The new name has no letters.
        $ completions answer -- weights raise m
        $ weights make tag:none
        1! dailypapers: tag:none has no papers to learn from.
        $ weights join mine later
        Joined as "mine", as learned: "later". 'dailypapers undo' takes it back.
        """  # noqa: E501
    )


def test_unknown_names_are_refused(session: Session, papers: Path) -> None:
    session(
        """
        $ weights raise
        2! dailypapers: Write 'dailypapers weights raise NAME...', with quotes around names that have spaces.
        $ weights list x
        2! dailypapers: Write 'dailypapers weights list'.
        $ weights raise "one two three"
        2! dailypapers: 'one two three' can't be weighed: name a word or two, topic:SLUG, author:NAME or org:NAME.
        $ weights raise ...
        2! dailypapers: '...' can't be weighed: name a word or two, topic:SLUG, author:NAME or org:NAME.
        $ weights rename x
        2! dailypapers: Write 'dailypapers weights rename NAME NEW', with quotes around names that have spaces.
        $ weights rename x y
        1! dailypapers: There is no interest 'x'. 'dailypapers weights list' prints yours.
        $ weights make org:later
        2! dailypapers: Name the papers: dailypapers weights make tag:NAME, or view:NAME.
        $ weights make tag:
        2! dailypapers: Name the papers: dailypapers weights make tag:NAME, or view:NAME.
        $ weights make later
        2! dailypapers: Name the papers: dailypapers weights make tag:NAME, or view:NAME.
        $ weights make view:none
        2! dailypapers: There is no view 'none'. 'dailypapers views list' prints yours.
        """
    )
