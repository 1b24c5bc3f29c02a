"""The settings with their types, defaults and documentation, and the values that are derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader.core.settings.standing import FOLLOW, MUTE, NOTIFY, RUN, SHOW, WRITE, StandingQuery
from reader.core.settings.types import (
    BOOLEAN,
    COMMAND,
    COMMANDS,
    DIGEST,
    FILE_PATH,
    KEY_PATTERN,
    KEY_TABLE,
    QUERY_LIST,
    SERVER_ADDRESS,
    TEXT_SOURCES,
    DigestMail,
    SettingType,
    UserCommand,
    number,
    one_of,
    setting,
    setting_types,
)
from reader.platform import AUTO, THEMES

if TYPE_CHECKING:
    from datetime import date


ENDPOINT_VARIABLE = "HF_ENDPOINT"
THEME_VARIABLE = "TEXTUAL_THEME"

VARIABLES: Mapping[str, str] = MappingProxyType({"endpoint": ENDPOINT_VARIABLE, "theme": THEME_VARIABLE})
"""For each setting that an environment variable overrides, the name of the variable."""

PRESETS = ("vim", "newsboat", "arrows")
"""The names of the tables of keys in `reader.keys.actions`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings; the docstring of each field is its documentation in the manual and in a new file."""

    endpoint: str = setting(SERVER_ADDRESS, "https://huggingface.co")
    """Address of the feed. The environment variable HF_ENDPOINT wins over it."""

    refresh_minutes: int = setting(number(0, 1440), 30)
    """Minutes between two refreshes while the reader is open; 0 leaves refreshing to the r key."""

    ask_arxiv: bool = setting(BOOLEAN, True)
    """Ask arXiv for categories of the feed's papers, one request a day, for versions and venues of opened papers, and
    for marked papers that are missing here."""

    allow_local_feeds: bool = setting(BOOLEAN, False)
    """Allow followed feeds, and their redirects, to be on this machine or its network; the endpoint always may."""

    keep_days: int = setting(number(0, 36_500), 0)
    """Days to keep papers; starred, tagged, noted and queued papers stay, and 0 keeps all papers."""

    full_text_from: tuple[str, ...] = setting(
        TEXT_SOURCES, ("https://arxiv.org", "https://ar5iv.labs.arxiv.org", "pdf")
    )
    """Sources of full texts: the first with a whole text, or else the one that holds most. Sites that have a text under
    /html/ID, or the paper's PDF, which needs the extra dailypapers[pdf]; [] is off."""

    fetch_ahead: tuple[str, ...] = setting(QUERY_LIST, ("is:starred",))
    """Queries, such as ["is:starred", "is:queued"]: full texts of their papers are fetched ahead; [] is off."""

    keep_texts_days: int = setting(number(0, 36_500), 365)
    """Days to keep a full text after it was last read; starred, tagged, noted and queued papers keep theirs, and 0
    keeps all."""

    pdf_folder: str = setting(FILE_PATH, "~/Papers")
    """Folder of fetched PDFs, which are named by the paper's id and title."""

    pdf_viewer: tuple[str, ...] = setting(COMMAND, ())
    """Program that opens PDFs, such as ["zathura"]; it gets the file as its last argument. Empty for the system's."""

    order: str = setting(one_of(("day", "upvotes", "published", "added", "title")), "day")
    """Order of the list: by day, with the most upvoted papers of a day first, or only by one of the others."""

    read_when: str = setting(one_of(("opened", "manual")), "opened")
    """When a paper counts as read: once opened, or only by the m key."""

    note_reading: bool = setting(BOOLEAN, True)
    """Record which papers you open, for recommendations."""

    theme: str = setting(one_of((AUTO, *THEMES)), AUTO)
    """Colours: dark, light, the terminal's own (ansi), or a theme of Textual; auto asks the terminal which. The
    environment variable TEXTUAL_THEME wins over it."""

    images: str = setting(one_of(("auto", "kitty", "sixel", "blocks", "off")), "auto")
    """How pictures are drawn. With auto, the best way that the terminal is known to support, and no pictures over ssh.
    Pictures need the extra dailypapers[images]."""

    ascii: bool = setting(BOOLEAN, False)
    """Draw ASCII characters instead of signs that a font or terminal lacks. The Linux console (TERM=linux) always gets
    ASCII, unless this is set to false."""

    sync: str = setting(FILE_PATH, "")
    """Folder that your machines share, such as "~/Sync/papers": the reader joins their marks through it when it
    starts, in quiet minutes and when it ends. Or postgresql://HOST/DATABASE: marks then come at once. Empty is off."""

    citation_key: str = setting(KEY_PATTERN, "{author}{year}-{id}")
    """Pattern of the keys of exported entries: {author}, {year}, {title}, {words} (the title's first three), {id}."""

    key_preset: str = setting(one_of(PRESETS), "vim")
    """Keys to start from: the default keys (vim), the keys of newsboat, or no letters for moving (arrows)."""

    keys: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({}), metadata={"rule": KEY_TABLE}
    )
    """Keys by action id, in a table of its own: see the ids with "dailypapers config keys"."""

    digest: DigestMail = setting(DIGEST, DigestMail())
    """Where the digest of new papers goes: "dailypapers help feeds" says more."""

    commands: tuple[UserCommand, ...] = setting(COMMANDS, ())
    """Programs of yours that read papers, each in a table: the | key and the command pipe run them."""

    lists: tuple[StandingQuery, ...] = ()
    """The standing queries that take effect on this machine; they are in the log, not in the file."""

    def _of(self, word: str) -> tuple[StandingQuery, ...]:
        return tuple(query for query in self.lists if word in query.then)

    @property
    def views(self) -> tuple[StandingQuery, ...]:
        """Queries with a name: the filter pane lists them in this order, and g1 to g9 show them."""
        return self._of(SHOW)

    @property
    def saved_queries(self) -> tuple[tuple[str, str], ...]:
        """The saved views as (name, query), for terms that name them."""
        return tuple((view.name, view.query) for view in self.views)

    @property
    def rules(self) -> tuple[StandingQuery, ...]:
        """Rules that mark new papers; if two rules contradict each other, the first wins."""
        return tuple(query for query in self.lists if query.marks)

    @property
    def mute(self) -> tuple[str, ...]:
        """Queries whose papers appear only in the view Muted, unless the user marks them."""
        return tuple(dict.fromkeys(query.query for query in self._of(MUTE)))

    @property
    def notify(self) -> tuple[str, ...]:
        """Queries whose new papers cause a notification, one for each paper."""
        return tuple(dict.fromkeys(query.query for query in self._of(NOTIFY) if FOLLOW not in query.then))

    @property
    def programs(self) -> tuple[StandingQuery, ...]:
        """Standing queries that run a program on their new papers, or on papers that the user stars."""
        return self._of(RUN)

    @property
    def exports(self) -> tuple[StandingQuery, ...]:
        """Standing queries whose papers are written to a file after each change."""
        return self._of(WRITE)


SETTING_TYPES: Mapping[str, SettingType] = MappingProxyType(setting_types(Settings))
"""The type of each setting in the file."""


def setting_docs(kind: type = Settings) -> dict[str, str]:
    """The docstring of each setting in a dataclass, read from its source."""
    import ast
    import inspect

    docs: dict[str, str] = {}
    name = ""
    (declared,) = ast.parse(inspect.getsource(kind)).body
    for node in declared.body if isinstance(declared, ast.ClassDef) else ():
        match node:
            case ast.AnnAssign(target=ast.Name(id=declared_name)):
                name = declared_name if declared_name in setting_types(kind) else ""
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                docs[name] = " ".join(text.split())
    return docs


def retention_start(settings: Settings, today: date) -> str | None:
    """The first day (ISO) whose papers are all kept; None if papers are never deleted."""
    return _days_ago(settings.keep_days, today)


def text_retention_start(settings: Settings, today: date) -> str | None:
    """Full texts that were last read before this day (ISO) are deleted; None if full texts are never deleted."""
    return _days_ago(settings.keep_texts_days, today)


def _days_ago(days: int, today: date) -> str | None:
    from datetime import timedelta

    return (today - timedelta(days=days)).isoformat() if days else None
