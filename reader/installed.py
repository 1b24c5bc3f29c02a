"""The extensions of other packages, found by their entry points and imported when they are needed.

An extension is a value (`Extension` in `reader.api`) to which an entry point of the group `dailypapers.extensions`
leads. One that raises is not used any more in this run, and named in the log and by `dailypapers doctor`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any, Generic, NamedTuple, TypeVar

GROUP = "dailypapers.extensions"
"""The group of the entry points."""


class Entry(NamedTuple):
    """An entry point."""

    name: str
    target: str
    """The module and the name of the value in it: `wonder:EXTENSION`."""
    package: str
    """Name and version of the package that has it."""


_loaded: dict[str, Any] = {}
"""The imported extensions by target."""

switched_off: dict[Entry, str] = {}
"""The extensions that failed in this run, each with the reason."""


def forget() -> None:
    """Look the extensions up anew, as in a new run."""
    _loaded.clear()
    switched_off.clear()
    others.cache_clear()


@cache
def others() -> Mapping[str, Entry]:
    """The entry points by name; of two with the same name, the first."""
    if not _is_any_installed():
        return {}
    from importlib.metadata import entry_points

    found: dict[str, Entry] = {}
    try:
        points = entry_points(group=GROUP)
    except Exception as error:
        # A package's metadata there is unreadable.
        from reader import log_file

        log_file.record_error("the entry points of extensions", error)
        return {}
    for one in points:
        package = f"{one.dist.name} {one.dist.version}" if one.dist is not None else "a package"
        # Releases before 0.3.0 registered their own commands in this way.
        if not package.startswith("dailypapers "):
            found.setdefault(one.name, Entry(one.name, one.value, package))
    return found


def _is_any_installed() -> bool:
    """Whether any package names the group: importing `importlib.metadata` takes 30 ms, this takes 3."""
    header = f"[{GROUP}]".encode()
    for folder in dict.fromkeys(sys.path):
        for file in Path(folder or ".").glob("*-info/entry_points.txt"):
            with suppress(OSError):
                if not file.parent.name.startswith("dailypapers-") and header in file.read_bytes():
                    return True
    return False


def _load(entry: Entry) -> Any:
    """The extension of an entry point; None if it failed."""
    if entry.target not in _loaded:
        _loaded[entry.target] = ask(entry, _import, entry.target)
    return None if entry in switched_off else _loaded[entry.target]


def _import(target: str) -> Any:
    from importlib import import_module

    module, _, name = target.partition(":")
    found = getattr(import_module(module), name)
    if not hasattr(found, "commands"):
        raise TypeError("its entry point does not lead to an Extension of reader.api")
    return found


T = TypeVar("T")


class ExtensionItem(NamedTuple, Generic[T]):
    """Something that an extension gives."""

    entry: Entry
    value: T


def extension_items(kind: str, of: type[T]) -> Iterator[ExtensionItem[T]]:
    """All that extensions give of a kind; one whose values are not `of` the class is switched off."""
    for entry in {one.target: one for one in others().values()}.values():
        values = getattr(_load(entry), kind, ())
        if isinstance(values, tuple) and all(isinstance(value, of) for value in values):
            yield from (ExtensionItem(entry, value) for value in values)
        else:
            switch_off(entry, f"its {kind} are not a tuple of {of.__name__}")


def command(name: str) -> Any:
    """The command of an extension; None if no extension has one of this name, or it failed."""
    entry = others().get(name)
    extension = _load(entry) if entry is not None else None
    return next((one for one in getattr(extension, "commands", ()) if getattr(one, "name", "") == name), None)


def switch_off(entry: Entry, why: str) -> None:
    """Use nothing of an extension in this run, and say why in the log."""
    from reader import log_file

    switched_off[entry] = why
    log_file.record_warning(f"the extension {entry.name}", f"switched off: {why}")


def ask(entry: Entry, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of an extension, which is switched off if it raises; None then, or if it was off already."""
    if entry in switched_off:
        return None
    try:
        return function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # Even SystemExit: an extension must not end the program.
        from reader import log_file

        log_file.record_error(f"the extension {entry.name}", error)
        switch_off(entry, f"it failed: {log_file.summarize_error(error)}")
    return None


# Extras of the program itself


def needs_extra(what: str, extra: str) -> str:
    """A sentence: what needs an extra, and the command that installs it the way this copy of the program was."""
    had, command = "", f"{quote(sys.executable)} -m pip install"
    for receipt, installer in (("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx install --force")):
        with suppress(OSError):
            had, command = (Path(sys.prefix) / receipt).read_text("utf-8"), installer
    # Both drop extras that are not named again.
    known = " ".join(re.findall(r"(?:extras = |dailypapers)\[([^]]*)\]", had))
    extras = ",".join(sorted({*re.findall(r"\w+", known), extra}))
    return f"{what} the extra {extra}: \"{command} 'dailypapers[{extras}]'\" installs it."
