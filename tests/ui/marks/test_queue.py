"""Papers to read later: queued by a key, in an order that keys change."""

from __future__ import annotations

from tests.ui.conftest import Opener


async def test_a_queue_keeps_the_order_that_the_user_gives_it(reader: Opener) -> None:
    async with reader() as r:
        ids = r.ids[:4]
        for _ in ids:
            await r.do("paper.queue")
            assert r.status == "1 queued · u undoes"
            await r.do("move.down")
        assert "◔" in r.list_items[1]
        assert r.kept(ids[0]).queued
        await r.do("view.queue")
        assert r.ids == ids
        assert "» Queue 4" in r.filter_lines
        # The last of the queue goes up by keys, and down again at once with a count.
        await r.do("move.bottom", "queue.up", "queue.up")
        assert r.ids == [ids[0], ids[3], ids[1], ids[2]]
        assert r.here.id == ids[3] and r.cursor == 1
        assert r.status == "1 moved in the queue · u undoes"
        await r.do("queue.down", count=9)
        assert r.ids == ids and r.cursor == 3
        await r.do("queue.down")
        assert r.status == "this is the last paper in the queue"
        await r.do("move.top", "queue.up")
        assert r.status == "this is the first paper in the queue"
        await r.do("move.bottom")
        await r.do("queue.up", count=2)
        moved = [ids[0], ids[3], ids[1], ids[2]]
        assert r.ids == moved
        # The cache has it, whatever the list shows.
        await r.do("view.latest", "view.queue")
        assert r.ids == moved
        await r.do("mark.undo")
        assert r.ids == ids
        await r.do("mark.redo")
        assert r.ids == moved


async def test_what_is_queued_a_moment_before_the_queue_is_opened_is_in_it(reader: Opener) -> None:
    async with reader() as r:
        await r.burst(*"bjbjbgq")
        assert r.view == "queue" and len(r.ids) == 3


async def test_only_the_queue_in_its_own_order_can_be_moved(reader: Opener) -> None:
    async with reader() as r:
        await r.do("queue.down")
        assert r.status == "papers are moved in the queue: gq shows it"
        await r.do("view.queue")
        assert r.empty.startswith("The queue is empty.")
        await r.do("view.latest", "paper.queue", "move.down", "paper.queue", "view.queue", "find.sort", "queue.down")
        assert r.status == "papers are moved in the queue: gq shows it"
        # What is let go stays in sight until the list is read again.
        await r.do("find.sort", "move.top", "paper.queue")
        assert r.status == "1 no longer queued · u undoes"
        await r.do("queue.down")
        assert r.status == "no longer in the queue · b queues it"
        await r.do("view.latest", "view.queue")
        assert len(r.ids) == 1
