"""Open the reader: prepare the cache, give the app the functions of higher layers, and finish work when it ends."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.paths import APP

if TYPE_CHECKING:
    from threading import ExceptHookArgs

    from reader.commands.workspace import Workspace
    from reader.refresh.lines import Job, Line, Tell
    from reader.ui.app import ReaderApp
    from reader.ui.first_frame import FirstFrame
    from reader.ui.shell.commands import Shell
    from reader.ui.terminal.process import ExitSupervisor


def has_driver() -> bool:
    """Whether the reader is not drawn in a terminal, but for example in a browser by `textual serve`."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def show_reader(workspace: Workspace, query: str, sample: Path | None = None, frame: FirstFrame | None = None) -> int:
    """Open the reader on the user's cache or the sample's."""
    from reader.ui.terminal.process import ExitSupervisor, exit_code, skip_final_collection, tune_process

    tune_process()
    import threading

    from reader import paths
    from reader.commands.output import print_failure, report_unexpected
    from reader.ui.app import SAMPLE, ReaderApp

    file = sample or workspace.cache_file
    cache_warnings = [] if sample else _prepare_cache(workspace, frame)
    threading.excepthook = _record_thread_error
    _draw_on_terminal()
    if frame is not None and not frame.is_shown:
        frame = None
    leaving = ExitSupervisor(frame)
    try:
        app = ReaderApp(
            workspace.settings,
            file,
            query=query,
            demo=sample is not None,
            state_file=paths.state_file(),
            run_job=partial(_run_job, workspace, sample),
            rules=lambda: workspace.topics,
            shell=partial(_shell, workspace, sample),
            leaving=leaving,
            first_frame=frame,
            settings_file=workspace.config_file,
            warnings=[*cache_warnings, *(str(mistake) for mistake in workspace.loaded_settings.mistakes)],
        )
        outcome = app.run()
    finally:
        leaving.retire()
        if frame is not None:
            frame.take_down()
    skip_final_collection()
    lost = app.last_place.keep()
    _finish_work(app, workspace, leaving)
    if lost:
        print_failure(" ".join(lost))
    if app.failure is not None and not leaving.is_terminal_gone:
        return report_unexpected("reader", app.failure)
    if outcome == SAMPLE and not sample and not leaving.signal:
        return show_sample(workspace, query)
    return exit_code(leaving.signal, lost) or app.return_code or 0


def _finish_work(app: ReaderApp, workspace: Workspace, leaving: ExitSupervisor) -> None:
    if app.has_exports_due and not leaving.signal:
        workspace.has_changed = True
        workspace.write_exports()
    for words in app.commands_due:
        from reader.commands.line.own_process import start_beyond

        # Do not wait for the command, because its folder may be on a slow network.
        start_beyond(words)


def _shell(workspace: Workspace, sample: Path | None) -> Shell:
    """The commands for the reader's command line; with the sample, they do not use the user's files."""
    from reader.commands.line.shell import ReaderShell
    from reader.commands.workspace import Workspace
    from reader.paths import HOME_VARIABLE

    if sample is None:
        return ReaderShell(workspace)
    return ReaderShell(Workspace(cache_file=sample), {HOME_VARIABLE: str(sample.parent)})


def _prepare_cache(workspace: Workspace, frame: FirstFrame | None) -> list[str]:
    from reader.core.errors import CacheDamaged
    from reader.paths import is_there, suspect_stamp

    file = workspace.cache_file
    try:
        is_good = is_there(file) and not suspect_stamp(file).exists() and not _has_lost_log(file)
        if is_good:
            _upgrade(file, frame)
    except CacheDamaged:
        is_good = False
    if is_good and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return []
    if frame is not None:
        # The messages below must appear on the normal screen.
        frame.take_down()
    from reader.commands.doctor import prepare_files

    return prepare_files(file)


def _upgrade(file: Path, frame: FirstFrame | None) -> None:
    """Upgrade an older cache, and show each step on the normal screen; a current cache needs no steps."""
    from reader.cache import schema
    from reader.commands.output import Progress

    def show(step: str) -> None:
        if frame is not None:
            frame.take_down()
        progress.show(step)

    with Progress() as progress:
        schema.ensure(file, show)


def _has_lost_log(cache: Path) -> bool:
    from reader.paths import is_there, log_database

    if is_there(log_database(cache)):
        return False
    from reader.log import copies

    return bool(copies.missing_log_reason(cache))


def _record_thread_error(failure: ExceptHookArgs) -> None:
    """Log an uncaught error in a thread, which Python would print over the reader's screen."""
    from reader import log_file

    log_file.record_thread_error(failure)


async def _run_job(workspace: Workspace, sample: Path | None, job: Job, *tell: Tell) -> Line:
    """Run a job in a separate process; with the sample, it does not use the user's files."""
    from reader.paths import HOME_VARIABLE
    from reader.refresh import jobs

    variables = {} if sample is None else {HOME_VARIABLE: str(sample.parent)}
    return await jobs.run_in_process(job, *tell, variables=variables)


def show_sample(workspace: Workspace, query: str, *, is_plain: bool = False) -> int:
    """Open the bundled sample in a temporary cache, in the reader or in plain mode."""
    from tempfile import TemporaryDirectory

    from reader.commands.workspace import Workspace, fill_with_sample
    from reader.paths import HOME_VARIABLE

    with TemporaryDirectory(prefix=f"{APP}-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(workspace, file)
        if not is_plain:
            return show_reader(workspace, query, file)
        from reader.commands.line.plain import converse

        return converse(Workspace(cache_file=file), query, {HOME_VARIABLE: folder})


def _draw_on_terminal() -> None:
    """Make Textual draw on standard output if standard error, on which it draws by default, is not a terminal."""
    if not has_driver() and (sys.__stderr__ is None or not sys.__stderr__.isatty()):
        setattr(sys, "__stderr__", sys.__stdout__)  # noqa: B010 (a constant for mypy)
