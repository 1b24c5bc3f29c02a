"""What follows from the settings: their documentation, days, and what is private in them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

from reader import config
from reader.commands.settings_file import setting_docs, template
from reader.config import Settings
from reader.core.settings.standing import Standing
from reader.core.settings.tables import UserCommand
from reader.settings_reader import LoadedSettings, load_settings, load_text


def test_every_setting_is_documented_and_its_default_obeys_its_rule() -> None:
    assert list(setting_docs()) == [field.name for field in fields(Settings) if field.name != "lists"]
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
        commands=(UserCommand("Summary", "ollama run llama3.2 'Explain this paper in three sentences.'"),),
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


def test_what_the_user_wrote_is_kept_out_of_the_log_and_what_the_program_offers_is_not(tmp_path: Path) -> None:
    text = """
        theme = "nord"
        sync = "/of/ada"
        keys = {"paper.star" = "x"}
        digest = {to = "ada@example.org", security = "tls"}
    """
    settings = replace(load_text(tmp_path, text).settings, lists=(Standing("Mine", "by ada", ("show",)),))
    found = [*config.private_texts(settings)]
    assert found == ["/of/ada", "ada@example.org", "Mine", "by ada", "show"]


def test_what_is_kept_for_days_has_a_first_day() -> None:
    kept, today = Settings(keep_days=2, keep_texts_days=3), date(2026, 6, 30)
    assert config.retention_start(kept, today) == "2026-06-28"
    assert config.text_retention_start(kept, today) == "2026-06-27"
    assert config.retention_start(Settings(), today) is None
