"""Finding: the query, the views, the filter pane, the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.core.query.topic_choice import TopicChoice, with_topics
from reader.session.places import Place, feed_text, next_order
from reader.ui.handlers.marks import next_unread, show_on_page
from reader.ui.handlers.registry import handles

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


@handles("find.query")
def type_query(reader: ReaderApp, _count: int | None) -> None:
    reader.main.open_query()


@handles("find.feed")
def search_feed(reader: ReaderApp, _count: int | None) -> None:
    """Search the feed for what is typed, or else for what is looked at."""
    main = reader.main
    listed = main.found.text if main.found else main.place.text
    typed = main.query_line.text if main.is_typing else reader.searching.wanted or listed
    text = feed_text(typed)
    if main.is_typing and text and not reader.demo:
        # The list is as it was while the feed is asked, and when its answers are left.
        cancel(reader, None)
        reader.remember_query(typed.strip())
    elif main.is_typing:
        accept(reader, None)
    if reader.demo:
        reader.say("this is the bundled sample: nothing is fetched")
    elif text:
        reader.searching.begin(text)
    else:
        reader.say(f"the feed is searched for words: {reader.keymap.key('find.query')} to type some")


@handles("find.filter")
def filter_pane(reader: ReaderApp, _count: int | None) -> None:
    if reader.context == "filter" or reader.main.has_class("-filtering"):
        reader.main.close_filter()
    else:
        reader.main.open_filter()


@handles("find.clear")
def clear(reader: ReaderApp, _count: int | None) -> None:
    main = reader.main
    main.filter.stop_narrowing()
    main.go(Place(main.place.view))


@handles("find.sort")
def change_order(reader: ReaderApp, _count: int | None) -> None:
    main = reader.main
    if main.found is not None:
        reader.say("what the feed finds keeps the feed's own order")
        return
    default = main.place.view.order or reader.settings.order
    text = next_order(main.place.text, default)
    main.go(main.place._replace(text=text))
    sort = main.place.query.sort
    reader.say(f"by {sort.key if sort else default}")


@handles("find.next")
def next_hit(reader: ReaderApp, count: int | None) -> None:
    _find(reader, 1, count or 1)


@handles("find.previous")
def previous_hit(reader: ReaderApp, count: int | None) -> None:
    _find(reader, -1, count or 1)


def _find(reader: ReaderApp, direction: int, count: int) -> None:
    """Every paper of a search is a hit; without one, the next unread paper is looked for."""
    if reader.main.words:
        reader.main.papers.move(direction * count)
        show_on_page(reader)
        return
    for _ in range(count):
        if not next_unread(reader, direction):
            return


def _view(reader: ReaderApp, id: str) -> None:
    reader.close_page()
    reader.go_to_view(id)


@handles("view.today")
def today(reader: ReaderApp, _count: int | None) -> None:
    _view(reader, "today")


@handles("view.unread")
def unread(reader: ReaderApp, _count: int | None) -> None:
    _view(reader, "unread")


@handles("view.starred")
def starred(reader: ReaderApp, _count: int | None) -> None:
    _view(reader, "starred")


@handles("view.second")
def second_look(reader: ReaderApp, _count: int | None) -> None:
    _view(reader, "second")


@handles("view.all")
def everything(reader: ReaderApp, _count: int | None) -> None:
    _view(reader, "all")


# In the filter pane


@handles("topic.pick")
def pick(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.toggle()


@handles("topic.exclude")
def exclude(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.exclude()


@handles("topic.any_all")
def any_or_all(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.switch_mode()


@handles("topic.order")
def order_topics(reader: ReaderApp, _count: int | None) -> None:
    order = reader.topic_order = reader.main.filter.switch_order()
    reader.say({"family": "topics by family", "papers": "topics by papers", "rising": "rising topics first"}[order])


@handles("topic.fold")
def fold(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.fold("left")


@handles("topic.unfold")
def unfold(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.fold("right")


@handles("topic.narrow")
def narrow(reader: ReaderApp, _count: int | None) -> None:
    reader.main.filter.begin_narrowing()


# In the query line


# The first two act at once and not by a message of the line: keys that were typed behind theirs are for the list.


@handles("query.accept")
def accept(reader: ReaderApp, _count: int | None) -> None:
    """Keep the query and go to the list, unless the line says what is wrong with it.

    A paper that it names is fetched if it is not here, as the list below offers.
    """
    from reader.ui.empty_reason import missing_paper

    main = reader.main
    text = main.query_line.accept()
    if text is not None:
        reader.remember_query(text)
        main.close_query()
        main.go(Place(main.place.view, text))
        if missing_paper(reader, main.place):
            reader.do("find.fetch")


@handles("query.cancel")
def cancel(reader: ReaderApp, _count: int | None) -> None:
    """Put back the query that was there."""
    main = reader.main
    main.query_line.cancel()
    main.close_query()
    reader.searching.put_back()


@handles("query.complete")
def complete(reader: ReaderApp, _count: int | None) -> None:
    """Take the suggestion, of the line that is typed in or of the empty list."""
    main = reader.main
    if reader.context == "query":
        main.query_line.complete()
        return
    from reader.ui.empty_reason import meant_text

    meant = meant_text(main.place, reader.topic_names)
    if meant is not None:
        main.go(main.place._replace(text=meant))


@handles("query.next")
def next_suggestion(reader: ReaderApp, _count: int | None) -> None:
    reader.main.query_line.next()


@handles("query.previous")
def previous_suggestion(reader: ReaderApp, _count: int | None) -> None:
    reader.main.query_line.previous()


def with_topic(text: str, slug: str) -> str:
    """A query with one topic picked and no other."""
    return with_topics(text, TopicChoice("all", (slug,), ()))
