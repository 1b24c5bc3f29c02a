"""Tags and the queue from a script."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Session


def test_tags_are_given_found_renamed_merged_and_taken_away(session: Session, papers: Path) -> None:
    session(
        """
        $ tags
        @ tags
        You have no tags yet. 'dailypapers tag add NAME ID' makes one.
        $ tags --jsonl
        $ tag add "to read" 2606.26740 https://arxiv.org/abs/2606.30616v2 2606.26740
        2 papers tagged to read. 'dailypapers undo' takes it back.
        $ tag add "To Read" 2606.26740
        Nothing to change: 1 paper is tagged to read.
        $ show 2606.26740 --jsonl=tags
        {"tags": ["to read"]}
        $ tag add Évals 2606.26740 --jsonl
        {"tag": "Évals", "papers": 1, "changed": 1, "dry_run": false}
        $ tag add évals 2606.30616
        1 paper tagged Évals. 'dailypapers undo' takes it back.
        @ tags
        to read  2
        Évals    2
        $ tags
        to read	2
        Évals	2
        $ tag remove ÉVALS 2606.26740
        1 paper untagged Évals. 'dailypapers undo' takes it back.
        $ tag rename évals évals
        1 paper renamed to évals. 'dailypapers undo' takes it back.
        $ tag rename évals évals
        1! dailypapers: The tag already has the name 'évals'.
        $ tag rename evals e
        1! dailypapers: No paper has the tag 'evals'. Did you mean évals?
        $ tag rename xylophone e
        1! dailypapers: No paper has the tag 'xylophone'.
        $ tag add a --query agents --dry-run
        3 papers would be tagged a; nothing was changed.
        $ tag add a --query agents --jsonl
        {"tag": "a", "papers": 3, "changed": 3, "dry_run": false}
        $ tag remove a --query "tag:a -title:terminal" --dry-run --jsonl
        {"tag": "a", "papers": 2, "changed": 2, "dry_run": true}
        $ tag remove a --query "tag:a -title:terminal"
        2 papers untagged a. 'dailypapers undo' takes it back.
        $ tag add a --query xylophone
        Nothing matches.
        $ tag rename a "to read" --dry-run
        1 paper would be renamed to to read; nothing was changed.
        $ tag rename a "TO READ"
        1 paper renamed to to read. 'dailypapers undo' takes it back.
        $ undo
        Taken back: 1 paper tagged to read, untagged a.
        $ tags --jsonl
        {"name": "to read", "papers": 2}
        {"name": "a", "papers": 1}
        {"name": "évals", "papers": 1}
        """
    )


def test_what_can_not_be_done_is_said(session: Session, papers: Path) -> None:
    session(
        """
        $ tag add
        2! dailypapers tag: TAG is missing. See 'dailypapers tag --help'.
        $ tag add a
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers tag --help'.
        $ tag add a 1 --query x
        2! dailypapers: Name the papers by ids, --query or --all. See 'dailypapers tag --help'.
        $ tag add a --query " "
        2! dailypapers: The query has no terms, so it means every paper. Add terms, or pass --all.
        $ tag add " " 2606.26740
        2! dailypapers: A tag needs a name with letters.
        $ tag add a 2401.00001
        1! dailypapers: '2401.00001' is not in the cache. 'dailypapers add 2401.00001' fetches it.
        $ tag rename a
        2! dailypapers: Name the tag and its new name: dailypapers tag rename OLD NEW.
        $ tag rename a b c
        2! dailypapers: Name the tag and its new name: dailypapers tag rename OLD NEW.
        $ tag rename a b --query x
        2! dailypapers: Name the tag and its new name: dailypapers tag rename OLD NEW.
        $ tags
        """
    )


def test_the_queue_has_its_own_order(session: Session, papers: Path) -> None:
    session(
        """
        $ mark queue 2606.00003 2606.26740 2606.00002
        3 papers marked queued. 'dailypapers undo' takes it back.
        $ mark queue 2606.30616
        1 paper marked queued. 'dailypapers undo' takes it back.
        $ list is:queued sort:queue
        2606.00003	2026-06-29	9	2	unread,queued	Small verifiers, long horizons
        2606.26740	2026-06-30	57	2	unread,queued	LiveEdit: Streaming Video Editing
        2606.00002	2026-06-29	8	2	unread,queued	=A memory that forgets [on purpose]
        2606.30616	2026-06-30	55	2	unread,queued	Agents that write their own tools
        $ list is:queued sort:-queue --jsonl=id,queued
        {"id": "2606.30616", "queued": true}
        {"id": "2606.00002", "queued": true}
        {"id": "2606.26740", "queued": true}
        {"id": "2606.00003", "queued": true}
        $ list sort:queue --jsonl=id,queued
        {"id": "2606.00003", "queued": true}
        {"id": "2606.26740", "queued": true}
        {"id": "2606.00002", "queued": true}
        {"id": "2606.30616", "queued": true}
        {"id": "2606.28480", "queued": false}
        {"id": "2606.00001", "queued": false}
        $ mark unqueue 2606.26740
        1 paper marked no longer queued. 'dailypapers undo' takes it back.
        $ count -is:queued
        3
        $ undo
        Taken back: 1 paper no longer queued.
        $ undo
        Taken back: 1 paper queued.
        $ mark queue --all --query sort:title --dry-run
        3 papers would be marked queued; nothing was changed.
        $ mark queue --all --query sort:title --jsonl
        {"mark": "queue", "papers": 6, "changed": 3, "dry_run": false}
        $ list sort:queue
        2606.00003	2026-06-29	9	2	unread,queued	Small verifiers, long horizons
        2606.26740	2026-06-30	57	2	unread,queued	LiveEdit: Streaming Video Editing
        2606.00002	2026-06-29	8	2	unread,queued	=A memory that forgets [on purpose]
        2606.28480	2026-06-30	36	2	unread,queued	A benchmark of terminal agents 中文標題
        2606.30616	2026-06-30	55	2	unread,queued	Agents that write their own tools
        2606.00001	2026-06-29	7	2	unread,queued	Where do web agents lose their way?
        """
    )
