"""The context in which a command runs: settings, files and the cache, each loaded when first needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader import paths, settings_reader
from reader.commands.output import Progress, warn
from reader.core.errors import CacheError, NotFound, UsageError
from reader.core.nearest import advice
from reader.core.text import amount, brief
from reader.log import standing

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.reads.window import Window
    from reader.cache.search.selection import Selection
    from reader.cache.storing import Cache
    from reader.config import Settings
    from reader.core.paper import Paper
    from reader.core.query import Query
    from reader.core.topics.scorer import Topics
    from reader.keys.keymap import Keymap
    from reader.refresh.lines import Canvas, JobContext
    from reader.session.places import Place
    from reader.settings_reader import LoadedSettings, Mistake
    from reader.ui.kit.glyphs import Glyphs


class Workspace:
    """The context of one run; `cache_file` overrides the default cache, and `is_spoken` asks for words, not signs."""

    def __init__(self, cache_file: Path | None = None, *, is_spoken: bool = False) -> None:
        self._cache_file = cache_file
        self._is_spoken = is_spoken
        self.has_changed = False
        """Whether this run may have changed papers or marks."""

    @cached_property
    def cache_file(self) -> Path:
        return self._cache_file or paths.cache_file()

    @cached_property
    def config_file(self) -> Path:
        return paths.config_file()

    @cached_property
    def loaded_settings(self) -> LoadedSettings:
        return standing.load(self.config_file, self.cache_file)

    @cached_property
    def settings(self) -> Settings:
        return self.loaded_settings.settings

    @cached_property
    def glyphs(self) -> Glyphs:
        from reader.ui.kit.glyphs import WORDS, glyphs

        return WORDS if self._is_spoken else glyphs(self.settings.ascii)

    @cached_property
    def keymap(self) -> Keymap:
        from reader.keys.keymap import Keymap

        return Keymap.of(self.settings)

    def mistakes(self) -> list[Mistake]:
        """All mistakes in the settings, including the keys, sorted by line."""
        return mistakes_in(self.loaded_settings)

    @cached_property
    def topics(self) -> Topics:
        from reader.data import shipped_topics

        return shipped_topics()

    def ensure_cache(self) -> None:
        """Upgrade the cache to the current schema; create a missing cache, and restore its marks from the log.

        Restore a missing log, with a warning.
        """
        from reader.cache import schema

        log = paths.log_database(self.cache_file)
        if not paths.is_there(log):
            from reader.log import copies

            if fault := copies.missing_log_reason(self.cache_file):
                copies.ensure(self.cache_file)
                warn(f"The file of your marks was {fault}. {log} was made again from what is left.")
        with Progress() as progress:
            schema.ensure(self.cache_file, progress.show)

    def back_up(self) -> None:
        from reader.log import copies

        copies.keep_daily_copy(self.cache_file, datetime.now().astimezone().date())

    def write_exports(self) -> None:
        """Rewrite the watched exports if papers or marks changed; warn about failures."""
        if self.has_changed and self.settings.exports:
            from reader.refresh.standing import write_exports

            self.has_changed = False
            try:
                results = write_exports(self.cache_file, self.settings, self.config_file.parent)
            except CacheError as error:
                warn(str(error))
                return
            for problem in filter(None, (result.problem for result in results)):
                warn(problem)

    @property
    def job_context(self) -> JobContext:
        from reader.refresh.lines import JobContext

        if paths.is_there(self.cache_file) or paths.log_database(self.cache_file).exists():
            # Apply changes that the user made to the settings file.
            self.catch_up()
        return JobContext(self.cache_file, self.settings, lambda: self.topics, draw=_draw)

    @contextmanager
    def window(self) -> Iterator[Window]:
        """The cache, open for reading; a missing cache is created."""
        from reader.cache.reads.window import Window

        self.ensure_cache()
        window = Window.open(self.cache_file)
        with closing(window):
            if window.has_unfinished_marks():
                from reader.cache.marks.events import Events

                # Take over the marks that only the log has, unless the cache is read-only.
                with suppress(CacheError), closing(Events.open(self.cache_file)):
                    window.has_changed()
            yield window

    def catch_up(self) -> None:
        """Take over the marks that only the log has into the cache."""
        with self.window():
            pass

    @contextmanager
    def events(self) -> Iterator[Events]:
        """The log of the user's marks, open for writing."""
        from reader.cache.marks.events import Events

        self.ensure_cache()
        self.has_changed = True
        with closing(Events.open(self.cache_file)) as events:
            yield events
        self.back_up()

    @contextmanager
    def cache(self) -> Iterator[Cache]:
        """The cache, open for writing papers."""
        from reader.cache.storing import Cache

        self.ensure_cache()
        self.has_changed = True
        with closing(Cache.open(self.cache_file, self.topics)) as cache:
            yield cache
            cache.rest()
        self.back_up()


def mistakes_in(loaded: LoadedSettings) -> list[Mistake]:
    """All mistakes in settings, including the keys, sorted by line."""
    from reader.keys.keymap import Keymap

    keys = (
        settings_reader.Mistake(
            loaded.file,
            loaded.lines.get(f"keys.{mistake.action}", 0),
            f"keys.{mistake.action}",
            f"has a mistake: {mistake.problem}",
            mistake.suggestion,
        )
        for mistake in Keymap.of(loaded.settings).mistakes
    )
    return sorted([*loaded.mistakes, *keys], key=lambda mistake: mistake.line)


def parse_query(text: str, *, also: str = "") -> Query:
    """Parse a query, joined with the query `also` by AND; raises UsageError that points at the mistake."""
    from reader.core.query import QueryError, parse
    from reader.core.query.nodes import all_of

    try:
        query = parse(text)
    except QueryError as error:
        wrong = text[error.start : error.end][:60]
        place = f" at {wrong!r}" if wrong else ""
        meant = f" Did you mean {error.suggestion}?" if error.suggestion else ""
        raise UsageError(f"The query is wrong{place}: {str(error).rstrip('.')}.{meant}") from error
    if also:
        nodes = [node for node in (query.root, parse(also).root) if node is not None]
        query = replace(query, root=all_of(nodes))
    return query


def selection(window: Window, query: Query) -> Selection:
    """Compile a query for the cache; a query that is only `view:NAME` keeps the order of the view.

    For the order of For you, first learn what suits the user.

    Raises UsageError for an unknown topic, follow or view, NotFound for `like:` with a paper that the cache lacks.
    """
    from reader.cache.search.compile import Scope, compile_query
    from reader.session import visit
    from reader.session.places import selection_of

    views = saved_views(query)
    check_names(window, query)
    # The feed's days are in UTC. `is:new` selects papers that were added since the reader was last closed.
    today = datetime.now(UTC).date()
    if query.is_by_fit:
        find_all(window, query.like)
    scope = Scope(today, window.newest_day(), visit.load(paths.state_file()).visited, views)
    place = _view_alone(query, views)
    compiled = compile_query(query, scope) if place is None else selection_of(place, "day", scope)
    if not compiled.is_for_you:
        return compiled
    from reader.cache.choice import is_taught

    window.learn()
    # Before the first mark, the reader's view For you explains what to do, but a command lists papers.
    return compiled._replace(offer=None) if compiled.offer and not window.read(is_taught) else compiled


def _view_alone(query: Query, views: Iterable[tuple[str, str]]) -> Place | None:
    """The view as a `Place`, if the query is only `view:NAME`."""
    from reader.core.query import Term
    from reader.core.views import SPECIAL, VIEWS, View
    from reader.session.places import Place

    if not isinstance(query.root, Term) or query.root.field != "view" or query.sort is not None:
        return None
    name = query.root.value.casefold()
    saved = (View("", saved, text) for saved, text in views)
    # A saved view takes precedence over a built-in name.
    return next((Place(view) for view in (*saved, *VIEWS, *SPECIAL) if name in (view.id, view.name.casefold())), None)


def saved_views(query: Query) -> tuple[tuple[str, str], ...]:
    """The saved views as (name, query), if the query has a `view:` term; raises UsageError for an unknown view."""
    from reader.core.query.nodes import names_in

    wanted = list(names_in(query.root, "view"))
    if not wanted:
        return ()
    from reader.core.views import IDS, QUERIES

    views = standing.load(paths.config_file(), paths.cache_file()).settings.saved_queries
    known = {*QUERIES, *(name.casefold() for name, _ in views)}
    for name in wanted:
        if name.casefold() not in known:
            meant = advice(
                name, [*(view_name for view_name, _ in views), *IDS], "'dailypapers views list' prints yours."
            )
            raise UsageError(f"There is no view {name!r}. {meant}")
    return views


def find(window: Window, text: str) -> int:
    """The key of the paper with this id, in any form, or with this DOI; raises NotFound."""
    from reader.core.ids import doi_in, named_id
    from reader.core.query import FIELDS

    id = named_id(text)
    pk = window.pk_of(id or text.strip())
    if pk is None and id is None and (doi := doi_in(text)):
        pk = window.pk_of_doi(doi)
    if pk is None:
        field, _, value = text.removeprefix("-").partition(":")
        if id:
            hint = f"'dailypapers add {id}' fetches it."
        elif field.lower() in FIELDS and value.strip():
            hint = "That is a query, not an id; commands for several papers take a query with --query."
        else:
            hint = "An arXiv id looks like 1706.03762."
        raise NotFound(f"{brief(text)!r} is not in the cache. {hint}")
    return pk


def find_all(window: Window, texts: Sequence[str]) -> list[int]:
    """The keys of the papers with these ids; raises NotFound for the first missing paper."""
    return [find(window, text) for text in texts]


def load_paper(workspace: Workspace, id: str) -> tuple[Paper, int]:
    """Open the cache and read a paper by id or address; return it with its key. Raises NotFound."""
    with workspace.window() as window:
        return read_paper(window, id)


def read_paper(window: Window, id: str) -> tuple[Paper, int]:
    """Read a paper by id or address; return it with its key. Raises NotFound."""
    pk = find(window, id)
    paper = window.paper(pk)
    if paper is None:
        raise NotFound(f"{brief(id)!r} has just been removed from the cache.")
    return paper, pk


def warn_of_mistakes(workspace: Workspace) -> None:
    """Warn if the settings have mistakes."""
    if mistakes := workspace.mistakes():
        warn(f"{amount(len(mistakes), 'mistake')} in the settings: 'dailypapers config check' lists them.")


def fill_with_sample(workspace: Workspace, file: Path) -> None:
    """Create a cache with the bundled sample papers."""
    from io import BytesIO

    from reader.cache.storing import Cache
    from reader.data import read_text
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    with closing(Cache.open(file, workspace.topics)) as cache:
        listings = read_papers(BytesIO(read_text("sample.json").encode()), now.date())
        for _ in cache.store_all(listings, now.isoformat(timespec="seconds")):
            pass


def check_names(window: Window, query: Query) -> None:
    """Raise UsageError for the first unknown topic or follow in a query; an empty cache accepts any topic."""
    from reader.core.query.nodes import names_in

    if wanted := list(names_in(query.root, "topic")):
        known = window.topic_names()
        _check_each(wanted if known else (), known, "There is no topic {}.", "'dailypapers list --topics' lists them.")
    if wanted := list(names_in(query.root, "follow")):
        from reader.cache.standing import follows
        from reader.core.follows import name_slug

        followed = [name for follow in window.read(follows) for name in (follow.slug, f"{follow.field}:{follow.slug}")]
        otherwise = "'dailypapers views list --then follow' prints what you follow."
        _check_each(map(name_slug, wanted), followed, "Nothing named {} is followed.", otherwise)


def _check_each(names: Iterable[str], known: Iterable[str], message: str, otherwise: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise UsageError(f"{message.format(repr(brief(name)))} {advice(name, known, otherwise)}")


def _draw(data: bytes, canvas: Canvas) -> dict[str, Any]:
    from reader.ui.picture_drawing import draw_values

    return draw_values(data, canvas)
