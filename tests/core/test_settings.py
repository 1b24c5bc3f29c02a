"""Types and tables of settings: which values are taken, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from reader.core.settings.tables import (
    DigestMail,
    Entries,
    OneTable,
    Rule,
    SavedView,
    UserCommand,
    WatchedExport,
    parse_command,
    read_entry,
    saved_queries,
)
from reader.core.settings.types import (
    KEY_TEXT,
    MAIL_ADDRESS,
    MAIL_SERVER,
    NAME,
    TEXT_LINE,
    Boolean,
    Choices,
    Command,
    FilePath,
    HiddenViews,
    Hook,
    InvalidValue,
    KeyPattern,
    KeyTable,
    Number,
    OneOf,
    OneQuery,
    ProgramLine,
    QueryList,
    RuleMarks,
    ServerAddress,
    SettingType,
    TextSources,
    ThemeName,
    WebAddress,
    as_toml,
)
from tests.table import each

WHOLE, SHARE, COLOUR = Number(1, 9), Number(0.2, 0.8), OneOf(("auto", "dark", "light"))


@each(
    ("type", "value", "result"),
    [
        (WHOLE, 1, 1),
        (WHOLE, 9, 9),
        (SHARE, 0.2, 0.2),
        (SHARE, 0.8, 0.8),
        (Number(0.0, 2.0), 1, 1.0),
        (COLOUR, "dark", "dark"),
        (Boolean(), True, True),
        (Boolean(), False, False),
        (ServerAddress(), " https://x.example/ ", "https://x.example"),
        (ServerAddress(), "http://localhost:80/a/", "http://localhost:80/a"),
        (ServerAddress(may_be_empty=True), "", ""),
        (FilePath(), "~/topics.toml", "~/topics.toml"),
        (FilePath(), "", ""),
        (QueryList(), "agents", ("agents",)),
        (QueryList(), ["topic:agents", "a b"], ("topic:agents", "a b")),
        (QueryList(), [], ()),
        (Command(), ["tell", "-x", ""], ("tell", "-x", "")),
        (Command(), [], ()),
        (KeyTable(), {}, {}),
        (Choices(("a", "b")), "b a b", ("b", "a")),
        (Choices(("a", "b")), ["a"], ("a",)),
        (ThemeName(("nord", "gruvbox")), "nord", "nord"),
        (NAME, "é" * 60, "é" * 60),
        (TEXT_LINE, "", ""),
        (KEY_TEXT, "gx", "gx"),
        (MAIL_SERVER, "[::1]:25", "[::1]:25"),
        (MAIL_ADDRESS, "a.b+c@d-e.f", "a.b+c@d-e.f"),
        (WebAddress(), "", ""),
        (WebAddress(), "http://x.example/a/", "http://x.example/a"),
        (KeyPattern(), "{author}:{year}-{Title}", "{author}:{year}-{Title}"),
        (TextSources(), ["feed", "https://x.example/", "pdf"], ("feed", "https://x.example", "pdf")),
        (TextSources(), [], ()),
        (HiddenViews(), ["today", "latest", "queue"], ("latest", "queue")),
        (HiddenViews(), [], ()),
        (OneQuery(may_be_order=True), "sort:title", "sort:title"),
        (OneQuery(), "~agents", "~agents"),
        (ProgramLine(), ["wc", "-l"], ("wc", "-l")),
        (Hook(), [], ""),
        (Hook(), "wc", "wc"),
        (RuleMarks(), ["star", "tag:x", "star", "queue"], ("star", "tag:x", "queue")),
    ],
)
def test_a_valid_value_is_taken(type: SettingType, value: object, result: object) -> None:
    checked: Any = type.check(value)
    assert checked == result
    assert checked.__class__ is result.__class__


@each(
    ("type", "value", "says", "suggestion"),
    [
        (WHOLE, 0, "must be a whole number from 1 to 9, not 0", "1"),
        (WHOLE, 10, "must be a whole number from 1 to 9, not 10", "9"),
        (WHOLE, 2.0, "must be a whole number from 1 to 9, not 2.0", None),
        (WHOLE, True, "must be a whole number from 1 to 9, not true", None),
        (SHARE, 0.1, "must be a number from 0.2 to 0.8, not 0.1", "0.2"),
        (SHARE, 1, "must be a number from 0.2 to 0.8, not 1", "0.8"),
        (SHARE, float("nan"), "must be a number from 0.2 to 0.8, not NaN", None),
        (COLOUR, "drak", 'must be "auto", "dark" or "light", not "drak"', "dark"),
        (Boolean(), "yes", 'must be true or false, not "yes"', "true"),
        (Boolean(), "On", "must be true or false", "true"),
        (Boolean(), 1, "must be true or false, not 1", "true"),
        (ServerAddress(), 3, "must be an address in quotes, not 3", None),
        (ServerAddress(), "x.example", "must begin with https://", "https://x.example"),
        (ServerAddress(), "https://", "must be an https address", None),
        (ServerAddress(), "http://x.example", "must be https, since", "https://x.example"),
        (ServerAddress(), "http://127.evil.example", "must be https, since", "https://127.evil.example"),
        (ServerAddress(), "https://[x", "is not an address", None),
        (ServerAddress(), "https://x.example:99999", "is not an address", None),
        (ServerAddress(), "", "must begin with https://", "https://"),
        (FilePath(), 3, "must be a path in quotes, not 3", None),
        (FilePath(), "a\0b", "must be a path in quotes", None),
        (FilePath(), "~nobody-of-this-name/x", "names the home folder of an unknown user", None),
        (QueryList(), ["a", 3], "must be a query in quotes", None),
        (QueryList(), "a\0", "must be a query in quotes", None),
        (QueryList(), "", "must not be empty", None),
        (QueryList(), ["a", "sort:title"], "must not be empty", None),
        (QueryList(), "x is:unred", 'has a mistake in "x is:unred"', '"x is:unread"'),
        (QueryList(), "(", "has a mistake in", None),
        (Command(), "tell -x", "must be a list of a program", '["tell", "-x"]'),
        (Command(), [" ", "x"], "must be a list of a program", None),
        (Command(), [3], "must be a list of a program", None),
        (KeyTable(), "s", "must be a table of action ids", None),
        (Choices(("auto", "dark")), "auto drak", 'must be a list with "auto" or "dark", not "auto drak"', "dark"),
        (Choices(("a", "b")), [], 'must be a list with "a" or "b", not []', None),
        (ThemeName(("nord", "gruvbox")), "norf", 'must be the name of a theme, not "norf"', "nord"),
        (ThemeName(tuple("abcdef")), "xyz", 'not "xyz"; a, b, c, d, e are some of them', None),
        (NAME, "é" * 61, "must be a name of at most 60 characters", None),
        (NAME, "-", "must be a name of at most 60 characters", None),
        (NAME, "a ", "must be a name of at most 60 characters", None),
        (TEXT_LINE, "\n", 'must be a line of text, or nothing, not "\\n"', None),
        (KeyPattern(), " ", "a pattern with {author}, {Author}, {year}, {title}, {Title}, {words} or {id}", None),
        (KeyPattern(), "{yaer}", "has {yaer}, which is not one of {author}, {Author}, {year}", "{year}"),
        (KeyPattern(), "{id} x", 'may have letters, digits and ._:+/- around its parts, not "{id} x"', None),
        (KeyPattern(), "x", "needs a part in braces, else all keys would be the same", "x{id}"),
        (TextSources(), "feed", 'must be a list of "feed", https addresses and "pdf", not "feed"', None),
        (TextSources(), ["http://x.example"], "must be https, since", "https://x.example"),
        (HiddenViews(), ["que"], 'has "que", which is not a built-in view', "queue"),
        (HiddenViews(), "queue", 'must be a list of "latest", ', None),
        (OneQuery(), "sort:title", "must not be empty, since every paper matches", None),
        (OneQuery(is_exact=True), "a ~b", "must not have free text after ~", None),
        (ProgramLine(), "wc '", "\"wc '\" can't be split into words: no closing quotation", None),
        (ProgramLine(), "''", "must be a program with its arguments, as a text or a list", None),
        (Hook(), [" "], "must be the name of one of your commands, or a program", None),
        (RuleMarks(), [], 'must be a list of "hide", "star", "queue", "highlight" and "tag:NAME", not []', None),
        (RuleMarks(), ["hide", "queue"], "has both hide and queue, which contradict each other", None),
        (RuleMarks(), "tag:a\nb", "whose tag is not a one-line name", None),
        (RuleMarks(), 'tag:"', "whose tag is not a one-line name", None),
        (RuleMarks(), "sta", 'has "sta", which a rule can\'t do', "star"),
    ],
)
def test_another_value_is_refused(type: SettingType, value: object, says: str, suggestion: str | None) -> None:
    with pytest.raises(InvalidValue) as refused:
        type.check(value)
    assert says in str(refused.value)
    assert refused.value.suggestion == suggestion


def test_keys_are_a_text_or_a_list() -> None:
    assert KeyTable().check_one("j down") == KeyTable().check_one(["j", "down"]) == ("j", "down")
    assert KeyTable().check_one("") == KeyTable().check_one([]) == ()
    for value in (3, ["j", 3], ("j",)):
        with pytest.raises(InvalidValue, match="must be keys"):
            KeyTable().check_one(value)


def test_values_are_written_as_in_the_file() -> None:
    texts = {True: "true", 3: "3", "é": '"é"', ("a", "b"): '["a", "b"]', (): "[]"}
    assert {value: as_toml(value) for value in texts} == texts
    assert as_toml({1, 2}) == "{1, 2}"


# Tables


VIEW = SavedView("A", "agents")
COMMAND = UserCommand("Keep it", ("keep", "a b"), "json", True, "gx", False, 9)


NO_SERVER = "There is no sendmail here: 'dailypapers config set digest.server smtp.example.org'."


@each(
    ("mail", "trouble", "address"),
    [
        (DigestMail(), "No address is set: 'dailypapers config set digest.to you@example.org'.", ("", 587)),
        (DigestMail("a@b.c"), NO_SERVER, ("", 587)),
        (DigestMail("a@b.c", server="x.org"), "", ("x.org", 587)),
        (DigestMail("a@b.c", server="x.org:99", security="tls"), "", ("x.org", 99)),
        (DigestMail("a@b.c", server="[::2]", security="tls"), "", ("::2", 465)),
        (DigestMail("a@b.c", server="[::1]:26", security="none"), "", ("::1", 26)),
        (DigestMail("a@b.c", server="localhost", security="none"), "", ("localhost", 25)),
        (
            DigestMail("a@b.c", server="x.org", security="none"),
            "x.org is not on this machine: set digest.security to starttls or tls.",
            ("x.org", 25),
        ),
    ],
)
def test_mail_goes_to_an_encrypted_server_or_to_this_machine(
    mail: DigestMail, trouble: str, address: tuple[str, int]
) -> None:
    assert (mail.trouble(), mail.address) == (trouble, address)


@each(
    ("table", "values", "entry", "wrong"),
    [
        ("views", {"name": "A", "query": "agents"}, VIEW, {}),
        ("views", {"name": "A"}, None, {"": "needs query; it was left out"}),
        ("rules", {}, None, {"": "needs name and when and then; it was left out"}),
        (
            "rules",
            {"name": " ", "when": "a ~b", "then": "tag:x"},
            None,
            {
                "name": "must be a name of at most 60 characters, without control characters, or spaces at its ends, "
                'not " "',
                "when": "must not have free text after ~, which ranks papers against each other",
            },
        ),
        ("rules", {"name": "R", "when": "a", "then": "tag:x"}, Rule("R", "a", ("tag:x",)), {}),
        (
            "exports",
            {"query": "a", "file": "x.bib", "url": "x.org/", "form": 1},
            WatchedExport("a", "x.bib"),
            {"url": 'must begin with https://, not "x.org/"', "form": "is not a key of [[exports]]"},
        ),
        (
            "commands",
            {"name": "Keep it", "run": ["keep", "a b"], "input": "json", "keep": True, "key": "gx", "seconds": 9},
            COMMAND,
            {},
        ),
    ],
)
def test_an_entry_is_taken_with_all_its_mistakes_told(
    table: str, values: dict[str, object], entry: object, wrong: dict[str, str]
) -> None:
    found, mistakes = read_entry(table, values)
    assert found == entry
    assert {key: str(error) for key, error in mistakes} == wrong


@each(
    ("type", "value", "result"),
    [
        (OneTable("digest"), DigestMail("a@b.c"), DigestMail("a@b.c")),
        (OneTable("digest"), {"to": "a@b.c", "server": "h"}, DigestMail("a@b.c", server="h")),
        (OneTable("digest"), {"too": "a@b.c"}, "is not a key of [digest]"),
        (OneTable("digest"), "a@b.c", "must be a table: write [digest] on a line of its own"),
        (Entries("views"), [VIEW, {"name": "B", "query": "b"}], (VIEW, SavedView("B", "b"))),
        (Entries("views"), [3], "needs name and query; it was left out"),
        (Entries("views"), "agents", "must be tables: write [[views]] on a line of its own"),
    ],
)  # fmt: skip
def test_a_table_is_taken_or_refused(type: OneTable | Entries, value: object, result: Any) -> None:
    try:
        found: object = type.check(value)
    except InvalidValue as error:
        found = str(error)
    assert found == result


def test_views_are_known_to_queries_by_their_names() -> None:
    assert saved_queries([VIEW, SavedView("B", "b")]) == (("A", "agents"), ("B", "b"))


def test_a_typed_command_is_a_known_one_a_program_or_a_line_for_a_shell() -> None:
    for typed in ("keep it", ' "Keep It" ', "'keep it'"):
        assert parse_command(typed, [UserCommand("x", "y"), COMMAND]) is COMMAND
    for typed, line, shell, words in (
        (" wc -l 'a b' ", "wc -l 'a b'", False, ("wc", "-l", "a b")),
        ("! wc | cat", "wc | cat", True, ("/bin/sh", "-c", "wc | cat")),
        ("'x' 'y'", "'x' 'y'", False, ("x", "y")),
    ):
        found = parse_command(typed, [COMMAND])
        assert (found, found.words) == (UserCommand(line, line, shell=shell), words)
    assert COMMAND.words == ("keep", "a b")
    assert UserCommand("x", ("a b", "c"), shell=True).words == ("/bin/sh", "-c", "'a b' c")
    for typed in ("", "!", "'"):
        with pytest.raises(InvalidValue):
            parse_command(typed, [COMMAND])
