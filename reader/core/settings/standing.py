"""Standing queries: queries with actions for their papers.

A saved view, a follow, a rule, a muted word, a notification, a hook and a watched export are the same thing with a
different `then`. They are rows of the log (`reader/log/standing.py`). This module has their type, their text for the
user's editor, and the check of values that another machine has written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from reader.core import removed
from reader.core.marks import RULE_MARKS, STANDING, TAG, WATCH, clean_mark, opposes
from reader.core.nearest import nearest
from reader.core.settings.types import (
    EXPORT_FORMATS,
    FILE_PATH,
    HOOK,
    NAME,
    NAME_LIMIT,
    WEB_ADDRESS,
    InvalidValue,
    SettingType,
    Wrong,
    as_toml,
    number,
    one_of,
    query_type,
    read_table,
    setting,
)

if TYPE_CHECKING:
    from reader.core.follows import Follow

SHOW, FOLLOW, MUTE, NOTIFY, RUN, WRITE = "show", "follow", "mute", "notify", "run", "write"

WORDS = (SHOW, FOLLOW, MUTE, NOTIFY, RUN, WRITE, *RULE_MARKS)
"""The actions of a standing query; `tag:NAME` tags its papers."""

ON_STAR = "is:starred"
"""The query of programs that run when the user stars a paper; others run on the new papers of a refresh."""

ALL_PAPERS = "is:read OR is:unread"
"""The query of all papers."""

VALUE_LIMIT = 8_000
"""Maximum characters of a standing query as JSON."""

MAX_STANDING_QUERIES = 500
"""Maximum number of standing queries; nobody writes more by hand."""

TABLE = "standing"
"""The name of the tables in the text for the user's editor."""


def _check_then(value: object) -> object | None:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
        return None
    for word in words:
        if word.startswith(TAG) and ('"' in word or clean_mark(word, "1") != (word, "1")):
            raise InvalidValue(f"has {as_toml(word)}, whose tag is not a one-line name")
        if word in removed.THEN:
            raise InvalidValue(f"has {as_toml(word)}, which was removed. {removed.THEN[word]}")
        if word not in WORDS and not word.startswith(TAG):
            raise InvalidValue(f"has {as_toml(word)}, which can't be done", nearest(word, (*WORDS, TAG)))
    against = [word for word in words if opposes("hide", word)]
    if "hide" in words and against:
        raise InvalidValue(f"has both hide and {against[0]}, which contradict each other")
    return tuple(dict.fromkeys(words))


THEN_TYPE = SettingType("a list of " + ", ".join(f'"{word}"' for word in WORDS) + ' and "tag:NAME"', _check_then)
"""The actions of a query: one word or a list of words."""


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """A named query with actions for its papers."""

    name: str = setting(NAME)
    query: str = setting(query_type(may_be_order=True))
    then: tuple[str, ...] = setting(THEN_TYPE)
    run: str | tuple[str, ...] = setting(HOOK, "")
    """For `run`: the name of one of the user's commands, or a program with its arguments."""
    file: str = setting(FILE_PATH, "")
    """For `write`: the file."""
    format: str = setting(one_of(("", *EXPORT_FORMATS)), "")
    url: str = setting(WEB_ADDRESS, "")
    place: int = setting(number(0, 1_000_000), 0)
    """Its position among the standing queries."""

    @property
    def marks(self) -> tuple[str, ...]:
        """The kinds of marks that it makes."""
        return tuple(word for word in self.then if word in RULE_MARKS or word.startswith(TAG))

    @property
    def follow(self) -> Follow | None:
        """The follow that its query names; None if it follows nothing."""
        if FOLLOW not in self.then:
            return None
        with suppress(ValueError):
            # Imported late, since most starts show the first list without it.
            from reader.core.follows import parse_follow

            return parse_follow(self.query)._replace(notify=NOTIFY in self.then)
        return None

    @property
    def touches_machine(self) -> bool:
        """Whether it runs a program or writes a file, for which another machine needs the user's consent."""
        return RUN in self.then or WRITE in self.then


def check_standing(values: Mapping[str, object]) -> StandingQuery:
    """The standing query of these values; raises InvalidValue, whose text begins with the key."""
    wrong: list[Wrong] = []
    valid = read_table(StandingQuery, values, wrong, (TABLE,))
    if wrong:
        first = wrong[0]
        raise InvalidValue(f"{first.path[-1]} {first.error}", first.error.suggestion)
    missing = [part.name for part in fields(StandingQuery) if part.default is MISSING and part.name not in valid]
    if missing:
        raise InvalidValue(f"{' and '.join(missing)} is missing")
    standing = StandingQuery(**valid)
    for word, key in ((RUN, "run"), (WRITE, "file")):
        if (word in standing.then) is not bool(getattr(standing, key)):
            raise InvalidValue(f'then = ["{word}"] and {key} belong together')
    if FOLLOW in standing.then:
        from reader.core.follows import parse_follow

        try:
            parse_follow(standing.query)
        except ValueError as error:
            raise InvalidValue(f"query {error}") from error
    if standing.marks or MUTE in standing.then:
        try:
            query_type(is_exact=True).check(standing.query)
        except InvalidValue as error:
            raise InvalidValue(f"query {error}", error.suggestion) from error
    if len(as_json(standing)) > VALUE_LIMIT:
        raise InvalidValue(f"is longer than {VALUE_LIMIT} characters")
    return standing


def mark_kind(name: str) -> str:
    """The kind of a standing query's rows in the log."""
    return f"{STANDING}{name.casefold()}"


def _values(standing: StandingQuery) -> dict[str, Any]:
    values = ((part.name, getattr(standing, part.name), part.default) for part in fields(StandingQuery))
    return {name: list(value) if isinstance(value, tuple) else value for name, value, usual in values if value != usual}


def as_json(standing: StandingQuery) -> str:
    """A standing query as the value of a row of the log."""
    return json.dumps(_values(standing), ensure_ascii=False, separators=(",", ":"))


def from_json(value: str) -> StandingQuery:
    """The standing query of a row's value; raises InvalidValue."""
    from reader.core.foreign import read_json
    from reader.core.text import clean

    content = read_json(value, VALUE_LIMIT)
    if not isinstance(content, dict):
        raise InvalidValue("is not a standing query")
    if isinstance(then := content.get("then"), list):
        content["then"] = [word for word in then if word not in removed.THEN]
    standing = check_standing(content)
    texts = (
        standing.query,
        standing.file,
        standing.url,
        *((standing.run,) if isinstance(standing.run, str) else standing.run),
        *standing.then,
    )
    if any(clean(text, VALUE_LIMIT) != text for text in texts):
        raise InvalidValue("has text that a terminal would obey")
    return standing


def read_queries(values: Iterable[str]) -> list[StandingQuery]:
    """The standing queries of rows' values, in their order; invalid values are left out."""
    queries = list[StandingQuery]()
    for value in values:
        with suppress(InvalidValue):
            queries.append(from_json(value))
    return sorted(queries, key=lambda query: (query.place, query.name.casefold()))


# The text for the user's editor

_HEAD = f"""\
# Your standing queries: each has a name, a query, and what is done with its papers.
#   then = ["show"]    lists it among the views, in this order; g1 to g9 show the first nine
#   then = ["follow"]  marks papers of an author, org, venue, topic or word, such as author:"Kaiming He"
#   then = ["mute"]    leaves its papers out of every view but Muted
#   then = ["hide"], ["star"], ["queue"], ["tag:NAME"]    marks papers once, as they come in
#   then = ["notify"]  notifies you of new papers
#   then = ["run"]     runs the program in run on new papers; with the query {ON_STAR}, on papers that you star
#   then = ["write"]   keeps the file in file up to date
# A table that you remove is removed; 'dailypapers undo' takes all changes of one edit back.
"""


def as_text(queries: Sequence[StandingQuery]) -> str:
    """Standing queries as TOML, in their order."""
    tables = []
    for standing in queries:
        values = {key: value for key, value in _values(standing).items() if key != "place"}
        tables.append("\n".join((f"[[{TABLE}]]", *(f"{key} = {as_toml(value)}" for key, value in values.items()))))
    return "\n".join((_HEAD, *(f"{table}\n" for table in tables)))


def from_text(text: str) -> tuple[list[StandingQuery], list[tuple[int, str]]]:
    """The standing queries of an edited text, and its mistakes, each with its line."""
    from reader.core.settings.toml import InvalidToml, read_toml

    try:
        toml = read_toml(text)
    except InvalidToml as error:
        return [], [(error.line, str(error))]
    wrong: list[tuple[int, str]] = []
    tables = toml.values.pop(TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        wrong.append((toml.line((TABLE,)), f"write [[{TABLE}]], in double brackets"))
        tables = []
    wrong += ((toml.line((key,)), f"only tables [[{TABLE}]] belong here") for key in toml.values)
    queries: dict[str, StandingQuery] = {}
    for place, values in enumerate(tables):
        try:
            standing = check_standing({**values, "place": place})
            if standing.name.casefold() in queries:
                raise InvalidValue("name is also that of an earlier table")
            queries[standing.name.casefold()] = standing
        except InvalidValue as error:
            advice = f" Did you mean {error.suggestion}?" if error.suggestion else ""
            key = str(error).partition(" ")[0]
            wrong.append((toml.line((TABLE, place, key)), f"{str(error).rstrip('.')}.{advice}"))
    if len(queries) > MAX_STANDING_QUERIES:
        wrong.append((0, f"more than {MAX_STANDING_QUERIES} standing queries are not kept"))
    return list(queries.values()), sorted(wrong)


# Lists of release 0.2


def follow_query(follow: Follow) -> StandingQuery:
    """The standing query of a follow."""
    then = (FOLLOW, NOTIFY) if follow.notify else (FOLLOW,)
    return StandingQuery(_follow_name(follow.key), follow.text, then)


def _follow_name(key: str) -> str:
    return key[:NAME_LIMIT].rstrip("-")


def watch_query(kind: str, value: str) -> tuple[str, str] | None:
    """The kind and value of the standing query that replaces a row `watch:FIELD:SLUG`; None if that can't be read."""
    from reader.core import follows
    from reader.core.foreign import read_json

    fields = read_json(value, VALUE_LIMIT)
    key = kind.removeprefix(WATCH)
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str):
        return None
    try:
        follow = follows.make_follow(key.partition(":")[0], fields["name"])
    except ValueError:
        return None
    follow = follow._replace(notify=fields.get("notify") is True)
    return mark_kind(_follow_name(key)), as_json(follow_query(follow)) if fields.get("follow") is True else ""


def with_follow(known: Sequence[StandingQuery], follow: Follow, *, is_followed: bool) -> list[StandingQuery]:
    """The standing queries with a follow added or removed; other actions on the same query stay."""
    same = [query for query in known if (of := query.follow) is not None and of.key == follow.key]
    left = [query for query in known if query not in same]
    others = tuple(word for query in same[:1] for word in query.then if word not in (FOLLOW, NOTIFY))
    if is_followed:
        new = follow_query(follow)
        place = max((query.place for query in known), default=-1) + 1
        old = same[0] if same else replace(new, place=place)
        left.append(replace(old, query=new.query, then=(*others, *new.then)))
    elif others:
        left.append(replace(same[0], then=others))
    return left


def free_name(text: str, taken: Iterable[str]) -> str:
    """A name made from a text that no other standing query has."""
    from reader.core.text import clean

    used = {name.casefold() for name in taken}
    name = clean(text, NAME_LIMIT - 4) or "query"
    name = name if any(map(str.isalnum, name)) else f"query {name}"
    number, free = 1, name
    while free.casefold() in used:
        number += 1
        free = f"{name} {number}"
    return free


_FORMER_FIELDS = {
    "views": ("name", "query"),
    "rules": ("name", "when", "then"),
    "exports": ("query", "file", "format", "url"),
}
"""The fields that the tables of a settings file of 0.2 had."""

FORMER_LISTS = (*_FORMER_FIELDS, "mute", "notify", "on_star", "on_new")
"""Tables of a settings file of 0.2 that standing queries have replaced."""


def queries_of_lists(lists: Mapping[str, Any]) -> tuple[list[StandingQuery], list[tuple[str, InvalidValue]]]:
    """The standing queries from the lists of a settings file of 0.2, and the errors of invalid entries, by list."""
    queries: list[StandingQuery] = []
    wrong: list[tuple[str, InvalidValue]] = []
    for key, values in _former_entries(lists):
        if isinstance(values.get("name"), str):
            values["name"] = free_name(values["name"], (query.name for query in queries))
        try:
            queries.append(check_standing({**values, "place": len(queries)}))
        except InvalidValue as error:
            wrong.append((key, InvalidValue(f"has an entry that was left out: {error}", error.suggestion)))
    return queries, wrong


def _former_entries(lists: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of these lists with the keys of standing queries, unchecked."""

    def entries(table: str) -> Iterator[dict[str, Any]]:
        for entry in lists.get(table, ()):
            known = entry if isinstance(entry, Mapping) else {}
            yield {name: known[name] for name in _FORMER_FIELDS[table] if name in known}

    for values in entries("views"):
        yield "views", {**values, "then": [SHOW]}
    for values in entries("rules"):
        yield "rules", {("query" if name == "when" else name): value for name, value in values.items()}
    for key, word in (("mute", MUTE), ("notify", NOTIFY)):
        for query in lists.get(key, ()):
            yield key, {"name": query, "query": query, "then": [word]}
    for key, query in (("on_star", ON_STAR), ("on_new", ALL_PAPERS)):
        if words := [word for word in lists.get(key, ()) if word != ""]:
            # A program is a text or a list of words; empty texts are left out.
            program = words[0] if len(words) == 1 and isinstance(words[0], str) else words
            yield key, {"name": key.replace("_", " "), "query": query, "then": [RUN], "run": program}
    for values in entries("exports"):
        yield "exports", {**values, "name": values.get("file", ""), "then": [WRITE]}
