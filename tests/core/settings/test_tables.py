"""The tables of the settings: what they take, what is wrong in their combination, and which command is meant."""

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
    Vectors,
    WatchedExport,
    parse_command,
    read_entry,
    saved_queries,
)
from reader.core.settings.types import InvalidValue, as_toml
from tests.table import each

VIEW = SavedView("A", "agents")
COMMAND = UserCommand("Keep it", ("keep", "a b"), "json", True, "gx", False, 9)


@each(
    ("vectors", "trouble"),
    [
        (Vectors(), ""),
        (Vectors(server="http://localhost:1"), "Also name the model that the server uses: "
         "'dailypapers config set vectors.model NAME'."),
        (Vectors("m", "http://127.0.0.1:1"), ""),
        (Vectors("m", "https://x.example"), "x.example is not this machine, so it was not asked for vectors: "
         "'dailypapers config set vectors.allow_remote true' allows it."),
        (Vectors("m", "https://x.example", True), ""),
        (Vectors("m", "http://10.0.0.7", True), ""),
        (Vectors("m", "http://x.example", True), "x.example is asked for vectors only by https; on your own network, "
         "name it by its IP address."),
    ],
)  # fmt: skip
def test_a_server_of_vectors_is_asked_only_where_it_may_be(vectors: Vectors, trouble: str) -> None:
    assert vectors.trouble() == trouble
    assert (vectors.is_on, vectors.is_static) == (vectors.model == "m", not vectors.server)


NO_SERVER = "No mail server is set: 'dailypapers config set digest.server smtp.example.org'."


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
        (OneTable("vectors"), Vectors("m"), Vectors("m")),
        (OneTable("vectors"), {"model": "m", "server": "http://h:1/"}, Vectors("m", "http://h:1")),
        (OneTable("vectors"), {"server": ""}, Vectors()),
        (OneTable("vectors"), {"model": "m" * 300}, Vectors("m" * 300)),
        (OneTable("vectors"), {"model": "m" * 301},
         "must be a text of at most 300 characters, not " + as_toml("m" * 301)),
        (OneTable("vectors"), {"model": "\n"}, 'must be a text of at most 300 characters, not "\\n"'),
        (OneTable("vectors"), {"modle": "m"}, "is not a key of [vectors]"),
        (OneTable("vectors"), {"server": "http://a@h"}, "can't have a password or parameters; set a key in the "
         "environment"),
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
