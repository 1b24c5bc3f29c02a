"""Load the settings: read one TOML file into frozen `Settings` and a list of its mistakes.

A mistake never stops the reader: its key keeps the default. Settings are read before the first frame, so the TOML
parser is imported only if there is a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError
from reader.core.setting_tables import (
    TABLES,
    Entries,
    HiddenViews,
    Hook,
    SavedView,
    TableReader,
    UserCommand,
    WatchedExport,
)
from reader.core.setting_types import (
    Boolean,
    Choice,
    Command,
    FilePath,
    InvalidValue,
    KeyPattern,
    KeyTable,
    Number,
    OptionalServerAddress,
    QueryList,
    ServerAddress,
    SettingType,
    TextSources,
    ThemeName,
    nearest,
)
from reader.core.theme_names import AUTO, THEMES
from reader.core.toml_lines import MalformedLine, Statement, parse_toml, read_statements
from reader.paths import read_start

if TYPE_CHECKING:
    from datetime import date

    from reader.core.topics.scorer import Topics

ENDPOINT_VARIABLE = "HF_ENDPOINT"
THEME_VARIABLE = "TEXTUAL_THEME"

VARIABLES: Mapping[str, str] = MappingProxyType({"endpoint": ENDPOINT_VARIABLE, "theme": THEME_VARIABLE})
"""The environment variables that win over settings, by the setting."""

LOG_LEVELS = ("error", "warning", "info")
"""What the log file contains: unexpected errors; then also failed fetches; then also each request."""

PRESETS = ("vim", "newsboat", "arrows")
"""The tables of keys in `reader.keys.presets`."""

_SHOWN = 300
"""Maximum characters of a key or a value in the message about it."""

MAX_FILE_SIZE = 1 << 16
MAX_RULES_SIZE = 1 << 20
"""Bytes; a larger file is not read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings. Each field's docstring is its documentation, here and in the template."""

    endpoint: str = field(default="https://huggingface.co", metadata={"rule": ServerAddress()})
    """Address of the feed. The environment variable HF_ENDPOINT wins over it."""

    use_token_file: bool = field(default=False, metadata={"rule": Boolean()})
    """Use the token in the file of Hugging Face's own tools if HF_TOKEN is not set; the feed needs no token."""

    token_endpoint: str = field(default="", metadata={"rule": OptionalServerAddress()})
    """Server that may get your token too, such as the one in endpoint; if empty, only https://huggingface.co may."""

    days_at_start: int = field(default=7, metadata={"rule": Number(1, 366)})
    """Days that are fetched at the first start, and checked again at each later one."""

    refresh_minutes: int = field(default=30, metadata={"rule": Number(0, 1440)})
    """Minutes between two refreshes while the reader is open; 0 leaves refreshing to the r key."""

    ask_arxiv: bool = field(default=True, metadata={"rule": Boolean()})
    """Ask arXiv for categories of the feed's papers, one request a day, for versions and venues of opened papers, and
    for marked papers that are missing here."""

    allow_local_feeds: bool = field(default=False, metadata={"rule": Boolean()})
    """Allow followed feeds, and their redirects, to be on this machine or its network; the endpoint always may."""

    notify: tuple[str, ...] = field(default=(), metadata={"rule": QueryList()})
    """Queries, such as ["topic:agents"]: you are notified once of each new paper that matches one; empty is off."""

    notify_command: tuple[str, ...] = field(default=(), metadata={"rule": Command()})
    """Program to run instead of a desktop notification; it gets the papers as JSON on its standard input."""

    keep_days: int = field(default=0, metadata={"rule": Number(0, 36_500)})
    """Days to keep papers; starred, tagged, noted and queued ones stay, and 0 keeps all."""

    full_text_from: tuple[str, ...] = field(
        default=("feed", "https://arxiv.org", "https://ar5iv.labs.arxiv.org"), metadata={"rule": TextSources()}
    )
    """Where full texts come from, the first that has one: the feed, or sites that have it under /html/ID; [] is off."""

    fetch_ahead: tuple[str, ...] = field(default=("is:starred",), metadata={"rule": QueryList()})
    """Queries, such as ["is:starred", "is:queued"]: full texts of their papers are fetched ahead; [] is off."""

    keep_texts_days: int = field(default=365, metadata={"rule": Number(0, 36_500)})
    """Days to keep a full text after it was last read; starred, tagged, noted and queued papers keep theirs, and 0
    keeps all."""

    pdf_folder: str = field(default="~/Papers", metadata={"rule": FilePath()})
    """Folder of fetched PDFs, which are named by the paper's id and title."""

    pdf_viewer: tuple[str, ...] = field(default=(), metadata={"rule": Command()})
    """Program that opens PDFs, such as ["zathura"]; it gets the file as its last argument. Empty is the system's."""

    order: str = field(default="day", metadata={"rule": Choice(("day", "upvotes", "published", "added", "title"))})
    """Order of the list: by day with the most upvoted first, or by one of the others alone."""

    read_when: str = field(default="opened", metadata={"rule": Choice(("opened", "passed", "manual"))})
    """When a paper counts as read: once opened, once the cursor has passed it, or only by the m key."""

    after_mark: str = field(default="stay", metadata={"rule": Choice(("stay", "next"))})
    """What the cursor does in the list once m, s or x has marked its paper: stay, or go to the next paper."""

    theme: str = field(default=AUTO, metadata={"rule": ThemeName((AUTO, *THEMES))})
    """Colours: dark, light, the terminal's own (ansi), or a theme of Textual; auto asks the terminal which. The
    environment variable TEXTUAL_THEME wins over it."""

    images: str = field(default="auto", metadata={"rule": Choice(("auto", "kitty", "sixel", "blocks", "off"))})
    """How pictures are drawn: the best that the terminal is known to have, and none over ssh (auto), or always so. They
    need the extra dailypapers[images]."""

    ascii: bool = field(default=False, metadata={"rule": Boolean()})
    """Draw ASCII characters instead of glyphs, for a font or a terminal that lacks them."""

    filter_width: int = field(default=26, metadata={"rule": Number(16, 60)})
    """Columns of the filter pane until it is resized; at least 34 in a terminal of 180 columns or more."""

    list_share: float = field(default=0.55, metadata={"rule": Number(0.2, 0.8)})
    """Share of the columns that the list gets until it is resized; the detail has the rest, up to 82 columns."""

    density: str = field(default="compact", metadata={"rule": Choice(("compact", "comfortable"))})
    """Lines of a paper in the list: one (compact), or a second with people and topics (comfortable)."""

    topics_file: str = field(default="", metadata={"rule": FilePath()})
    """File with your own topic rules; empty means topics.toml beside this file, if there is one."""

    citation_key: str = field(default="{author}{year}-{id}", metadata={"rule": KeyPattern()})
    """Pattern of the keys of exported entries: {author}, {year}, {title}, {words} (the title's first three), {id}."""

    log_level: str = field(default="warning", metadata={"rule": Choice(LOG_LEVELS)})
    """What the log file contains: unexpected errors; also failed fetches (warning); also each request (info)."""

    hidden_views: tuple[str, ...] = field(default=(), metadata={"rule": HiddenViews()})
    """Views of the reader's own that the filter pane does not list; their keys still show them."""

    on_star: str | tuple[str, ...] = field(default="", metadata={"rule": Hook()})
    """What runs on papers that you star: the name of one of your commands, or a program that gets JSON; "" is off."""

    on_new: str | tuple[str, ...] = field(default="", metadata={"rule": Hook()})
    """What runs on the new papers of each refresh: the name of one of your commands, or a program; "" is off."""
    key_preset: str = field(default="vim", metadata={"rule": Choice(PRESETS)})
    """Keys to begin with: the reader's own (vim), or more like newsboat, or without letters for moving (arrows)."""

    keys: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({}), metadata={"rule": KeyTable()}
    )
    """Keys by action id, in a table of its own: see the ids with "dailypapers keys"."""

    views: tuple[SavedView, ...] = field(default=(), metadata={"rule": Entries("views")})
    """Queries with a name, each in a table: the filter pane lists them in this order, and g1 to g9 show them."""

    exports: tuple[WatchedExport, ...] = field(default=(), metadata={"rule": Entries("exports")})
    """Files that are written anew after each change, each in a table; the format follows from the file's ending."""

    commands: tuple[UserCommand, ...] = field(default=(), metadata={"rule": Entries("commands")})
    """Programs of yours that read papers, each in a table: the | key and the command pipe run them."""


SETTING_TYPES: Mapping[str, SettingType] = MappingProxyType(
    {one.name: one.metadata["rule"] for one in fields(Settings)}
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in the settings; its `str` is the message to show."""

    file: str
    line: int
    """From 1; 0 if the mistake has no line, such as one in the environment."""
    key: str
    """Dotted; empty if no key could be read."""
    message: str
    suggestion: str | None = None
    """The nearest valid word or value, in the file's syntax."""

    def __str__(self) -> str:
        from reader.core.text import clean

        place = f"{self.file}:{self.line}" if self.line else self.file
        key, message, suggestion = (clean(text, _SHOWN) for text in (self.key, self.message, self.suggestion or ""))
        what = f"{key} {message}" if key else message
        meant = f" Did you mean {suggestion}?" if suggestion else ""
        return f"{place}: {what}.{meant}"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in effect, their mistakes, and their origins."""

    settings: Settings
    file: str
    mistakes: tuple[Mistake, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line by key, for the settings in the file; 0 for those of the environment."""

    def origin(self, key: str) -> str:
        """The origin of a setting's value: `default`, `FILE:LINE`, or the name of an environment variable."""
        line = self.lines.get(key)
        return "default" if line is None else f"{self.file}:{line}" if line else VARIABLES[key]


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> LoadedSettings:
    """Load the settings at `path` with the environment's overrides; a missing file is not a mistake.

    `keys` is not checked here; the keymap checks it against the existing actions and keys.
    """
    reading = _SettingsReader(str(path))
    text = reading.open(path)
    if text:
        reading.take(text)
    reading.override(os.environ if environment is None else environment)
    settings = replace(Settings(), **reading.values, keys=MappingProxyType(reading.keys))
    return LoadedSettings(settings, str(path), tuple(reading.mistakes), MappingProxyType(reading.lines))


class _SettingsReader:
    """Reads a settings file once, and collects the valid values and the mistakes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.keys: dict[str, tuple[str, ...]] = {}
        self.mistakes: list[Mistake] = []
        self.lines: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.unknown_tables: set[str] = set()
        self.tables = TableReader()

    def open(self, path: Path) -> str:
        """The file's text; empty if it is missing or unreadable."""
        try:
            data = read_start(path, MAX_FILE_SIZE + 1)
            if len(data) > MAX_FILE_SIZE:
                self._add_mistake(0, "", f"is larger than {MAX_FILE_SIZE // 1024} KiB and was not read")
                return ""
            return data.decode("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except UnicodeDecodeError as error:
            self._add_mistake(data.count(b"\n", 0, error.start) + 1, "", "is not UTF-8 text; the file was not read")
        except OSError as error:
            self._add_mistake(0, "", f"can't be read: {error.strerror}")
        return ""

    def take(self, text: str) -> None:
        """Read every statement, and collect its value or its mistake."""
        for found in read_statements(text):
            if isinstance(found, MalformedLine):
                self._add_mistake(found.line, "", f"{found.message}; this line was left out")
                continue
            name = ".".join(found.key)
            if found.value is None:
                self._header(found)
            elif self.tables.is_open:
                self.tables.take(found.value, found.line)
            elif name in self.seen:
                self._add_mistake(found.line, name, f"is set a second time; line {self.seen[name]} is used")
            else:
                self.seen[name] = found.line
                try:
                    self._set(found.key, found.value, found.line)
                except InvalidValue as unfit:
                    self._add_mistake(found.line, name, str(unfit), unfit.suggestion)
        self._end_table()
        self.values |= self.tables.found
        self.lines |= self.tables.lines
        if not self.mistakes:
            self._check_whole(text)

    def override(self, environment: Mapping[str, str]) -> None:
        """Override settings by environment variables."""
        for key, variable in VARIABLES.items():
            value = environment.get(variable)
            if not value:
                continue
            try:
                self.values[key] = SETTING_TYPES[key].check(value)
                self.lines[key] = 0
            except InvalidValue as unfit:
                self.mistakes.append(Mistake("environment", 0, variable, str(unfit), unfit.suggestion))

    def _header(self, header: Statement) -> None:
        self._end_table()
        name = header.key[0]
        if header.is_entry and len(header.key) == 1 and name in TABLES:
            self.tables.begin(name, header.line)
        elif name in TABLES:
            self.unknown_tables.add(name)
            self._add_mistake(header.line, name, "may stand several times, so needs two brackets", f"[[{name}]]")
        elif name != "keys":
            self.unknown_tables.add(name)
            self._add_mistake(header.line, name, "is not a table of the settings", nearest(name, ["keys", *TABLES]))

    def _end_table(self) -> None:
        for line, key, unfit in self.tables.end():
            self._add_mistake(line, key, str(unfit), unfit.suggestion)

    def _set(self, key: tuple[str, ...], value: object, line: int) -> None:
        if key[0] == "keys" and len(key) > 1:
            action = ".".join(key[1:])
            self.keys[action] = KeyTable().check_one(value)
            self.lines[f"keys.{action}"] = line
        elif len(key) == 1 and key[0] in SETTING_TYPES:
            self.values[key[0]] = SETTING_TYPES[key[0]].check(value)
            self.lines[key[0]] = line
        elif key[0] not in self.unknown_tables:
            raise InvalidValue("is not a setting", nearest(key[0], SETTING_TYPES))

    def _check_whole(self, text: str) -> None:
        """Find mistakes that concern the whole file; each of its statements was valid on its own."""
        import re

        try:
            parse_toml(text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"\(at line (\d+)", str(error))
            line = int(place[1]) if place else 0
            self._add_mistake(line, "", f"{str(error).partition(' (at ')[0]}; other programs will refuse this file")

    def _add_mistake(self, line: int, key: str, message: str, suggestion: str | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line, key, message, suggestion))


def topic_rules_file(settings: Settings, file: Path) -> Path:
    """The file of the user's topic rules, by the settings from `file`; it need not exist."""
    return file.parent / Path(settings.topics_file or "topics.toml").expanduser()


def load_topics(own: Path) -> Topics:
    """The bundled topic rules plus those of the user's file `own`, which may be missing; raises ReaderError."""
    from reader.data import shipped_topics

    try:
        data = read_start(own, MAX_RULES_SIZE + 1)
        if len(data) > MAX_RULES_SIZE:
            raise ReaderError(f"The topic rules {own} have more than {MAX_RULES_SIZE // 1024} KiB. Shorten the file.")
        texts = [data.decode().replace("\r\n", "\n")]
    except FileNotFoundError:
        texts = []
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ReaderError(f"The topic rules {own} can't be read: {reason}. Correct or move the file.") from error
    return shipped_topics(*texts)


def retention_start(settings: Settings, today: date) -> str | None:
    """The first day (ISO) whose papers are all kept; None if papers are never deleted."""
    from datetime import timedelta

    return (today - timedelta(days=settings.keep_days)).isoformat() if settings.keep_days else None


def text_retention_start(settings: Settings, today: date) -> str | None:
    """The first day (ISO) since which a full text must have been read to be kept; None if all are kept."""
    from datetime import timedelta

    days = settings.keep_texts_days
    return (today - timedelta(days=days)).isoformat() if days else None
