"""What the last line shows of the table of actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reader.keys.contexts import Context

FOOTERS: Final[Mapping[Context, Mapping[str, str]]] = {
    "list": {
        "paper.read": "read",
        "paper.star": "star",
        "paper.hide": "hide",
        "find.clear": "clear",
        "paper.queue": "queue",
        "read.on": "next",
        "find.query": "search",
        "read.open": "open",
        "link.list": "links",
        "find.filter": "filter",
        "command.open": "command",
        "app.help": "keys",
    },
    "detail": {
        "paper.read": "read",
        "paper.star": "star",
        "read.on": "next",
        "app.back": "back",
        "link.list": "links",
        "link.page": "web page",
        "link.pdf": "PDF",
        "find.topic": "topic",
        "app.help": "keys",
    },
    "page": {
        "read.on": "read on",
        "app.back": "back",
        "text.open": "full text",
        "paper.star": "star",
        "link.list": "links",
        "read.next": "next",
        "read.previous": "previous",
        "paper.hide": "hide",
        "paper.tag": "tags",
        "paper.note": "note",
        "read.unfold": "people",
        "link.page": "web page",
        "link.pdf": "PDF",
        "find.topic": "topic",
        "app.help": "keys",
    },
    "triage": {
        "triage.next": "next",
        "paper.star": "star",
        "paper.queue": "queue",
        "paper.hide": "hide",
        "mark.undo": "undo",
        "triage.pause": "pause",
        "triage.end": "end",
        "text.open": "full text",
        "paper.tag": "tags",
        "paper.note": "note",
        "link.list": "links",
        "app.help": "keys",
    },
    "text": {
        "read.on": "read on",
        "app.back": "back",
        "text.outline": "outline",
        "text.search": "search",
        "text.follow": "follow",
        "picture.open": "pictures",
        "text.next_section": "next section",
        "text.back": "jump back",
        "text.select": "select",
        "paper.star": "star",
        "text.right": "sideways",
        "app.help": "keys",
    },
    "picture": {
        "picture.next": "next",
        "picture.previous": "previous",
        "picture.close": "back",
        "picture.browse": "browser",
        "app.help": "keys",
    },
    "outline": {
        "outline.go": "read",
        "text.outline": "back to the text",
        "outline.fold": "fold",
        "outline.unfold": "unfold",
        "app.help": "keys",
    },
    "filter": {
        "topic.pick": "pick",
        "topic.exclude": "exclude",
        "find.filter": "back",
        "find.clear": "clear",
        "topic.narrow": "narrow",
        "topic.any_all": "any/all",
        "topic.order": "order",
        "app.help": "keys",
    },
    "query": {
        "query.accept": "keep",
        "find.feed": "search the feed",
        "query.complete": "take word",
        "query.cancel": "put back",
        "app.help": "keys",
    },
    "tags": {
        "tags.accept": "tag",
        "tags.complete": "take word",
        "tags.next": "next word",
        "tags.cancel": "leave",
        "app.help": "keys",
    },
    "note": {
        "note.keep": "keep",
        "note.drop": "put back",
        "paper.editor": "editor",
        "note.undo_typing": "undo",
        "app.help": "keys",
    },
    "command": {
        "command.run": "run",
        "command.complete": "take word",
        "command.previous": "earlier",
        "command.cancel": "close",
        "app.help": "keys",
    },
    "output": {
        "move.page_down": "page",
        "move.bottom": "end",
        "output.copy": "copy",
        "output.close": "close",
    },
    "calendar": {
        "date.day": "day",
        "date.week": "week",
        "date.month": "month",
        "date.type": "type",
        "date.later": "next",
        "date.today": "today",
        "date.close": "close",
    },
    "weights": {
        "weights.pick": "pick",
        "weights.raise": "more",
        "weights.lower": "less",
        "weights.mute": "mute",
        "weights.reset": "as learned",
        "mark.undo": "undo",
        "weights.close": "close",
    },
    "help": {
        "move.down": "down",
        "move.up": "up",
        "move.page_down": "page",
        "help.search": "search",
        "help.close": "close",
    },
    "empty": {
        "find.clear": "clear",
        "app.refresh": "refresh",
        "find.query": "search",
        "find.filter": "filter",
        "command.open": "command",
        "app.help": "keys",
    },
}
"""The most useful actions of each context, with a short word for the footer, the most important first.

The last one leads to all others, so it stays longest where there is little room.
"""

SERVED_FOOTERS: Final[Mapping[Context, Mapping[str, str]]] = {
    **FOOTERS,
    "list": {
        "paper.read": "read",
        "paper.star": "star",
        "paper.hide": "hide",
        "move.page_down": "down",
        "move.page_up": "up",
        **FOOTERS["list"],
    },
    "note": {id: word for id, word in FOOTERS["note"].items() if id != "paper.editor"},
}
"""The same in a browser, where no other editor can be opened, and where a phone has no keys but those to tap."""

SELECTED_FOOTER: Final[Mapping[str, str]] = {
    "paper.read": "read",
    "paper.star": "star",
    "paper.queue": "queue",
    "paper.tag": "tags",
    "paper.hide": "hide",
    "link.copy_as": "copy",
    "select.range": "range",
    "select.all": "all",
    "app.escape": "let go",
    "app.help": "keys",
}
"""The same for the list and the detail while papers are selected."""

PAUSED_FOOTER: Final[Mapping[str, str]] = {
    "read.on": "go on",
    "triage.pause": "leave",
    "triage.end": "end",
    **{id: word for id, word in FOOTERS["triage"].items() if id not in ("triage.pause", "triage.end")},
}
"""The same for a triage whose clock has stopped."""
