"""Settings: every kind of mistake is told with its line, and costs only its own key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import config, settings_reader
from reader.commands.settings_file import setting_docs, template
from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.settings.tables import SINGLE, TABLES, DigestMail, SavedView, UserCommand, WatchedExport
from reader.settings_reader import LoadedSettings, Mistake, load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str, **environment: str) -> LoadedSettings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment)


def load(file: Path) -> tuple[Settings, list[Mistake]]:
    loaded = load_settings(file)
    return loaded.settings, list(loaded.mistakes)


def only_mistake(file: Path, text: str) -> Mistake:
    loaded = read(file, text)
    [mistake] = loaded.mistakes
    assert mistake.file == str(file)
    return mistake


def test_without_a_file_everything_is_default(file: Path) -> None:
    loaded = load_settings(file, {})
    assert loaded == LoadedSettings(Settings(), str(file))
    assert not file.exists()


def test_arxiv_is_asked_and_nothing_local_and_no_token_is_used_unless_the_user_says_so() -> None:
    default = Settings()
    assert default.ask_arxiv
    assert (default.allow_local_feeds, default.use_token_file, default.token_endpoint) == (False, False, "")


ALL = """\
theme = "drak"
theme = "light"
days_at_start = 14
days_at_strat = 3
ascii = maybe
endpoint = "http://example.org"
notify = ["topc:x", "agents"]

[keys]
"paper.star" = "S"
"paper.star" = "X"
"paper.hide" = 5

[digst]
to = "a"

[[digest]]
to = "b@example.org"

[views]
name = "no"

[digest]
user = "ada"
security = "many"
colour = "red"

[[views]]
name = "Mine"
query = "agents"
query = "again"

[[views]]
name = "mine"
query = "video"

[[views]]
name = "Odd"
query = "is:unred"
extra = 1

[[views]]
query = "x"

[[rules]]
name = "R"
when = "agents"
then = ["hide", "star"]
nonsense
"""


def test_of_a_file_with_every_mistake_the_rest_is_taken(file: Path) -> None:
    loaded = read(file, ALL)
    assert [str(one).removeprefix(f"{file}:") for one in loaded.mistakes] == MISTAKES.splitlines()
    places = {"days_at_start": 3, "keys.paper.star": 10, "digest": 24, "digest.user": 24, "views": 28}
    assert dict(loaded.lines) == places
    assert loaded.settings == replace(
        Settings(), days_at_start=14, keys={"paper.star": ("S",)}, views=(SavedView("Mine", "agents"),),
        digest=DigestMail(user="ada"),
    )  # fmt: skip
    origins = [loaded.origin(key) for key in ("theme", "days_at_start", "keys.paper.star", "digest.user")]
    assert origins == ["default", *(f"{file}:{line}" for line in (3, 10, 24))]


MISTAKES = """\
1: theme must be the name of a theme, not "drak". Did you mean dark?
2: theme is set a second time; line 1 is used.
4: days_at_strat is not a setting. Did you mean days_at_start?
5: Invalid value; this line was left out.
6: endpoint must be https, since "http://example.org" is not on this machine. Did you mean https://example.org?
7: notify has a mistake in "topc:x": There is no field topc:. Did you mean "topic:x"?
11: keys.paper.star is set a second time; line 10 is used.
12: keys.paper.hide must be keys such as "s" or "j down", or a list of them, not 5.
14: digst is not a known table. Did you mean digest?
17: digest can occur only once, so it needs single brackets. Did you mean [digest]?
18: digest must be a table: write [digest] on a line of its own.
20: views can occur many times, so it needs double brackets. Did you mean [[views]]?
25: digest.security must be "starttls", "tls" or "none", not "many".
26: digest.colour is not a key of [digest].
31: views.query is set a second time; line 30 is used.
33: views has the name of an earlier one and was left out.
39: views.query has a mistake in "is:unred": is: takes unread, read, starred, queued, hidden, new, trending, changed, opened, finished, passed, followed, highlighted or muted, not “unred”. Did you mean "is:unread"?
40: views.extra is not a key of [[views]].
42: views needs name; it was left out.
49: Expected '=' after a key in a key/value pair; this line was left out.
48: rules.then has both hide and star, which contradict each other.
"""  # noqa: E501


def test_values_of_every_kind_are_taken(file: Path) -> None:
    loaded = read(
        file,
        'endpoint = "http://127.0.0.1:8000/"\ndays_at_start = 3\norder = "upvotes"\nascii = true\nlist_share = 0.4\n'
        '[keys]\n"paper.star" = "s"\npaper.read = ["m", "ctrl+r"]\nmove.down = "j  down"\n"app.quit" = []\n',
    )
    assert loaded.mistakes == ()
    assert loaded.settings == replace(
        Settings(),
        endpoint="http://127.0.0.1:8000",
        days_at_start=3,
        order="upvotes",
        ascii=True,
        list_share=0.4,
        keys={"paper.star": ("s",), "paper.read": ("m", "ctrl+r"), "move.down": ("j", "down"), "app.quit": ()},
    )


@pytest.mark.parametrize(
    ("line", "key", "says", "suggestion"),
    [
        ("days_at_strat = 3", "days_at_strat", "not a setting", "days_at_start"),
        ('days_at_start = "3"', "days_at_start", 'whole number from 1 to 366, not "3"', None),
        ("days_at_start = 0", "days_at_start", "from 1 to 366, not 0", "1"),
        ('notify = ["topic:agents", "upvots:>3"]', "notify", 'has a mistake in "upvots:>3"', '"upvotes:>3"'),
        ('notify_command = "mail me"', "notify_command", "a list of a program and its arguments", '["mail", "me"]'),
        ('ascii = "yes"', "ascii", 'true or false, not "yes"', "true"),
        ('order = "upvote"', "order", 'must be "day", "upvotes"', "upvotes"),
        ("theme = 1979-05-27", "theme", "not 1979-05-27", None),
        ('keys = "s"', "keys", "table", None),
        ('keys = {"paper.star" = 3}', "keys.paper.star", "must be keys", None),
        ("endpoint.x = 3", "endpoint.x", "not a setting", "endpoint"),
        ("oops", "", "left out", None),
        ('oops = "', "", "left out", None),
        ('oops = """', "", "left out", None),
        ("[keys", "", "left out", None),
    ],
)
def test_a_mistake_names_its_line_and_the_right_word(
    file: Path, line: str, key: str, says: str, suggestion: str | None
) -> None:
    text = f'# A comment.\n\nread_when = "passed"\n{line}\nfilter_width = 30\n'
    mistake = only_mistake(file, text)
    assert (mistake.line, mistake.key, mistake.suggestion) == (4, key, suggestion)
    assert says in mistake.message
    assert str(mistake).startswith(f"{file}:4: ")
    # Its neighbours hold, and its own key has the default.
    assert load_settings(file).settings == replace(Settings(), read_when="passed", filter_width=30)


def test_the_line_is_right_behind_values_of_many_lines(file: Path) -> None:
    text = '[keys] # none = 1\n"paper.star" = [\n  "s", # days_at_strat\n\n  "S",\n]\n"paper.read" = [\n3]\n'
    mistake = only_mistake(file, text)
    assert (mistake.line, mistake.key) == (7, "keys.paper.read")
    assert load_settings(file).settings.keys["paper.star"] == ("s", "S")


def test_views_are_known_by_the_names_that_they_had_before(file: Path) -> None:
    loaded = read(file, 'hidden_views = ["today", "second", "muted"]\n[keys]\n"view.today" = "t"\n"date.today" = "T"\n')
    assert not loaded.mistakes
    assert loaded.settings.hidden_views == ("latest", "changed", "muted")
    assert loaded.settings.keys == {"view.latest": ("t",), "date.today": ("T",)}


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake(file: Path) -> None:
    file.write_bytes("\ufeffdays_at_start = 3\r\nascii = true\r\noops = 1\r\n".encode())
    loaded = load_settings(file, {})
    assert [mistake.line for mistake in loaded.mistakes] == [3]
    assert (loaded.settings.days_at_start, loaded.settings.ascii) == (3, True)


@pytest.mark.parametrize(
    ("environment", "text", "ascii", "origin"),
    [
        ({"TERM": "linux"}, "", True, "TERM"),
        ({"TERM": "linux"}, "ascii = false\n", False, "{file}:1"),
        ({"TERM": "linux"}, "ascii = 1\n", True, "TERM"),
        ({"TERM": "linux", "TEXTUAL_DRIVER": "x"}, "", False, "default"),
        ({"TERM": "xterm-256color"}, "", False, "default"),
        ({"TERM": "xterm-256color"}, "ascii = true\n", True, "{file}:1"),
    ],
)
def test_the_console_of_linux_gets_ascii_unless_the_settings_say_otherwise(
    file: Path, environment: dict[str, str], text: str, ascii: bool, origin: str
) -> None:
    file.write_text(text)
    loaded = load_settings(file, environment)
    assert (loaded.settings.ascii, loaded.origin("ascii")) == (ascii, origin.format(file=file))


def test_an_unknown_table_is_told_once(file: Path) -> None:
    mistake = only_mistake(file, '[kyes]\n"paper.star" = "s"\n"paper.read" = "m"\n')
    assert (mistake.line, mistake.key, mistake.suggestion) == (1, "kyes", "keys")


def test_a_key_set_twice_is_reported_and_the_first_is_used(file: Path) -> None:
    mistake = only_mistake(file, "filter_width = 30\n\nfilter_width = 40\n")
    assert (mistake.line, mistake.key) == (3, "filter_width")
    assert "line 1 is used" in mistake.message
    assert load_settings(file).settings.filter_width == 30


def test_what_only_the_whole_file_gets_wrong_is_told(file: Path) -> None:
    mistake = only_mistake(file, '[keys]\n"paper.star" = "s"\n[keys]\n"paper.read" = "m"\n')
    assert mistake.line == 3
    assert "other programs may refuse this file" in mistake.message


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [(b"ascii = true\n\xff\n", 2, "not UTF-8"), (b"#" * (settings_reader.MAX_FILE_SIZE + 1), 0, "larger than")],
)
def test_a_file_that_is_no_text_is_one_mistake(file: Path, data: bytes, line: int, says: str) -> None:
    file.write_bytes(data)
    chosen, [mistake] = load(file)
    assert chosen == Settings()
    assert mistake.line == line
    assert says in mistake.message


def test_a_pipe_that_nobody_writes_to_and_an_endless_file_are_one_mistake(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    for file in (tmp_path / "config.toml", Path("/dev/zero")):
        chosen, [mistake] = load(file)
        assert chosen == Settings()
        assert str(mistake) == f"{file}: can't be read: it is a pipe or a device."
        with pytest.raises(ReaderError, match=r"can't be read: it is a pipe or a device\. Correct or move the file\."):
            config.load_topics(file)


def test_more_rules_than_anybody_writes_are_not_read(tmp_path: Path) -> None:
    own = tmp_path / "topics.toml"
    own.write_bytes(b"#" * (config.MAX_RULES_SIZE + 1))
    with pytest.raises(ReaderError, match="have more than 1024 KiB"):
        config.load_topics(own)


@pytest.mark.parametrize(
    "line",
    [
        "keep_days = 0x" + "f" * 60_000,
        "notify = [0o" + "7" * 60_000 + "]",
        "a." * 30_000 + "b = 1",
        "x = {" + '"a".' * 10_000 + "b = 1}",
        'notify = "' + "(" * 60_000 + '"',
        "x" * 60_000 + " = 1",
    ],
)
def test_a_mistake_is_one_short_sentence_however_long_its_line(file: Path, line: str) -> None:
    file.write_text(f"ascii = true\n{line}\n")
    chosen, [mistake] = load(file)
    assert (chosen.ascii, mistake.line) == (True, 2)
    assert len(str(mistake)) < len(str(file)) + 700


@pytest.mark.parametrize("path", ["~nobody-of-this-name/topics.toml", "topics\\u0000.toml"])
def test_a_path_that_can_not_be_is_a_mistake(file: Path, path: str) -> None:
    loaded = read(file, f'topics_file = "{path}"\n')
    assert loaded.settings == Settings()
    [mistake] = loaded.mistakes
    assert mistake.key == "topics_file"


@pytest.mark.parametrize("bomb", ["a." * 5_000 + "b = 1", "a = " + "[" * 5_000, "a = 1" + "0" * 5_000])
def test_topic_rules_that_are_made_to_break_the_reader_cost_only_themselves(tmp_path: Path, bomb: str) -> None:
    own = tmp_path / "topics.toml"
    own.write_text(bomb)
    assert config.load_topics(own)


def test_a_folder_in_place_of_the_file_is_one_mistake(tmp_path: Path) -> None:
    chosen, [mistake] = load(tmp_path)
    assert chosen == Settings()
    assert "can't be read" in mistake.message


def test_the_environment_wins_over_the_file(file: Path) -> None:
    loaded = read(file, 'endpoint = "https://a.example"\n', HF_ENDPOINT="https://b.example/")
    assert loaded.settings.endpoint == "https://b.example"
    assert loaded.origin("endpoint") == "HF_ENDPOINT"
    assert read(file, "", HF_ENDPOINT="").settings.endpoint == Settings().endpoint


def test_a_wrong_endpoint_in_the_environment_is_a_mistake_and_the_file_holds(file: Path) -> None:
    loaded = read(file, 'endpoint = "https://a.example"\n', HF_ENDPOINT="http://b.example")
    assert loaded.settings.endpoint == "https://a.example"
    [mistake] = loaded.mistakes
    assert (mistake.key, mistake.line) == ("HF_ENDPOINT", 0)
    assert str(mistake).startswith("environment: HF_ENDPOINT must be https")


def test_the_environment_names_a_theme_and_a_wrong_name_is_one_plain_warning(file: Path) -> None:
    loaded = read(file, 'theme = "light"\n', TEXTUAL_THEME="nord")
    assert (loaded.settings.theme, loaded.origin("theme"), loaded.mistakes) == ("nord", "TEXTUAL_THEME", ())
    assert read(file, 'theme = "light"\n', TEXTUAL_THEME="").settings.theme == "light"
    loaded = read(file, 'theme = "light"\n', TEXTUAL_THEME="gruvbx")
    assert loaded.settings.theme == "light"
    (mistake,) = map(str, loaded.mistakes)
    wrong = 'must be the name of a theme, not "gruvbx". Did you mean gruvbox?'
    assert mistake == f"environment: TEXTUAL_THEME {wrong}"
    (mistake,) = map(str, read(file, 'theme = "solarized"\n').mistakes)
    assert mistake.endswith('not "solarized". Did you mean solarized-dark?')
    (mistake,) = map(str, read(file, 'theme = "xyzzyxyz"\n').mistakes)
    assert mistake.endswith('not "xyzzyxyz"; auto, dark, light, ansi, textual-dark are some of them.')


def test_every_setting_is_documented_and_its_default_obeys_its_rule() -> None:
    assert list(setting_docs()) == [field.name for field in fields(Settings)]
    for name, rule in config.SETTING_TYPES.items():
        assert rule.check(getattr(Settings(), name)) == getattr(Settings(), name)
        assert rule.about


def test_the_template_has_every_default_and_can_be_used_as_it_is(file: Path) -> None:
    text = template()
    assert read(file, text) == LoadedSettings(Settings(), str(file))
    lines = text.splitlines()
    for name in config.SETTING_TYPES.keys() - {"keys", *SINGLE, *TABLES}:
        [line] = [line for line in lines if line.startswith(f"# {name} = ")]
        written = tomllib.loads(line.removeprefix("# "))[name]
        assert config.SETTING_TYPES[name].check(written) == getattr(Settings(), name)


def test_topic_rules_stand_beside_the_settings_unless_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert config.topic_rules_file(Settings(), file) == tmp_path / "topics.toml"
    assert config.topic_rules_file(Settings(topics_file="mine.toml"), file) == tmp_path / "mine.toml"
    assert config.topic_rules_file(Settings(topics_file="/x/mine.toml"), file) == Path("/x/mine.toml")


@given(
    st.lists(st.sampled_from(["a", " ", "\n", "=", "[", "]", "{", "}", '"', "'", '"""', "#", ".", ",", "1", "\\", "é"]))
)
@settings(max_examples=200)
def test_no_text_stops_the_reader(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    file = tmp_path_factory.mktemp("settings") / "config.toml"
    text = "".join(pieces)
    loaded = read(file, text)
    assert loaded.settings == Settings()
    assert all(0 <= mistake.line <= text.count("\n") + 1 for mistake in loaded.mistakes)
    try:
        wrong = bool(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        wrong = True
    # Nothing that these pieces make is a setting.
    assert bool(loaded.mistakes) == wrong


def test_loading_is_cheap_to_import() -> None:
    script = (
        # What measures coverage has its own imports.
        "import json, sys; before = set(sys.modules); from reader import paths, settings_reader as read;"
        "from pathlib import Path; read.load_settings(Path('nowhere'));"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"tomllib", "tomlkit", "platformdirs", "textual", "rich", "sqlmodel", "sqlalchemy", "httpx", "difflib"}
    assert not heavy & set(json.loads(found.stdout))


VIEWS = """theme = "dark"

# Mine.
[[views]]
name = "evals"
query = "topic:evaluation"

[[views]]
name = "loud"
query = "upvotes:>20 sort:upvotes"  # many

[[exports]]
query = "is:starred"
file = "~/s.bib"

[[commands]]
name = "Summary"
run = ["ollama", "run", "llama3.2"]
keep = true
key = "gx"

[[commands]]
name = "count"
run = "wc -w | cat"
shell = true

[keys]
"paper.star" = "S"
"""


def test_tables_that_stand_several_times_are_read_in_their_order(file: Path) -> None:
    loaded = read(file, VIEWS)
    assert loaded.mistakes == ()
    found = loaded.settings
    assert found.views == (SavedView("evals", "topic:evaluation"), SavedView("loud", "upvotes:>20 sort:upvotes"))
    assert found.exports == (WatchedExport("is:starred", "~/s.bib"),)
    first, second = found.commands
    assert first == UserCommand("Summary", ("ollama", "run", "llama3.2"), keep=True, key="gx")
    assert (first.words, second.words) == (("ollama", "run", "llama3.2"), ("/bin/sh", "-c", "wc -w | cat"))
    assert (found.keys["paper.star"], found.theme) == (("S",), "dark")
    assert (loaded.origin("views"), loaded.origin("commands")) == (f"{file}:4", f"{file}:16")


def test_tables_may_stand_in_one_line(file: Path) -> None:
    loaded = read(file, 'views = [{name = "evals", query = "topic:evaluation"}]')
    assert (loaded.mistakes, loaded.settings.views) == ((), (SavedView("evals", "topic:evaluation"),))


@pytest.mark.parametrize(
    ("text", "line", "key", "message", "suggestion", "left"),
    [
        ('[[views]]\nname = "a"\nquery = "is:unred"', 3, "views.query", "has a mistake", '"is:unread"', 0),
        ('[[views]]\nname = "a"\n', 1, "views", "needs query; it was left out", None, 0),
        ('[[views]]\nnam = "a"\nquery = "x"', 2, "views.nam", "is not a key of [[views]]", "name", 0),
        ('[[views]]\nname = " "\nquery = "x"', 2, "views.name", "must be a name", None, 0),
        ('[[views]]\nname = "a"\nname = "b"\nquery = "x"', 3, "views.name", "is set a second time; line 2", None, 1),
        ('[views]\nname = "a"', 1, "views", "can occur many times, so it needs double brackets", "[[views]]", 0),
        ("views = 1", 1, "views", "must be tables: write [[views]]", None, 0),
        ('views = [{name = "a"}]', 1, "views", "needs query", None, 0),
        ('[[view]]\nname = "a"', 1, "view", "is not a known table", "views", 0),
        ('[[exports]]\nquery = "x"\nfile = "a"\nformat = "bib"', 4, "exports.format", "must be", "", 0),
        ('[[commands]]\nname = "a"\nrun = "b \'c"', 3, "commands.run", "can't be split into words", None, 0),
        ('[[commands]]\nname = "a"\nrun = []', 3, "commands.run", "must be a program", None, 0),
        ('category_papers = ["new", "corss"]', 1, "category_papers", 'a list with "new", "cross" or', "cross", 0),
        ("category_papers = []", 1, "category_papers", 'a list with "new", "cross" or', None, 0),
        ('hidden_views = ["latets"]', 1, "hidden_views", 'has "latets", which is not a built-in view', "latest", 0),
    ],
)
def test_a_mistake_in_a_table_names_its_line_and_costs_only_that_table(
    file: Path, text: str, line: int, key: str, message: str, suggestion: str | None, left: int
) -> None:
    loaded = read(file, f'{text}\n[[views]]\nname = "last"\nquery = "y"\n')
    mistake = loaded.mistakes[0]
    assert (mistake.line, mistake.key) == (line, key)
    assert message in mistake.message
    if suggestion != "":
        assert mistake.suggestion == suggestion
    assert loaded.settings.views[left:] == (SavedView("last", "y"),) or text.startswith(("views", "[view"))


def test_of_two_tables_with_one_name_the_first_is_used(file: Path) -> None:
    text = '[[views]]\nname = "Evals"\nquery = "x"\n[[views]]\nname = "evals"\nquery = "y"\n'
    loaded = read(file, text)
    assert loaded.settings.views == (SavedView("Evals", "x"),)
    assert [(one.line, one.message) for one in loaded.mistakes] == [
        (4, "has the name of an earlier one and was left out")
    ]


# Tables that stand once


def test_a_table_that_stands_once_is_read_key_by_key(file: Path) -> None:
    loaded = read(file, '[digest]\nto = "ada@example.org"\nsecurity = "tls"\n')
    assert loaded.mistakes == ()
    assert loaded.settings.digest == DigestMail(to="ada@example.org", security="tls")
    assert (loaded.origin("digest.to"), loaded.origin("digest.user")) == (f"{file}:2", "default")
    assert loaded.origin("digest") == f"{file}:2"


@pytest.mark.parametrize(
    ("line", "key", "says", "suggestion"),
    [
        ("[[digest]]", "digest", "can occur only once", "[digest]"),
        ("digest = 3", "digest", "must be a table", None),
        ("digest.flie = 3", "digest.flie", "is not a key of [digest]", "file"),
        ('[digest]\nsecurity = "tsl"', "digest.security", 'not "tsl"', "tls"),
        ("[digets]", "digets", "not a known table", "digest"),
        ("[second_look]\nvotes = 3\nwords = 2", "second_look", "is no longer used, since the view Changed", None),
        ("second_look.votes = 3", "second_look", "is no longer used, since the view Changed", None),
    ],
)
def test_mistakes_in_them_are_told(file: Path, line: str, key: str, says: str, suggestion: str | None) -> None:
    mistake = only_mistake(file, line)
    assert (mistake.key, mistake.suggestion) == (key, suggestion)
    assert says in mistake.message
    # A table of an older version that holds nothing was in each new file.
    assert read(file, "[second_look]\n# votes = 25\n").mistakes == ()


def test_what_the_user_wrote_is_kept_out_of_the_log_and_what_the_program_offers_is_not(file: Path) -> None:
    text = 'theme = "nord"\nsync = "/of/ada"\n[keys]\n"paper.star" = "x"\n[[views]]\nname = "Mine"\nquery = "by ada"\n'
    assert [*config.private_texts(read(file, text).settings)] == ["/of/ada", "Mine", "by ada"]


def test_rules_of_topics_are_read_up_to_a_size(file: Path) -> None:
    assert config.read_rules(file) is None
    file.write_bytes(b"\r\n" * (config.MAX_RULES_SIZE // 2))
    assert config.read_rules(file) == config.read_rules(file, is_chosen=True) == "\n" * (config.MAX_RULES_SIZE // 2)
    file.write_bytes(b" " * (config.MAX_RULES_SIZE + 1))
    for is_chosen in (False, True):
        with pytest.raises(ReaderError, match="more than"):
            config.read_rules(file, is_chosen=is_chosen)


def test_what_is_kept_for_days_has_a_first_day() -> None:
    kept, today = Settings(keep_days=2, keep_texts_days=3), date(2026, 6, 30)
    assert config.retention_start(kept, today) == "2026-06-28"
    assert config.text_retention_start(kept, today) == "2026-06-27"
    assert config.retention_start(Settings(), today) is None
