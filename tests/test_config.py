"""What follows from the settings: their documentation, topic rules, days, and what is private in them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from reader import config
from reader.commands.settings_file import setting_docs, template
from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.settings.tables import Rule, SavedView, UserCommand, WatchedExport
from reader.settings_reader import LoadedSettings, load_settings, load_text
from tests.table import each


def test_every_setting_is_documented_and_its_default_obeys_its_rule() -> None:
    assert list(setting_docs()) == [field.name for field in fields(Settings)]
    for name, rule in config.SETTING_TYPES.items():
        assert rule.check(getattr(Settings(), name)) == getattr(Settings(), name)
        assert rule.about


def test_the_template_has_every_default_and_can_be_used_as_it_is(tmp_path: Path) -> None:
    file, text = tmp_path / "config.toml", template()
    file.write_text(text)
    assert load_settings(file, {}) == LoadedSettings(Settings(), str(file))


def test_what_a_new_file_has_commented_out_can_be_used_as_it_is(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, re.sub(r"(?m)^# (?=\[\[|  #|\w+ = )", "", template()))
    assert loaded.mistakes == ()
    assert loaded.settings == replace(
        Settings(),
        views=(SavedView("Evaluation", "topic:evaluation is:unread"),),
        exports=(WatchedExport("is:starred", "~/starred.bib"),),
        commands=(UserCommand("Summary", "ollama run llama3.2 'Explain this paper in three sentences.'"),),
        rules=(Rule("Finance", "topic:finance -has:code", ("hide", "tag:finance")),),
    )


DEFAULTS = """\
allow_local_feeds = false # true or false
ascii = false # true or false
ask_arxiv = true # true or false
days_at_start = 7 # a whole number from 1 to 366
filter_width = 26 # a whole number from 16 to 60
keep_days = 0 # a whole number from 0 to 36500
keep_texts_days = 365 # a whole number from 0 to 36500
list_share = 0.55 # a number from 0.2 to 0.8
nearest = true # true or false
note_reading = true # true or false
refresh_minutes = 30 # a whole number from 0 to 1440
use_token_file = false # true or false
"""


def test_switches_and_numbers_are_those_that_users_rely_on() -> None:
    told = re.findall(r"# Takes (true or false|a .*number.*)\.\n# (\w+ = \S+)\n", template())
    assert sorted(f"{default} # {takes}" for takes, default in told) == DEFAULTS.splitlines()


def test_topic_rules_stand_beside_the_settings_unless_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert config.topic_rules_file(Settings(), file) == tmp_path / "topics.toml"
    assert config.topic_rules_file(Settings(topics_file="mine.toml"), file) == tmp_path / "mine.toml"
    assert config.topic_rules_file(Settings(topics_file="/x/mine.toml"), file) == Path("/x/mine.toml")


def test_rules_of_topics_are_read_up_to_a_size(tmp_path: Path) -> None:
    file = tmp_path / "topics.toml"
    assert config.read_rules(file) is None
    file.write_bytes(b"\r\n" * (config.MAX_RULES_SIZE // 2))
    assert config.read_rules(file) == config.read_rules(file, is_chosen=True) == "\n" * (config.MAX_RULES_SIZE // 2)


@each(
    ("data", "said"),
    [
        (b" " * (config.MAX_RULES_SIZE + 1), "have more than 1024 KiB. Shorten the file."),
        (b"\xff", "can't be read: it is not UTF-8 text. Correct or move the file."),
        (None, "can't be read: it is a pipe or a device. Correct or move the file."),
    ],
)
def test_rules_that_are_not_read_are_named(tmp_path: Path, data: bytes | None, said: str) -> None:
    file = Path("/dev/zero") if data is None else tmp_path / "topics.toml"
    if data is not None:
        file.write_bytes(data)
    for read in (config.load_topics, partial(config.read_rules, is_chosen=data is not None)):
        with pytest.raises(ReaderError) as refused:
            read(file)
        assert str(refused.value) == f"The topic rules {file} {said}"


@each("bomb", ["a." * 5_000 + "b = 1", "a = " + "[" * 5_000, "a = 1" + "0" * 5_000])
def test_topic_rules_that_are_made_to_break_the_reader_cost_only_themselves(tmp_path: Path, bomb: str) -> None:
    own = tmp_path / "topics.toml"
    own.write_text(bomb)
    assert config.load_topics(own)


def test_what_the_user_wrote_is_kept_out_of_the_log_and_what_the_program_offers_is_not(tmp_path: Path) -> None:
    text = """
        theme = "nord"
        sync = "/of/ada"
        hidden_views = ["queue"]
        keys = {"paper.star" = "x"}
        digest = {to = "ada@example.org", security = "tls"}
        views = [{name = "Mine", query = "by ada"}]
    """
    found = [*config.private_texts(load_text(tmp_path, text).settings)]
    assert found == ["/of/ada", "ada@example.org", "Mine", "by ada"]


def test_what_is_kept_for_days_has_a_first_day() -> None:
    kept, today = Settings(keep_days=2, keep_texts_days=3), date(2026, 6, 30)
    assert config.retention_start(kept, today) == "2026-06-28"
    assert config.text_retention_start(kept, today) == "2026-06-27"
    assert config.retention_start(Settings(), today) is None
