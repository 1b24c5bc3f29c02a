"""The table of actions: the source for keys, footers, help, the command line and the manual."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from reader.core.settings.types import UserCommand

Context: TypeAlias = str
"""The pane or screen in which a key is pressed: a key of `PLACES`, or a context that a feature adds."""

Contexts: TypeAlias = tuple[Context, ...]

PLACES: Final[Mapping[Context, str]] = {
    "list": "in the list",
    "detail": "in the detail",
    "triage": "in a triage",
    "page": "on a paper's page",
    "text": "in a full text",
    "outline": "in the outline of a text",
    "picture": "with a picture in front",
    "filter": "in the filter",
    "query": "while typing a query",
    "tags": "while typing tags",
    "note": "while writing a note",
    "command": "while typing a command",
    "output": "in a command's output",
    "date": "while typing a date",
    "why": "with the reasons in front",
    "help": "in this help",
    "empty": "in an empty list",
    "hole": "where days are missing",
}
"""Each context in words, for the end of a sentence."""

CONTEXTS: Final[Contexts] = tuple(PLACES)


def place_of(context: Context) -> str:
    """A context in words, for the end of a sentence."""
    return PLACES.get(context, f"in the {context}")


TYPING: Final[Contexts] = ("query", "tags", "note", "command", "date")
"""Contexts where letters are text: keys that write text do not trigger actions shared with other contexts."""

GROUPS: Final[Mapping[str, str]] = {
    "move": "Move",
    "paper": "Mark",
    "mark": "Mark",
    "queue": "Mark",
    "select": "Select",
    "triage": "Triage",
    "read": "Read",
    "text": "Full text",
    "outline": "Outline",
    "picture": "Pictures",
    "find": "Find",
    "view": "Views and days",
    "news": "Views and days",
    "day": "Views and days",
    "period": "Views and days",
    "date": "Date line",
    "link": "Links",
    "topic": "Filter pane",
    "pane": "Panes",
    "query": "Query line",
    "tags": "Tags line",
    "note": "Note",
    "command": "Command line",
    "run": "Command line",
    "output": "Command line",
    "why": "Why",
    "app": "Program",
    "help": "Help",
}
"""The heading for an action in lists, by the first part of its id."""

# Contexts that share actions, separated by spaces.
_SIDES: Final = "list detail"
_PANES: Final = f"{_SIDES} filter"
_NO_PAPER: Final = "empty hole"
_MAIN: Final = f"{_PANES} {_NO_PAPER}"
_BROWSE: Final = f"{_MAIN} page"
_PAPER: Final = f"{_SIDES} page"
_SHOWN: Final = f"{_PAPER} triage"
_READ: Final = f"{_SHOWN} text"
_BACK: Final = f"{_BROWSE} text outline"
_LINE: Final = f"{_BACK} triage"
_SCROLL: Final = f"{_PANES} hole page text outline triage output why help"
_WORDS: Final = "command tags"
_SEARCHED: Final = f"{_SIDES} query {_NO_PAPER}"
_OVER: Final = ("output", "why", "help")  # Screens that cover everything.


def _except(*left_out: Context) -> str:
    """All contexts but these."""
    return " ".join(context for context in CONTEXTS if context not in left_out)


class Action(NamedTuple):
    """An action that keys run; `keys` are its default bindings and `where` its contexts, separated by spaces.

    A `repeatable` action takes a count. A `numbered` action gets the number of the pressed key in `keys` as its count.
    """

    id: str
    keys: str
    name: str
    help: str
    where: str
    repeatable: bool = False
    numbered: bool = False

    @property
    def contexts(self) -> Contexts:
        return tuple(self.where.split())

    @property
    def group(self) -> str:
        name = self.id.partition(".")[0]
        return GROUPS.get(name, name.capitalize())


_SAVED_KEYS: Final = "g1 g2 g3 g4 g5 g6 g7 g8 g9"


def _motion(id: str, keys: str, name: str, help: str, where: str) -> Action:
    """Make an action that takes a count, as in `5j`."""
    return Action(id, keys, name, help, where, repeatable=True)


ACTIONS: Final[tuple[Action, ...]] = (
    Action("paper.read", "m", "Read or unread", "Mark this paper read, or unread again; 3m marks three.", _READ, True),
    Action("paper.star", "s", "Star", "Keep this paper in the Starred view; press again to remove it.", _READ, True),
    Action("paper.queue", "b", "Queue", "Put it into the Queue view for later; press again to remove it.", _READ, True),
    Action("paper.hide", "x", "Hide", "Remove it from every view but is:hidden.", _SHOWN, True),
    Action("paper.follow", "w", "Follow", "Follow its authors, venue, topics or words, or stop following.", _SHOWN),
    Action("paper.tag", "t", "Tags", "Type tags for this paper; -name removes one.", _READ),
    Action("paper.note", "e", "Note", "Write a note about this paper.", _READ),
    Action("paper.editor", "ctrl+e", "Note in $EDITOR", "Write the note in your editor.", f"{_READ} note"),
    Action("mark.undo", "u", "Undo", "Take back the last mark, of one paper or many.", f"{_LINE} why"),
    Action("mark.redo", "ctrl+r", "Redo", "Redo the last mark that was undone.", f"{_BACK} why"),
    Action("mark.all_read", "A", "Read all", "Mark every paper in view read; undo takes it back.", _SIDES),
    Action("mark.above_read", "M", "Read all above", "Mark this paper and those above it read.", _SIDES),
    _motion("select.paper", "v", "Select", "Select or deselect this paper, then step on; 5v takes five.", _SIDES),
    Action("select.all", "*", "Select all", "Select every paper in view; again deselects them.", _SIDES),
    Action("triage.begin", "gT", "Triage", "Decide on unread papers one by one.", _BROWSE),
    Action("triage.next", "space n", "Read", "Mark this paper read and show the next one.", "triage"),
    Action("triage.leave", "escape ctrl+o q", "Leave", "Go back to the list; gT goes on with the rest.", "triage"),
    Action("read.open", "enter", "Open", "Open the paper's page, which marks it read.", _SIDES),
    Action("read.on", "space", "Read on", "Scroll a page; at the end, go to the next unread paper.", f"{_PAPER} text"),
    _motion("read.down", "J", "Scroll down", "Scroll the paper's text a line down.", _READ),
    _motion("read.up", "K", "Scroll up", "Scroll the paper's text a line up.", _READ),
    Action("read.why", "W", "Why", "See why a paper is here, and change what For you learned.", f"{_SHOWN} empty"),
    _motion("read.next", "l right", "Next paper", "Open the page of the next paper in the list.", "page"),
    _motion("read.previous", "h left", "Previous paper", "Open the page of the previous paper in the list.", "page"),
    Action("text.open", "enter", "Read the full text", "Fetch it once and keep it for reading offline.", "triage page"),
    Action("text.places", "i", "Places in the text", "Go to your words or highlights in the text.", _PAPER),
    Action("text.again", "r", "Fetch again", "Fetch a newer version of the text.", "text"),
    _motion("text.next_section", "]", "Next section", "Go to the next heading.", "text"),
    _motion("text.previous_section", "[", "Previous section", "Go to the previous heading.", "text"),
    _motion("text.right", "l right", "Scroll to the right", "See the rest of wide tables.", "text"),
    _motion("text.left", "h left", "Scroll to the left", "Go back to the start of lines.", "text"),
    Action("text.search", "/", "Search in the text", "Type words to find, or a name such as Eq. 14.", "text outline"),
    _motion("text.next_match", "n", "Next match", "The next line with your words, or highlight.", "text"),
    _motion("text.previous_match", "N", "Previous match", "The previous line with your words, or highlight.", "text"),
    Action("text.follow", "enter", "Follow", "Go to a citation, section, table, picture or link by letter.", "text"),
    Action("text.select", "v", "Select", "Select lines as you move; v again starts here.", "text"),
    Action("text.highlight", "c", "Highlight", "Keep what is selected; on a highlight, remove it.", "text outline"),
    Action("text.copy", "y", "Copy", "Copy what is selected as a quotation with its source.", "text"),
    Action("text.outline", "tab", "Outline", "Sections, figures, tables, theorems; again closes it.", "text outline"),
    Action("outline.go", "enter space", "Go", "Read the section or the highlight under the cursor.", "outline"),
    Action("picture.open", "P", "Pictures", "Show the figure in view, or the first picture.", "triage page text"),
    _motion("picture.next", "l right j down space n", "Next picture", "Show the next picture.", "picture"),
    _motion("picture.previous", "h left k up N", "Previous picture", "Show the previous picture.", "picture"),
    Action("picture.browse", "o", "Open in browser", "Open the picture's address.", "picture"),
    Action("picture.close", "escape q P", "Close", "Go back to the page or the text.", "picture"),
    _motion("move.down", "j down", "Down", "Go to the next paper, topic or line; 5j goes five down.", _SCROLL),
    _motion("move.up", "k up", "Up", "Go to the previous paper, topic or line.", _SCROLL),
    _motion("move.half_down", "ctrl+d", "Half a page down", "Scroll half a page down.", _SCROLL),
    _motion("move.half_up", "ctrl+u", "Half a page up", "Scroll half a page up.", _SCROLL),
    _motion("move.page_down", "pagedown ctrl+f", "Page down", "Scroll a page down, less one line.", _SCROLL),
    _motion("move.page_up", "pageup ctrl+b", "Page up", "Scroll a page up, less one line.", _SCROLL),
    _motion("move.top", "gg home", "Top", "Go to the first line; 5gg goes to the fifth.", _SCROLL),
    _motion("move.bottom", "G end", "Bottom", "Go to the last line; 5G goes to the fifth.", _SCROLL),
    Action("find.query", "/", "Search", "Type words or a query; the list updates with each letter.", _BROWSE),
    _motion("find.next", "n", "Next hit", "Go to the next paper with your words, or the next unread.", _PAPER),
    _motion("find.previous", "N", "Previous hit", "Go to the previous paper with your words, or unread.", _PAPER),
    Action("find.topic", "T", "Filter by topic", "List papers of one of its topics; again clears that.", _PAPER),
    Action("find.similar", "R", "Similar", "List papers like this one, nearest first; escape goes back.", _PAPER),
    Action("find.filter", "f", "Filter pane", "Go to the filter pane, and back.", _MAIN),
    Action("find.fetch", "enter", "Fetch", "Fetch the paper whose id was typed, or the missing days.", _NO_PAPER),
    Action("find.feed", "ctrl+s", "Search the feed", "Let the feed itself search for your words.", _SEARCHED),
    Action("find.widen", "ctrl+a", "Search all", "Run the query on all papers, or back.", f"{_MAIN} query"),
    Action("find.clear", "F", "Clear query", "Clear the query and all picked topics; the cursor stays.", _MAIN),
    Action("find.sort", "S", "Best first", "Order by what suits you; press again for the order before.", _PANES),
    Action("news.show", ".", "New papers", "Go to the papers that the line over the list announces.", _LINE),
    Action("news.dismiss", "g.", "Dismiss new papers", "Remove the line over the list; the papers stay unread.", _MAIN),
    Action("view.latest", "gt", "Latest", "The newest day that has papers.", _BROWSE),
    Action("view.foryou", "gy", "For you", "Unread papers that suit you, the best first, and why.", _BROWSE),
    Action("view.followed", "gf", "Followed", "Papers with an author, topic or word that you follow.", _BROWSE),
    Action("view.unread", "gu", "Unread", "Papers of all days that you have not read yet.", _BROWSE),
    Action("view.queue", "gq", "Queue", "Papers that you want to read later, first queued first.", _BROWSE),
    Action("view.starred", "gs", "Starred", "Papers of all days that you have starred.", _BROWSE),
    Action("view.all", "ga", "All", "Every paper in the cache.", _BROWSE),
    Action("view.trending", "gr", "Trending", "Papers that the feed ranks first now, in its own order.", _BROWSE),
    Action("view.saved", _SAVED_KEYS, "Saved view", "Your saved views, by their place.", _BROWSE, numbered=True),
    Action("view.week", "gw", "Week", "The best papers of this paper's or day's week.", _BROWSE),
    Action("view.month", "gm", "Month", "The best papers of its month.", _BROWSE),
    Action("day.go", "gd", "Date", "Go to a day, a week or a month: 2025-03, last tuesday, 29, W20.", _BROWSE),
    _motion("period.earlier", "{", "Previous period", "Go to the previous day, week or month.", _BROWSE),
    _motion("period.later", "}", "Next period", "Go to the next day, week or month.", _BROWSE),
    _motion("day.older", "[", "Older day", "Go to the previous day with papers.", _MAIN),
    _motion("day.newer", "]", "Newer day", "Go to the next day with papers.", _MAIN),
    Action("link.page", "o", "Open in browser", "Open the paper's page on the web.", _READ),
    Action("link.pdf", "p", "PDF", "Fetch the PDF into your folder and open it.", _READ),
    Action("link.list", "L", "All links", "Choose among all links of this paper.", _READ),
    Action("link.copy", "y", "Copy link", "Copy the paper's address to the clipboard.", _SHOWN),
    Action("link.copy_as", "Y", "Copy as", "Copy its id, title, BibTeX entry, Markdown link or abstract.", _READ),
    Action("topic.pick", "space enter", "Pick", "Open a view or day; pick a topic; fold or unfold a group.", "filter"),
    Action("topic.exclude", "- x", "Exclude", "Leave out papers with this topic.", "filter"),
    Action("topic.any_all", "a", "Any or all", "List papers with any picked topic, or with all of them.", "filter"),
    Action("pane.next", "tab l right", "Next pane", "Go to the pane to the right.", _PANES),
    Action("pane.previous", "shift+tab h left", "Previous pane", "Go to the pane to the left.", _PANES),
    _motion("pane.wider", ">", "Wider", "Make this pane larger.", _PANES),
    _motion("pane.narrower", "<", "Narrower", "Make this pane smaller.", _PANES),
    Action("pane.zoom", "z", "Zoom", "Show this pane alone; again shows all.", _PANES),
    Action("query.accept", "enter", "Keep", "Keep the query and go to the list.", "query"),
    Action("query.cancel", "escape", "Discard", "Discard the query; the list returns to what it was.", "query"),
    Action("query.save", "ctrl+n", "Save as a view", "Save the query as a view with a name.", "query"),
    Action("query.complete", "tab", "Take suggestion", "Accept the suggested word.", "query empty"),
    Action("query.next", "down", "Next suggestion", "The next suggestion, or a later query.", "query"),
    Action("query.previous", "up", "Earlier query", "The previous suggestion, or an earlier query.", "query"),
    Action("tags.accept", "enter", "Tag", "Tag the paper and go back.", "tags"),
    Action("note.keep", "escape ctrl+s", "Keep", "Store the note and go back; undo takes it back.", "note"),
    Action("note.drop", "ctrl+g", "Discard", "Discard what you typed and go back.", "note"),
    Action("note.undo_typing", "ctrl+z", "Undo typing", "Undo the last typing.", "note"),
    Action("note.redo_typing", "ctrl+y", "Redo typing", "Redo the typing that was undone.", "note"),
    Action("command.open", ": ctrl+p", "Command line", "Any command, view or paper.", _except("command", *_OVER)),
    Action("command.pipe", "|", "Pipe", "Run a program on the paper or the selection: wc -w.", _READ),
    Action("command.run", "enter", "Run", "Run the typed command; escape then stops it.", "command"),
    Action("command.cancel", "escape", "Close", "Go back without running anything.", f"{_WORDS} date"),
    Action("command.complete", "tab", "Take suggestion", "Replace the typed word with the marked one.", _WORDS),
    Action("command.next", "down", "Next suggestion", "The next suggestion, or a later command.", _WORDS),
    Action("command.previous", "up", "Earlier command", "The previous suggestion, or an earlier command.", _WORDS),
    Action("command.output", ";", "Last output", "Show what the last command printed.", _LINE),
    Action("output.copy", "y", "Copy all", "Copy the whole output to the clipboard.", "output"),
    Action("output.close", "escape q", "Close", "Go back to where you were.", "output"),
    Action("date.go", "enter", "Go", "Go to the date.", "date"),
    _motion("why.raise", "+ = l right space", "More", "Show more papers on this.", "why"),
    _motion("why.lower", "- h left", "Less", "Show fewer papers on this.", "why"),
    Action("why.mute", "x", "Mute", "Do not learn this; again learns it as before.", "why"),
    Action("why.reset", "r", "Reset", "Drop your wish, and use what was learned.", "why"),
    Action("why.close", "escape q W", "Close", "Go back to where you were.", "why"),
    Action("app.older", "gD", "Older", "Fetch the month before the oldest day that is here.", _BROWSE),
    Action("app.refresh", "r", "Refresh", "Fetch new papers now.", _BROWSE),
    Action("app.sample", "D", "Open the sample", "Open a bundled set of papers; needs no network.", "empty"),
    Action("app.help", "? f1", "Keys", "Show the keys of this place; again searches.", _except(*_OVER)),
    Action("app.theme", "", "Theme", "Choose a theme.", _LINE),
    Action("app.escape", "escape ctrl+o", "Step back", "Go back, or stop what is running; never quits.", _BACK),
    Action("app.back", "q", "Back or quit", "Go back to where you were before; from the first place, quit.", _BACK),
    Action("app.suspend", "ctrl+z", "Suspend", "Suspend to the shell; fg comes back.", _except("note")),
    Action("app.quit", "ctrl+q", "Quit", "Quit at once; everything is kept.", _except()),
    Action("help.search", "? / : f1", "Search all", "Find all keys, signs, settings and pages by their words.", "help"),
    Action("help.close", "escape q", "Close", "Go back to where you were.", "help"),
)

OVER_ALL: Final[Contexts] = tuple(row.id.removesuffix(".close") for row in ACTIONS if row.id.endswith(".close"))
"""Contexts of the screens that cover everything; each has an action that closes it."""

RUN = "run."
"""Prefix of the ids of the user's own commands."""

COMMAND_LINE = "command.open"
"""The id of the action that opens the command line, where all other actions can be found."""

LINE_CONTEXTS: Final = _READ
"""Contexts in which keys that run a command are active."""


def own_actions(commands: Sequence[UserCommand]) -> Mapping[str, UserCommand]:
    """The user's commands by the ids of their actions."""
    actions: dict[str, UserCommand] = {}
    for command in commands:
        slug = re.sub(r"\W+", "-", command.name.casefold()).strip("-") or "command"
        id = f"{RUN}{slug}"
        actions[id if id not in actions else f"{id}-{len(actions)}"] = command
    return actions


def rows_of(commands: Sequence[UserCommand]) -> tuple[Action, ...]:
    """The actions that the user's commands add to the table; their keys come from the settings."""
    return tuple(
        Action(id, "", command.name, f"Run your command on this paper: {_line(command)}.", LINE_CONTEXTS)
        for id, command in own_actions(commands).items()
    )


def keys_of(commands: Sequence[UserCommand]) -> dict[str, str]:
    """The keys of the user's commands, by the ids of their actions."""
    return {id: command.key for id, command in own_actions(commands).items() if command.key}


def _line(command: UserCommand) -> str:
    line = command.run if isinstance(command.run, str) else " ".join(command.run)
    return line if len(line) <= 60 else f"{line[:59]}…"


# Footers


def _footer(text: str) -> Mapping[str, str]:
    """Parse footer labels by action id from a text such as `paper.read mark read, link.page web page`."""
    return dict(part.split(" ", 1) for part in text.split(", "))


FOOTERS: Final[Mapping[Context, Mapping[str, str]]] = {
    "list": _footer(
        "read.open open, paper.star star, paper.hide hide, find.clear clear, find.query search, find.filter filter, "
        "app.back quit, paper.read mark read, paper.queue queue, read.on next, command.open commands, link.list links, "
        "app.help keys"
    ),
    "detail": _footer(
        "paper.read mark read, paper.star star, read.on next, app.back back, link.list links, link.page web page, "
        "link.pdf PDF, find.topic topic, app.help keys"
    ),
    "page": _footer(
        "read.on read on, app.back back, text.open full text, paper.star star, link.list links, read.next next, "
        "read.previous previous, paper.hide hide, paper.tag tags, paper.note note, "
        "link.page web page, link.pdf PDF, find.topic topic, app.help keys"
    ),
    "triage": _footer(
        "triage.next read, paper.star star, paper.queue queue, paper.hide hide, mark.undo undo, triage.leave leave, "
        "text.open full text, paper.tag tags, paper.note note, link.list links, app.help keys"
    ),
    "text": _footer(
        "read.on read on, app.back back, text.outline outline, text.search search, text.follow follow, "
        "picture.open pictures, text.next_section next section, text.select select, "
        "paper.star star, text.right sideways, app.help keys"
    ),
    "picture": _footer(
        "picture.next next, picture.previous previous, picture.close back, picture.browse browser, app.help keys"
    ),
    "outline": _footer("outline.go read, text.outline back to the text, text.highlight remove, app.help keys"),
    "filter": _footer(
        "topic.pick pick, topic.exclude exclude, find.filter back, find.clear clear, find.query search, "
        "topic.any_all any/all, app.help keys"
    ),
    "query": _footer(
        "query.accept keep, query.complete take word, find.widen search all, find.feed search the feed, "
        "query.save save, query.previous earlier, query.cancel discard, app.help keys"
    ),
    "tags": _footer(
        "tags.accept tag, command.complete take word, command.next next word, command.cancel leave, app.help keys"
    ),
    "note": _footer("note.keep keep, note.drop discard, paper.editor editor, note.undo_typing undo, app.help keys"),
    "command": _footer(
        "command.run run, command.complete take word, command.previous earlier, command.cancel close, app.help keys"
    ),
    "output": _footer("move.page_down page, move.bottom end, output.copy copy, output.close close"),
    "date": _footer("date.go go, command.cancel leave, app.help keys"),
    "why": _footer("why.raise more, why.lower less, why.mute mute, why.reset reset, mark.undo undo, why.close close"),
    "help": _footer("help.search search all, help.close close"),
    "empty": _footer(
        "find.clear clear, app.refresh refresh, find.query search, find.filter filter, command.open commands, "
        "app.help keys"
    ),
    "hole": _footer("find.fetch fetch, command.open commands, find.query search, find.filter filter, app.help keys"),
}
"""The most useful actions of each context with a short label for the footer, the most important first.

The last action leads to all others, so the footer keeps it longest.
"""

SELECTED_FOOTER: Final[Mapping[str, str]] = _footer(
    "paper.read mark read, paper.star star, paper.queue queue, paper.tag tags, paper.hide hide, link.copy_as copy, "
    "select.all all, app.escape let go, app.help keys"
)
"""The footer of the list and the detail pane while papers are selected."""

QUOTED_FOOTER: Final[Mapping[str, str]] = _footer(
    "text.highlight highlight, paper.note with a note, text.copy copy, text.select begin here, "
    "app.escape let go, app.help keys"
)
"""The footer of a full text while lines are selected."""

HIGHLIGHT_FOOTER: Final[Mapping[str, str]] = {
    **_footer("read.on read on, app.back back, text.highlight remove, paper.note its note, text.next_match next one"),
    **FOOTERS["text"],
}
"""The footer of a full text while the cursor is on a highlight."""

MENU: Final = ("view.latest", "view.foryou", "view.queue", "view.starred", "view.all", "day.go", "view.saved")
"""The actions that an unfinished chord offers; the command line has the others."""

_IN_LIST: Final = (
    ("move.down", "move.up"), ("read.open",), ("read.on",), ("paper.read",), ("paper.star",), ("paper.queue",),
    ("paper.hide",), ("mark.undo",), ("find.query",), ("find.filter",), ("day.older", "day.newer"), MENU,
    ("triage.begin",), ("command.open",), ("app.back",),
)  # fmt: skip

FIRST_KEYS: Final[Mapping[Context, tuple[tuple[str, ...], ...]]] = {"list": _IN_LIST, "detail": _IN_LIST}
"""The actions that help lists first; related actions share a row. Other contexts use the actions of the footer."""


# Presets: the keys of other programs. The user's own keys take precedence.

VIM: Final[Mapping[str, str]] = MappingProxyType({})

NEWSBOAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper.read": "N",
        "paper.star": "s ctrl+e",
        "paper.queue": "e b",
        "paper.note": "w",
        "paper.follow": "alt+w",
        "paper.hide": "x D",
        "paper.editor": "E",
        "mark.undo": "U",
        "find.previous": "p",
        "find.filter": "f F",
        "find.clear": "ctrl+g",
        "read.open": "enter O",
        "link.pdf": "P",
        "text.previous_match": "p",
        "picture.open": "I",
        "picture.close": "escape q I",
        "link.list": "u L",
        "app.refresh": "r R",
        "find.similar": "gR",
        "app.quit": "Q ctrl+q",
    }
)
"""newsboat's keys for the same actions, except `g`, which sorts in newsboat and here begins the chords for views."""

ARROWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "move.down": "down",
        "move.up": "up",
        "move.half_down": "",
        "move.half_up": "",
        "move.page_down": "pagedown",
        "move.page_up": "pageup",
        "move.top": "home",
        "move.bottom": "end",
        "read.open": "enter right",
        "read.down": "ctrl+down",
        "read.up": "ctrl+up",
        "read.next": "right",
        "read.previous": "left",
        "text.search": "/ ctrl+f",
        "text.next_match": "n f3",
        "text.previous_match": "N shift+f3",
        "text.right": "right",
        "text.left": "left",
        "picture.next": "right down space",
        "picture.previous": "left up",
        "paper.hide": "x delete",
        "mark.undo": "u ctrl+z",
        "mark.redo": "ctrl+y",
        "find.query": "/ ctrl+f",
        "find.next": "n f3",
        "find.previous": "N shift+f3",
        "day.older": "[ ctrl+left",
        "day.newer": "] ctrl+right",
        "text.next_section": "] ctrl+right",
        "text.previous_section": "[ ctrl+left",
        "pane.next": "tab",
        "pane.previous": "shift+tab",
        "app.refresh": "r f5",
        "app.escape": "escape ctrl+o alt+left",
        "app.back": "q backspace",
        "app.suspend": "",
        "app.help": "f1 ?",
    }
)
"""Arrow keys and the keys of editors and browsers: ctrl+z undoes, ctrl+f searches, backspace goes back."""

PRESETS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"vim": VIM, "newsboat": NEWSBOAT, "arrows": ARROWS})
"""The presets by their names in the setting `key_preset`."""
