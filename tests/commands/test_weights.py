"""What was learned, from a script: it is printed, wishes are made as marks are, and taken back."""

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
        More of agents, more of World Model, more of Ada Lovelace. 'dailypapers undo' takes it back.
        $ weights list --jsonl
        {"what": "author", "name": "Ada Lovelace", "papers": 0, "step": 1, "muted": false}
        {"what": "topic", "name": "agents", "papers": 0, "step": 1, "muted": false}
        {"what": "word", "name": "World Model", "papers": 0, "step": 1, "muted": false}
        $ weights mute "topic:Agents & Tools" "world models" --jsonl
        {"what": "topic", "name": "agents", "step": null}
        {"what": "word", "name": "World Model", "step": null}
        $ weights list
        author	Ada Lovelace	more
        topic	agents	muted
        word	World Model	muted
        @ weights list
        author  Ada Lovelace  more
        topic   agents        muted
        word    World Model   muted
        $ undo
        Taken back: muted agents, muted World Model.
        $ weights lower topic:agents
        No wish about agents. 'dailypapers undo' takes it back.
        $ weights lower topic:agents
        Less of agents. 'dailypapers undo' takes it back.
        $ weights reset topic:agents author:ada
        No wish about agents, no wish about ada. 'dailypapers undo' takes it back.
        $ weights list
        author	Ada Lovelace	more
        word	World Model	more
        """
    )


def test_what_names_nothing_is_refused(session: Session, papers: Path) -> None:
    session(
        """
        $ weights raise
        2! dailypapers: Write 'dailypapers weights raise NAME...', with quotes around names that have spaces.
        $ weights list x
        2! dailypapers: Write 'dailypapers weights list'.
        $ weights raise ...
        2! dailypapers: '...' can't be weighed: name a word or a phrase, topic:SLUG, author:NAME or org:NAME.
        """
    )
