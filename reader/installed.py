"""The installed extensions and their contributions, imported on demand.

An extension is a value (`Extension` in `reader.api`) to which an entry point of the group `dailypapers.extensions`
leads. A command is found by the name of its entry point; for anything else, the extensions that may provide it are
imported.

Extensions of other packages are not trusted to work. One that raises or uses an existing name is switched off for this
run and reported in the log and by `dailypapers doctor`.
Extensions that ship with the program fail like the program itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from shlex import quote
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar, overload

GROUP = "dailypapers.extensions"
"""The group of the entry points."""


def needs_extra(what: str, extra: str) -> str:
    """A sentence: what needs an extra, and the command that installs it the way this copy of the program was."""
    had, command = "", f"{quote(sys.executable)} -m pip install"
    for receipt, installer in (("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx install --force")):
        with suppress(OSError):
            had, command = (Path(sys.prefix) / receipt).read_text("utf-8"), installer
    # Both drop extras that are not named again.
    known = [
        word for names in re.findall(r"(?:extras = |dailypapers)\[([^]]*)\]", had) for word in _WORD.findall(names)
    ]
    extras = ",".join(sorted({*known, extra}))
    return f"{what} the extra {extra}: \"{command} 'dailypapers[{extras}]'\" installs it."


_WORD = re.compile(r"\w+")


class Entry(NamedTuple):
    """An entry point."""

    name: str
    target: str
    """The module and the name of the value in it: `wonder:EXTENSION`."""
    kinds: frozenset[str] | None = None
    """The fields of `Extension` that are not empty, but for commands; None if that is unknown before it is imported."""
    package: str = ""
    """Name and version of the package that has it; empty for our own."""


def _own(extension: str, commands: str, kinds: str = "") -> dict[str, Entry]:
    target = f"reader.extensions.{extension}:EXTENSION"
    return {name: Entry(name, target, frozenset(kinds.split())) for name in commands.split()}


OWN: Mapping[str, Entry] = MappingProxyType(
    {
        **_own("digest", "digest", "findings"),
        **_own("sync", "sync", "findings"),
        **_own("mcp", "mcp"),
    }
)
"""Our own entry points, as in `pyproject.toml`: a start looks nothing up, and a checkout is not installed."""


class Off(NamedTuple):
    """An extension that was switched off."""

    name: str
    package: str
    why: str


class _State:
    """The state of this run; tests start with a new one."""

    def __init__(self) -> None:
        self.loaded: dict[str, Any] = {}
        """By target."""
        self.off: dict[str, Off] = {}
        """By target."""


_state = _State()


def forget() -> None:
    """Reset the state, as for a new run."""
    global _state  # noqa: PLW0603
    _state = _State()
    others.cache_clear()


@cache
def others() -> Mapping[str, Entry]:
    """The entry points of other packages, by name."""
    if not _is_any_installed():
        return {}
    from importlib.metadata import entry_points

    try:
        points = entry_points(group=GROUP)
    except Exception as error:
        # A package's metadata there is unreadable.
        from reader import log_file

        log_file.record_error("the entry points of extensions", error)
        return {}
    found: dict[str, Entry] = {}
    for one in points:
        if one.dist is not None and one.dist.name == "dailypapers":
            # The installed metadata may be of another version than this checkout; OWN says what it has.
            continue
        package = f"{one.dist.name} {one.dist.version}" if one.dist is not None else "a package"
        entry = Entry(one.name, one.value, package=package)
        if one.name in found or one.name in OWN or _is_ours(one.name):
            taken_by = found[one.name].package if one.name in found else "dailypapers"
            switch_off(entry, f"{taken_by} also has the name {one.name}")
        else:
            found[one.name] = entry
    return {name: entry for name, entry in found.items() if entry.target not in _state.off}


def _is_ours(name: str) -> bool:
    """Whether a command of ours has this name; each has a module, but for one whose name Python keeps for itself."""
    return name == "import" or (Path(__file__).parent / "commands" / f"{name}.py").exists()


def _is_any_installed() -> bool:
    """Whether any package names the group: importing `importlib.metadata` takes 30 ms, this takes 3."""
    header = f"[{GROUP}]".encode()
    for folder in dict.fromkeys(sys.path):
        for file in Path(folder or ".").glob("*-info/entry_points.txt"):
            # Our own are known, including those of another checkout.
            with suppress(OSError):
                if not file.parent.name.startswith("dailypapers-") and header in file.read_bytes():
                    return True
    return False


def find(name: str) -> Entry | None:
    """The entry point of a name; ours win."""
    return OWN.get(name) or others().get(name)


def load(entry: Entry) -> Any:
    """The extension of an entry point, imported; None if it is or was switched off."""
    if entry.target in _state.off:
        return None
    if entry.target not in _state.loaded:
        found = ask(entry, _import, entry.target)
        if found is not None and not hasattr(found, "commands"):
            switch_off(entry, "its entry point does not lead to an Extension of reader.api")
            found = None
        _state.loaded[entry.target] = found
    return _state.loaded[entry.target]


def _import(target: str) -> Any:
    from importlib import import_module

    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


T = TypeVar("T")


class Given(NamedTuple, Generic[T]):
    """Something that an extension gives."""

    entry: Entry
    value: T


@overload
def given(kind: str) -> Iterator[Given[Any]]: ...
@overload
def given(kind: str, of: type[T]) -> Iterator[Given[T]]: ...
def given(kind: str, of: type = object) -> Iterator[Given[Any]]:
    """All that extensions give of a kind, ours first; one whose values are not `of` the class is switched off."""
    seen: set[str] = set()
    for entry in (*OWN.values(), *others().values()):
        if entry.target in seen or (entry.kinds is not None and kind not in entry.kinds):
            continue
        seen.add(entry.target)
        values = getattr(load(entry), kind, ())
        if isinstance(values, tuple) and all(isinstance(value, of) for value in values):
            yield from (Given(entry, value) for value in values)
        else:
            switch_off(entry, f"its {kind} are not a tuple of {of.__name__}")


def command(name: str) -> Any:
    """The command of an extension; None if no extension has one of this name, or it was switched off."""
    entry = find(name)
    extension = load(entry) if entry is not None else None
    return next((one for one in getattr(extension, "commands", ()) if getattr(one, "name", "") == name), None)


def switch_off(entry: Entry, why: str) -> None:
    """Use nothing of an extension in this run, and say why in the log."""
    from reader import log_file

    _state.off[entry.target] = Off(entry.name, entry.package, why)
    log_file.record_warning(f"the extension {entry.name}", f"switched off: {why}")


def switched_off() -> tuple[Off, ...]:
    """The extensions that were switched off so far."""
    return tuple(_state.off.values())


def why_off(entry: Entry) -> str:
    """Why an extension was switched off; empty if it was not."""
    return _state.off[entry.target].why if entry.target in _state.off else ""


def ask(entry: Entry, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of an extension; one of another package that raises is switched off.

    In that case, or if it was already switched off, this returns None.
    """
    if not entry.package:
        return function(*arguments)
    if entry.target in _state.off:
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
