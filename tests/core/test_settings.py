"""Types and tables of settings: which values are accepted, and the messages for the others."""

from __future__ import annotations

from typing import Any

import pytest

from reader.core.settings.standing import THEN_TYPE, from_json, queries_of_lists
from reader.core.settings.toml import InvalidToml, read_toml
from reader.core.settings.types import (
    BOOLEAN,
    COMMAND,
    FILE_PATH,
    HOOK,
    KEY_PATTERN,
    KEY_TEXT,
    MAIL_ADDRESS,
    MAIL_SERVER,
    NAME,
    PROGRAM_LINE,
    QUERY,
    QUERY_LIST,
    SERVER_ADDRESS,
    TEXT_LINE,
    TEXT_SOURCES,
    WEB_ADDRESS,
    DigestMail,
    InvalidValue,
    SettingType,
    UserCommand,
    as_toml,
    keys_of_action,
    number,
    one_of,
    parse_command,
    query_type,
)
from tests.table import each

WHOLE, COLOUR = number(1, 9), one_of(("auto", "dark", "light"))


@each(
    ("type", "value", "result"),
    [
        (WHOLE, 1, 1),
        (WHOLE, 9, 9),
        (COLOUR, "dark", "dark"),
        (BOOLEAN, True, True),
        (BOOLEAN, False, False),
        (SERVER_ADDRESS, " https://x.example/ ", "https://x.example"),
        (SERVER_ADDRESS, "x.example", "https://x.example"),
        (SERVER_ADDRESS, "http://localhost:80/a/", "http://localhost:80/a"),
        (FILE_PATH, "~/topics.toml", "~/topics.toml"),
        (FILE_PATH, "", ""),
        (QUERY_LIST, "agents", ("agents",)),
        (QUERY_LIST, ["topic:agents", "a b"], ("topic:agents", "a b")),
        (QUERY_LIST, [], ()),
        (COMMAND, ["tell", "-x", ""], ("tell", "-x", "")),
        (COMMAND, "tell -x 'a b'", ("tell", "-x", "a b")),
        (COMMAND, [], ()),
        (NAME, "é" * 60, "é" * 60),
        (TEXT_LINE, "", ""),
        (KEY_TEXT, "gx", "gx"),
        (MAIL_SERVER, "[::1]:25", "[::1]:25"),
        (MAIL_ADDRESS, "a.b+c@d-e.f", "a.b+c@d-e.f"),
        (WEB_ADDRESS, "", ""),
        (WEB_ADDRESS, "http://x.example/a/", "http://x.example/a"),
        (KEY_PATTERN, "{author}:{year}-{Title}", "{author}:{year}-{Title}"),
        (TEXT_SOURCES, ["feed", "https://x.example/", "pdf"], ("https://x.example", "pdf")),
        (TEXT_SOURCES, [], ()),
        (query_type(may_be_order=True), "sort:title", "sort:title"),
        (QUERY, "~agents", "~agents"),
        (PROGRAM_LINE, ["wc", "-l"], ("wc", "-l")),
        (HOOK, [], ""),
        (HOOK, "wc", "wc"),
        (THEN_TYPE, ["star", "tag:x", "star", "queue"], ("star", "tag:x", "queue")),
    ],
)
def test_a_valid_value_is_converted(type: SettingType, value: object, result: object) -> None:
    checked: Any = type.check(value)
    assert checked == result
    assert checked.__class__ is result.__class__


@each(
    ("type", "value", "message", "suggestion"),
    [
        (WHOLE, 0, "must be a whole number from 1 to 9, not 0", None),
        (WHOLE, 2.0, "must be a whole number from 1 to 9, not 2.0", None),
        (WHOLE, True, "must be a whole number from 1 to 9, not true", None),
        (COLOUR, "drak", 'must be "auto", "dark" or "light", not "drak"', "dark"),
        (BOOLEAN, "yes", 'must be true or false, not "yes"', "true"),
        (BOOLEAN, "On", "must be true or false", "true"),
        (BOOLEAN, 1, "must be true or false, not 1", "true"),
        (SERVER_ADDRESS, 3, 'must be an address such as "https://example.org", not 3', None),
        (SERVER_ADDRESS, "https://u@x.example", "must be an address", None),
        (SERVER_ADDRESS, "http://x.example", "must be https, since", "https://x.example"),
        (SERVER_ADDRESS, "http://127.evil.example", "must be https, since", "https://127.evil.example"),
        (SERVER_ADDRESS, "", "must be an address", None),
        (FILE_PATH, 3, "must be a path in quotes, not 3", None),
        (FILE_PATH, "a\0b", "must be a path in quotes", None),
        (FILE_PATH, "~nobody-of-this-name/x", "names the home folder of an unknown user", None),
        (QUERY_LIST, ["a", 3], "must be a query in quotes", None),
        (QUERY_LIST, "a\0", "must be a query in quotes", None),
        (QUERY_LIST, "", "must not be empty", None),
        (QUERY_LIST, ["a", "sort:title"], "must not be empty", None),
        (QUERY_LIST, "x is:unred", 'has a mistake in "x is:unred"', '"x is:unread"'),
        (QUERY_LIST, "(", "has a mistake in", None),
        (COMMAND, [" ", "x"], "must be a program with its arguments", None),
        (COMMAND, [3], "must be a program with its arguments", None),
        (one_of(tuple("abcdefghijk")), "xyz", 'must be a name such as "a", "b" or "c", not "xyz"', None),
        (NAME, "é" * 61, "must be a name of at most 60 characters", None),
        (NAME, "-", "must be a name of at most 60 characters", None),
        (NAME, "a ", "must be a name of at most 60 characters", None),
        (TEXT_LINE, "\n", 'must be a line of text, or nothing, not "\\n"', None),
        (KEY_PATTERN, "{yaer}", "a pattern with {author}, {Author}, {year}, {title}, {Title}, {words} or {id}", None),
        (KEY_PATTERN, "{id} x", 'and letters, digits and ._:+/- around them, not "{id} x"', None),
        (KEY_PATTERN, "x", "must be a pattern", None),
        (TEXT_SOURCES, "pdf", 'must be a list of https addresses and "pdf", not "pdf"', None),
        (TEXT_SOURCES, ["http://x.example"], "must be https, since", "https://x.example"),
        (QUERY, "sort:title", "must not be empty, since every paper matches", None),
        (query_type(is_exact=True), "a ~b", "must not have free text after ~", None),
        (PROGRAM_LINE, "wc '", "\"wc '\" can't be split into words: no closing quotation", None),
        (PROGRAM_LINE, "''", "must be a program with its arguments, as a text or a list", None),
        (HOOK, [" "], "must be the name of one of your commands, or a program", None),
        (THEN_TYPE, [], '"hide", "star", "queue" and "tag:NAME", not []', None),
        (THEN_TYPE, ["hide", "queue"], "has both hide and queue, which contradict each other", None),
        (THEN_TYPE, ["highlight"], 'has "highlight", which was removed. Let star', None),
        (THEN_TYPE, "tag:a\nb", "whose tag is not a one-line name", None),
        (THEN_TYPE, 'tag:"', "whose tag is not a one-line name", None),
        (THEN_TYPE, "sta", 'has "sta", which can\'t be done', "star"),
    ],
)
def test_an_invalid_value_is_refused_with_a_reason(
    type: SettingType, value: object, message: str, suggestion: str | None
) -> None:
    with pytest.raises(InvalidValue) as refused:
        type.check(value)
    assert message in str(refused.value)
    assert refused.value.suggestion == suggestion


def test_keys_are_a_text_or_a_list() -> None:
    assert keys_of_action("j down") == keys_of_action(["j", "down"]) == ("j", "down")
    assert keys_of_action("") == keys_of_action([]) == ()
    for value in (3, ["j", 3], ("j",)):
        with pytest.raises(InvalidValue, match="must be keys"):
            keys_of_action(value)


def test_values_are_written_as_in_the_file() -> None:
    texts = {True: "true", 3: "3", "é": '"é"', ("a", "b"): '["a", "b"]', (): "[]"}
    assert {value: as_toml(value) for value in texts} == texts
    assert as_toml({1, 2}) == "{1, 2}"


# Tables


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


KEEP = UserCommand("Keep it", ("keep", "a b"), "json", "gx", False, 9)


def test_a_typed_command_is_a_known_command_a_program_or_a_shell_line() -> None:
    for typed in ("keep it", ' "Keep It" ', "'keep it'"):
        assert parse_command(typed, [UserCommand("x", "y"), KEEP]) is KEEP
    for typed, line, shell, words in (
        (" wc -l 'a b' ", "wc -l 'a b'", False, ("wc", "-l", "a b")),
        ("! wc | cat", "wc | cat", True, ("/bin/sh", "-c", "wc | cat")),
        ("'x' 'y'", "'x' 'y'", False, ("x", "y")),
    ):
        found = parse_command(typed, [KEEP])
        assert (found, found.words) == (UserCommand(line, line, shell=shell), words)
    assert KEEP.words == ("keep", "a b")
    assert UserCommand("x", ("a b", "c"), shell=True).words == ("/bin/sh", "-c", "'a b' c")
    for typed in ("", "!", "'"):
        with pytest.raises(InvalidValue):
            parse_command(typed, [KEEP])


# The lists of a file of 0.2


def test_lists_become_standing_queries_and_invalid_entries_are_reported() -> None:
    lists = {
        "views": [{"name": "A", "query": "agents", "extra": 1}, {"name": "Odd", "query": "("}, "x"],
        "rules": [
            {"name": "a", "when": "agents", "then": "star"},
            {"name": "R", "when": "b", "then": ["hide", "star"]},
        ],
        "exports": [{"query": "is:starred", "file": "s.bib"}, {"query": "a"}],
        "mute": ["a ~b", "crypto"],
        "notify": ["agents"],
        "on_star": ["wc", "-l"],
        "on_new": ["keep"],
    }
    found, wrong = queries_of_lists(lists)
    assert [(query.name, query.query, query.then, query.run or query.file) for query in found] == [
        ("A", "agents", ("show",), ""),
        ("a 2", "agents", ("star",), ""),
        ("crypto", "crypto", ("mute",), ""),
        ("agents", "agents", ("notify",), ""),
        ("on star", "is:starred", ("run",), ("wc", "-l")),
        ("on new", "is:read OR is:unread", ("run",), "keep"),
        ("s.bib", "is:starred", ("write",), "s.bib"),
    ]
    assert [f"{key} {error}" for key, error in wrong] == [
        'views has an entry that was left out: query has a mistake in "(": This parenthesis is never closed',
        "views has an entry that was left out: name and query is missing",
        "rules has an entry that was left out: then has both hide and star, which contradict each other",
        "mute has an entry that was left out: query must not have free text after ~, which ranks papers against each "
        "other",
        'exports has an entry that was left out: then = ["write"] and file belong together',
    ]


def test_a_removed_action_of_a_saved_query_is_left_out() -> None:
    assert from_json('{"name": "a", "query": "b", "then": ["star", "highlight"]}').then == ("star",)
    with pytest.raises(InvalidValue):
        from_json('{"name": "a", "query": "view:trending", "then": ["unlist"]}')


# TOML with line numbers

TEXT = '''# comment
a = 1
b.c = [
  "x", # not = a key

  "]",
]

[t."d.e"]
f = """
no header
g = 2
"""
h = {i = 1, j = {k = 2}}
[[m]]
n = [1]
o.p = 2
[[m]]
n = [1]
'''


def test_each_key_has_its_line() -> None:
    found = read_toml(TEXT)
    paths: list[tuple[tuple[str | int, ...], int]] = [
        *((("a",), 2), (("b", "c"), 3), (("b",), 3), (("t", "d.e"), 9), (("t", "d.e", "f"), 10)),
        *((("t", "d.e", "h"), 14), (("t", "d.e", "h", "i"), 14)),
        *((("m",), 15), (("m", 0), 15), (("m", 0, "n"), 16), (("m", 0, "o", "p"), 17)),
        *((("m", 1), 18), (("m", 1, "n"), 19), (("m", 1, "x"), 18), (("x",), 0)),
    ]
    assert [(path, found.line(path)) for path, _ in paths] == paths


@each(
    ("text", "line", "message"),
    [
        ("a = 1\nb = [\nc = 2", 3, "Invalid value"),
        ("a = 1\na = 2", 2, "Cannot overwrite a value"),
        ("[x.y]\n[x.y]\n", 2, "Cannot declare [x.y] twice"),
        ('a = """\nb = 2', 2, "Unterminated string"),
        ("a = " + "[" * 5_000 + "]" * 5_000, 0, "nests too deeply"),
    ],
)
def test_a_mistake_is_reported_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InvalidToml) as caught:
        read_toml(text)
    assert (caught.value.line, str(caught.value)) == (line, message)
