"""The settings file: every kind of mistake is reported with its line, and an invalid value costs only its own key."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import config, settings_reader
from reader.commands.config import template
from reader.config import Settings, setting_docs
from reader.core.errors import ConfigError
from reader.core.settings.types import KEY_TABLE, DigestMail, UserCommand
from reader.settings_reader import MAX_FILE_BYTES, LoadedSettings, load_settings
from tests.table import each


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str | bytes, **environment: str) -> LoadedSettings:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(file, environment)


def mistakes(loaded: LoadedSettings) -> list[str]:
    """In the order of their lines, and those of the environment last."""
    found = sorted(loaded.mistakes, key=lambda one: one.line or sys.maxsize)
    return [str(one).removeprefix(f"{loaded.file}:").strip() for one in found]


def test_without_a_file_everything_is_default(file: Path) -> None:
    for missing in (file, file / "below a file"):
        assert load_settings(missing, {}) == LoadedSettings(Settings(), str(missing))
        assert not file.exists() or missing != file
        file.touch()


GOOD = """\
# A comment.
endpoint = "http://127.0.0.1:8000/"
order = "upvotes"
keep_days = 4
hidden_views = []
exports = [{query = "is:starred", file = "~/s.bib"}]

[keys] # none = 1
"paper.star" = [
  "s", # keep_dasy = 3

  "S",
]
paper.read = "m  ctrl+r"
"app.quit" = []
"view.latest" = "t"

[second_look]
# votes = 25

[digest]
to = "ada@example.org"
security = "tls"

[[views]]
name = "evals"
query = "topic:evaluation"

[[commands]]
name = "count"
run = "wc -w | cat"
shell = true

[[views]]
name = "loud"
query = "upvotes:>20 sort:upvotes"  # many
"""


@each("text", [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()])
def test_a_file_is_taken_with_the_lines_of_its_values(file: Path, text: bytes) -> None:
    loaded = read(file, text)
    places = loaded.lines
    assert replace(loaded, lines={}) == LoadedSettings(
        replace(
            Settings(),
            endpoint="http://127.0.0.1:8000",
            order="upvotes",
            keep_days=4,
            # Actions are known by the names that they had before, and so are views.
            keys={
                **{"paper.star": ("s", "S"), "paper.read": ("m", "ctrl+r"), "app.quit": (), "view.latest": ("t",)},
            },
            digest=DigestMail(to="ada@example.org", security="tls"),
            commands=(UserCommand("count", "wc -w | cat", shell=True),),
        ),
        str(file),
        former={
            "exports": [{"query": "is:starred", "file": "~/s.bib"}],
            "views": [
                {"name": "evals", "query": "topic:evaluation"},
                {"name": "loud", "query": "upvotes:>20 sort:upvotes"},
            ],
        },
    )
    expected = {"endpoint": 2, "exports": 6, "keys.paper.star": 9, "keys.paper.read": 14, "keys.view.latest": 16}
    expected |= {
        "digest": 21,
        "digest.to": 22,
        "digest.security": 23,
        "views": 25,
        "commands": 29,
        "commands.0.run": 31,
    }
    assert {key: places.get(key) for key in expected} == expected
    origins = [loaded.origin(key) for key in ("endpoint", "digest.user", "ascii")]
    assert origins == [f"{file}:2", "default", "default"]


WRONG = """\
theme = "drak"
#! theme must be a name such as "auto", "dark" or "light", not "drak". Did you mean dark?
keep_days = 14
keep_dasy = 3
#! keep_dasy is not a setting. Did you mean keep_days?
order.x = 3
#! order must be "day", "upvotes", "published", "added" or "title", not {x = 3}.
refresh_minutes = 1441
#! refresh_minutes must be a whole number from 0 to 1440, not 1441.
second_look.votes = 3
#! second_look was removed: the page of a paper says what has changed.

[keys]
"paper.star" = "S"
"paper.read" = ["m", 5]
#! keys.paper.read must be keys such as "s" or "j down", or a list of them, not ["m", 5].

[digst]
#! digst is not a setting. Did you mean digest?
to = "a"

[digest]
user = "ada"
security = "many"
#! digest.security must be "starttls", "tls" or "none", not "many".
colour = "red"
#! digest.colour is not a key of [digest].

[[commands]]
name = "Mine"
run = "wc"

[[commands]]
#! commands has the name of an earlier one and was left out.
name = "mine"
run = "ls"

[[commands]]
name = "Odd"
run = "wc '"
#! commands.run "wc '" can't be split into words: no closing quotation.
extra = 1
#! commands.extra is not a key of [commands].

[[commands]]
#! commands needs name; it was left out.
run = "x"

[[commands]]
name = "last"
run = "ls"
"""


def test_valid_settings_beside_every_kind_of_mistake_are_used(file: Path) -> None:
    loaded = read(file, WRONG)
    expected: list[str] = []
    line = 0
    for number, text in enumerate(WRONG.splitlines(), 1):
        if text.startswith("#! "):
            expected.append(f"{line}: {text[3:]}")
        else:
            line = number
    assert mistakes(loaded) == expected
    origins = {key: loaded.origin(key) for key in ("theme", "keep_days", "digest.user", "digest.security")}
    place = {"keep_days": f"{file}:3", "digest.user": f"{file}:23"}
    assert origins == {key: place.get(key, "default") for key in origins}
    assert loaded.settings == replace(
        Settings(),
        keep_days=14,
        keys={"paper.star": ("S",)},
        digest=DigestMail(user="ada"),
        commands=(UserCommand("Mine", "wc"), UserCommand("last", "ls")),
    )


@each(
    ("text", "expected"),
    [
        (b"ascii = true\n\xff\n", "2: is not UTF-8 text; all defaults apply until it is corrected."),
        (
            b"ascii = true\nnonsense\n",
            "2: Expected '=' after a key in a key/value pair; all defaults apply until it is corrected.",
        ),
        (b"#" * (MAX_FILE_BYTES + 1), "is larger than 64 KiB and was not read."),
        (b"#" * MAX_FILE_BYTES, None),
        (b"keys = 's'", "1: keys must be a table of action ids: write [keys] on a line of its own."),
        (b"[[digest]]", "1: digest must be a table: write [digest] on a line of its own."),
        (b"[commands]", "1: commands must be tables: write [[commands]] on a line of its own."),
        (b"ascii = true\n[second_look]\nvotes = 3\nwords = 2\n", "2: second_look was removed: the page of a paper says "
         "what has changed."),
        (b'[second_look]\nvotes = 0\nwords = ""\n', None),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_as_a_whole_has_one_mistake(file: Path, text: bytes, expected: str | None) -> None:
    assert mistakes(read(file, text)) == ([expected] if expected else [])


def test_a_folder_a_pipe_that_nobody_writes_to_and_an_endless_file_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reasons = {
        tmp_path: "Is a directory",
        tmp_path / "pipe": "it is a pipe or a device",
        Path("/dev/zero"): "it is a pipe or a device",
    }
    for file, reason in reasons.items():
        loaded = load_settings(file, {})
        assert (loaded.settings, mistakes(loaded)) == (Settings(), [f"can't be read: {reason}."])
        with pytest.raises(ConfigError) as refused:
            settings_reader.read_text(file)
        assert str(refused.value) == (f"{file}: can't be read: {reason}. Correct it first: 'dailypapers config edit'.")


def test_a_file_is_written_unless_it_could_not_be_read_or_there_is_no_place_for_it(file: Path) -> None:
    settings_reader.write_text(file, "#" * MAX_FILE_BYTES)
    with pytest.raises(ConfigError) as refused:
        settings_reader.write_text(file, "é" + "#" * (MAX_FILE_BYTES - 1))
    assert str(refused.value) == f"{file} would be larger than 64 KiB. It was not changed."
    assert settings_reader.read_text(file) == "#" * MAX_FILE_BYTES
    with pytest.raises(ConfigError) as refused:
        settings_reader.write_text(Path("/dev/null/config.toml"), "")
    assert str(refused.value) == "/dev/null/config.toml could not be written: Not a directory."


@each(
    "line",
    [
        "keep_days = 0x" + "f" * 60_000,
        'fetch_ahead = "' + "(" * 60_000 + '"',
        "x" * 60_000 + " = 1",
        'sync = "~nobody-of-this-name/topics.toml"',
        'sync = "topics\\u0000.toml"',
    ],
)
def test_a_mistake_is_one_short_sentence_however_long_its_line(file: Path, line: str) -> None:
    loaded = read(file, f"ascii = true\n{line}\n")
    [mistake] = loaded.mistakes
    assert (loaded.settings, mistake.line) == (Settings(ascii=True), 2)
    assert len(str(mistake)) < len(str(file)) + 700


@each(
    ("environment", "text", "key", "value", "origin", "expected"),
    [
        ({"HF_ENDPOINT": "https://b.example/"}, 'endpoint = "https://a.example"', "endpoint", "https://b.example",
         "HF_ENDPOINT", []),
        ({"HF_ENDPOINT": ""}, 'endpoint = "https://a.example"', "endpoint", "https://a.example", "{file}:1", []),
        ({"HF_ENDPOINT": "http://b.example"}, 'endpoint = "https://a.example"', "endpoint", "https://a.example",
         "{file}:1", ['environment: HF_ENDPOINT must be https, since "http://b.example" is not on this machine. '
                      "Did you mean https://b.example?"]),
        ({"TEXTUAL_THEME": "nord"}, 'theme = "light"', "theme", "nord", "TEXTUAL_THEME", []),
        ({"TEXTUAL_THEME": "gruvbx"}, 'theme = "light"', "theme", "light", "{file}:1",
         ['environment: TEXTUAL_THEME must be a name such as "auto", "dark" or "light", not "gruvbx". '
          'Did you mean gruvbox?']),
        # The console of Linux gets ASCII unless the settings say otherwise.
        ({"TERM": "linux"}, "", "ascii", True, "TERM", []),
        ({"TERM": "linux"}, "ascii = false", "ascii", False, "{file}:1", []),
        ({"TERM": "linux"}, "ascii = 1", "ascii", True, "TERM",
         ["1: ascii must be true or false, not 1. Did you mean true?"]),
        ({"TERM": "linux", "TEXTUAL_DRIVER": "x"}, "", "ascii", False, "default", []),
        ({"TERM": "xterm-256color"}, "", "ascii", False, "default", []),
        ({"TERM": "xterm-256color"}, "ascii = true", "ascii", True, "{file}:1", []),
    ],
)  # fmt: skip
def test_the_environment_wins_over_the_file(
    file: Path, environment: dict[str, str], text: str, key: str, value: object, origin: str, expected: list[str]
) -> None:
    loaded = read(file, text, **environment)
    found = getattr(loaded.settings, key), loaded.origin(key), mistakes(loaded)
    assert found == (value, origin.format(file=file), expected)


@given(
    st.lists(st.sampled_from(["a", " ", "\n", "=", "[", "]", "{", "}", '"', "'", '"""', "#", ".", ",", "1", "\\", "é"]))
)
@settings(max_examples=200)
def test_no_text_stops_the_reader(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    text = "".join(pieces)
    loaded = read(tmp_path_factory.mktemp("settings") / "config.toml", text)
    assert loaded.settings == Settings()
    assert all(0 <= mistake.line <= text.count("\n") + 1 for mistake in loaded.mistakes)
    try:
        wrong = bool(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        wrong = True
    # Nothing that these pieces make is a setting.
    assert bool(loaded.mistakes) == wrong


# The settings themselves


def test_every_setting_is_documented_and_its_default_obeys_its_rule() -> None:
    assert list(setting_docs()) == [field.name for field in fields(Settings) if field.name != "lists"]
    for name, rule in config.SETTING_TYPES.items():
        if rule.table is None and rule is not KEY_TABLE:
            assert rule.check(getattr(Settings(), name)) == getattr(Settings(), name)
        assert rule.about


def test_the_template_has_every_default_and_can_be_used_as_it_is(file: Path) -> None:
    assert replace(read(file, template()), lines={}) == LoadedSettings(Settings(), str(file))


def test_what_a_new_file_has_commented_out_can_be_used_as_it_is(tmp_path: Path) -> None:
    loaded = read(tmp_path / "config.toml", re.sub(r"(?m)^# (?=\[\[|  #|\w+ = )", "", template()))
    assert loaded.mistakes == ()
    assert loaded.settings == replace(
        Settings(),
        commands=(UserCommand("Summary", "ollama run llama3.2 'Explain this paper in three sentences.'"),),
    )


def test_what_is_kept_for_days_has_a_first_day() -> None:
    kept, today = Settings(keep_days=2, keep_texts_days=3), date(2026, 6, 30)
    assert config.retention_start(kept, today) == "2026-06-28"
    assert config.text_retention_start(kept, today) == "2026-06-27"
    assert config.retention_start(Settings(), today) is None
