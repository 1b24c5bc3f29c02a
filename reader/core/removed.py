"""Names of the last release that are gone or changed: commands, settings and query fields.

Each row stays for one release. A command, a settings file or a saved query of the last release gets advice instead of
"unknown", and old names of commands work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

_GROUPS = (
    "Groups were removed. Share a feed instead: one person keeps a watched file that ends in .atom, and the "
    "others run 'dailypapers feeds add ADDRESS'."
)

_OUTPUTS = (
    "The cache no longer keeps what your programs print. 'dailypapers pipe COMMAND ID | dailypapers note ID --text -' "
    "makes it the note of a paper, which note:WORDS and has:note find."
)

_CACHE = (
    "Your marks have a file of their own, and the cache may be deleted at any time: 'dailypapers doctor' says what is "
    "wrong, and 'dailypapers doctor --repair' repairs it."
)

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "cache": _CACHE,
        "restore": _CACHE,
        "grep": "'dailypapers list --passages fulltext:WORDS' prints the places of full texts.",
        "group": _GROUPS,
        "schedule": "The system makes schedules: 'dailypapers help scripts' has lines for cron, systemd and launchd. "
        "What 'schedule install' made keeps running until you remove it there.",
        "serve": "Run 'textual serve dailypapers' (pip install textual-dev), or the reader over ssh.",
        "similar": "'dailypapers list like:ID' lists the papers that are most like one.",
        "skill": "'dailypapers help agents' has what an agent should know.",
        "stats": "'dailypapers list --count' counts the papers of any query, such as is:starred since:7d.",
        "weights": "In the reader, W on a paper shows what For you has learned, and asks for more or less of it.",
        "vectors": "Vectors were removed. '~ words' finds papers by their words: dailypapers list '~ words'.",
    }
)
"""Removed commands, each with a sentence or two on the replacement."""

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "--color": "Set CLICOLOR_FORCE=1 for colours in a pipe, or NO_COLOR=1 for none.",
        "--month": "'dailypapers refresh --day' also takes a month, such as 2026-05.",
        "--no-pager": "Set PAGER=cat.",
        "--reader": "'dailypapers ID' lists the paper in the reader.",
    }
)
"""Removed options of several commands, each with a sentence on the replacement."""

THEN: Mapping[str, str] = MappingProxyType(
    {
        "highlight": "Let star, queue or tag:NAME pick papers out.",
        "unlist": "The filter pane lists all of the reader's own views.",
    }
)
"""Removed actions of standing queries. They are left out of a query that another release saved."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "by": _GROUPS,
        "foryou": "Interests have no names any more. Search for the words, and add sort:foryou.",
        "submitter": "A paper's page shows who submitted it, with a link to the account.",
        "output": _OUTPUTS,
    }
)
"""Removed fields of the query language."""

_CHANGES = "The page of a marked paper says what happened to it since; changed:7d finds what happened in a week."

VALUES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("is", "changed"): _CHANGES,
        ("is", "risen"): _CHANGES,
        ("sort", "changed"): _CHANGES,
        ("is", "finished"): "is:opened finds the papers whose page you opened or that you read to the end.",
        ("is", "highlighted"): f"{THEN['highlight']} tag:NAME finds them.",
        ("is", "passed"): "is:read and -is:opened narrow a search to papers that you did not open.",
        ("sort", "rising"): "sort:upvotes and sort:trending rank papers by votes.",
        ("has", "output"): _OUTPUTS,
    }
)
"""Removed values of fields of the query language."""

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "hidden_views": "the filter pane lists all of the reader's own views",
        "commands.keep": "'dailypapers pipe COMMAND ID | dailypapers note ID --text -' makes the output a note",
        "density": "long titles always take a second line",
        "digest.command": "redirect what 'dailypapers digest' prints, or let sendmail be your program",
        "digest.file": "redirect what 'dailypapers digest --format html' prints to the file",
        "digest.format": "'dailypapers digest --format' chooses it",
        "category_papers": "new papers and cross-lists are fetched, and new versions of papers that are here",
        "days_at_start": "a start checks the last week; 'dailypapers refresh --days N' checks more",
        "token_endpoint": "your token goes to https://huggingface.co alone",
        "after_mark": "v and V select several papers for one mark",
        "log_level": "the log file has unexpected errors and failed fetches",
        "filter_width": "< and > in the filter pane make it smaller and larger",
        "list_share": "< and > in the list make it smaller and larger",
        "nearest": "'~' before the words of a search lists the papers nearest in words",
        "notify_command": "'dailypapers views add NAME QUERY --then run --run PROGRAM' runs a program on new papers",
        "second_look": "the page of a paper says what has changed",
        "use_token_file": "HF_TOKEN=$(cat ~/.cache/huggingface/token) in the environment does the same",
        "vectors": "~ finds papers by their words",
        "topics_file": "a topic of your own is a saved view, such as 'dailypapers views add NAME QUERY'",
        "sync_settings": "machines share marks and lists; copy config.toml to share the rest",
    }
)
"""Removed settings and tables of the settings file, each with the end of a sentence on the replacement. The settings
reader ignores their values."""

RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "count": "list --count",
        "feeds check": "refresh",
        "feeds import": "import",
        "follow": "views list --then follow",
        "follow add": "views add --then follow",
        "follow list": "views list --then follow",
        "follow notify": "views add --then follow,notify",
        "follow quiet": "views remove --then notify",
        "follow remove": "views remove",
        "keys": "config keys",
        "keys check": "config check",
        "pdf": "open --pdf",
        "redo": "undo --redo",
        "rules": "views list",
        "rules add": "views add",
        "rules check": "views list",
        "rules list": "views list",
        "rules mute": "views add --then mute",
        "rules remove": "views remove",
        "tags": "tag list",
        "topics": "list --topics",
    }
)
"""Old names of commands and of their subcommands, each with the words that replace it."""


def new_form(words: Sequence[str]) -> str | None:
    """The words that replace the old name at the beginning of a command line; None if it has no old name."""
    name, argument = [*words, "", ""][:2]
    if argument and not argument.startswith("-") and f"{name} {argument}" not in RENAMED:
        # `follow author:…` meant `follow add author:…`.
        return RENAMED.get(f"{name} add") or RENAMED.get(name)
    return RENAMED.get(f"{name} {argument}") or RENAMED.get(name)


def with_new_names(words: Sequence[str]) -> list[str]:
    """A command line with an old name replaced; other command lines are unchanged."""
    form = new_form(words)
    if form is None:
        return [*words]
    return [*form.split(), *words[2 if " ".join(words[:2]) in RENAMED else 1 :]]
