"""The extensions of other packages, which are found by their entry points and imported when they are needed.

An extension is an object of the class `reader.api.Extension`, to which an entry point of the group
`dailypapers.extensions` refers. An extension that raises an exception is switched off for the rest of the run; the log
and `dailypapers doctor` name it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

GROUP = "dailypapers.extensions"
"""The group of the entry points of extensions."""


class Entry(NamedTuple):
    """An entry point of an extension."""

    name: str
    target: str
    """The module and the name of the extension in it, such as `shout:EXTENSION`."""
    package: str
    """The name and the version of the package."""


_loaded: dict[str, Any] = {}
"""The imported extensions by target."""

switched_off: dict[Entry, str] = {}
"""The extensions that failed in this run, each with the reason."""


def forget() -> None:
    """Forget all extensions, so that they are looked up again; for tests."""
    _loaded.clear()
    switched_off.clear()
    others.cache_clear()


@cache
def others() -> Mapping[str, Entry]:
    """The entry points of other packages by name; if two have the same name, the first is used."""
    if not _is_any_installed():
        return {}
    from importlib.metadata import entry_points

    entries: dict[str, Entry] = {}
    try:
        points = entry_points(group=GROUP)
    except Exception as error:
        # The metadata of some package is unreadable.
        from reader import log_file

        log_file.record_error("the entry points of extensions", error)
        return {}
    for point in points:
        package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "a package"
        # Releases before 0.3.0 registered their own commands in this way.
        if not package.startswith("dailypapers "):
            entries.setdefault(point.name, Entry(point.name, point.value, package))
    return entries


def _is_any_installed() -> bool:
    """Whether any package has extensions; this takes 3 ms, importing `importlib.metadata` takes 30 ms."""
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
    extension = getattr(import_module(module), name)
    if not hasattr(extension, "commands"):
        raise TypeError("its entry point does not lead to an Extension of reader.api")
    return extension


def extensions() -> Iterator[tuple[Entry, Any]]:
    """All extensions that work, each with its entry point."""
    for entry in {entry_point.target: entry_point for entry_point in others().values()}.values():
        if (extension := _load(entry)) is not None:
            yield entry, extension


def command(name: str) -> Any:
    """The command with this name from an extension; None if no extension has it, or the extension failed."""
    entry = others().get(name)
    extension = _load(entry) if entry is not None else None
    return next(
        (candidate for candidate in getattr(extension, "commands", ()) if getattr(candidate, "name", "") == name), None
    )


def switch_off(entry: Entry, why: str) -> None:
    """Stop using an extension in this run, and log the reason."""
    from reader import log_file

    switched_off[entry] = why
    log_file.record_warning(f"the extension {entry.name}", f"switched off: {why}")


def ask(entry: Entry, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of an extension, and switch the extension off if it raises; return None if it is off."""
    if entry in switched_off:
        return None
    try:
        return function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # This includes SystemExit, because an extension must not end the program.
        from reader import log_file

        log_file.record_error(f"the extension {entry.name}", error)
        switch_off(entry, f"it failed: {log_file.summarize_error(error)}")
    return None


# Extras of this package


def needs_extra(subject: str, extra: str) -> str:
    """A sentence that begins with `subject`, such as "This needs", and ends with the command that installs the extra.

    The command uses the tool and the folder from which this copy of the program was installed.
    """
    receipt_text, command = "", f"{quote(sys.executable)} -m pip install"
    for receipt, installer in (("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx install --force")):
        with suppress(OSError):
            receipt_text, command = (Path(sys.prefix) / receipt).read_text("utf-8"), installer
    # Name the installed extras again, because both tools remove extras that are not named.
    known = " ".join(re.findall(r"(?:extras = |\w)\[([^]]*)\]", receipt_text))
    extras = ",".join(sorted({*re.findall(r"\w+", known), extra}))
    return f'{subject} the extra {extra}, which "{command} {_requirement(extras)}" installs.'


def _requirement(extras: str) -> str:
    """The program with these extras, for an installer: from the folder that it was installed from, else by its name."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote, urlsplit

    with suppress(PackageNotFoundError, ValueError, KeyError):
        origin = json.loads(distribution("dailypapers").read_text("direct_url.json") or "{}")
        folder = unquote(urlsplit(origin["url"]).path)
        if "dir_info" in origin and Path(folder).is_dir():
            return ("-e " if origin["dir_info"].get("editable") else "") + quote(f"{folder}[{extras}]")
    return quote(f"dailypapers[{extras}]")
