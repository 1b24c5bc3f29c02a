"""The password of the mail server: from the environment, or from the system's keyring."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from reader.access_token import MAIL_PASSWORD, lookup_environment
from reader.core.errors import ReaderError
from reader.core.text import clean
from reader.paths import APP

SERVICE = f"{APP} mail"
"""Under this name the keyring has it."""

_NO_KEYRING = f"This machine has no keyring: set {MAIL_PASSWORD} in its place."


SECONDS = 60.0
"""Seconds that the keyring may take: it may ask the user to unlock it."""


class NoPassword(ReaderError):
    """There is no password, or no keyring."""


def find_password(user: str, host: str) -> str:
    """The password of a user at a host; raises NoPassword."""
    if password := lookup_environment().get(MAIL_PASSWORD):
        return password
    advice = f"set {MAIL_PASSWORD}, or store it: '{APP} digest --store-password'"
    keyring = _keyring(f"No password is set. Set {MAIL_PASSWORD}, or install {APP}[mail], which asks the keyring.")
    found = _answer(keyring, lambda: keyring.get_password(SERVICE, f"{user}@{host}"), advice)
    if not isinstance(found, str) or not found:
        raise NoPassword(f"The keyring has no password of {user} at {host}: {advice}.")
    return found


def store_password(user: str, host: str, password: str) -> None:
    """Store the password in the keyring; raises NoPassword."""
    keyring = _keyring(f"The keyring needs the extra {APP}[mail].")
    _answer(keyring, lambda: keyring.set_password(SERVICE, f"{user}@{host}", password), f"set {MAIL_PASSWORD}")


def _answer(keyring: Any, ask: Callable[[], object], advice: str) -> object:
    """What the keyring answers; raises NoPassword, also if it asks somebody to unlock it who is not there."""
    answers: list[object] = []
    errors: list[Exception] = []

    def wait() -> None:
        try:
            answers.append(ask())
        # Any program may be behind it, with errors of its own.
        except Exception as error:
            errors.append(error)

    # A thread that nobody waits for: nothing else ends such a call.
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    thread.join(SECONDS)
    if errors and isinstance(errors[0], keyring.errors.NoKeyringError):
        raise NoPassword(_NO_KEYRING) from errors[0]
    if errors and isinstance(errors[0], keyring.errors.KeyringLocked):
        raise NoPassword(f"The keyring is locked: unlock it, or {advice}.") from errors[0]
    if errors:
        said = clean(str(errors[0]), 200).rstrip(".") or type(errors[0]).__name__
        raise NoPassword(f"The keyring did not answer ({said}): {advice}.") from errors[0]
    if not answers:
        raise NoPassword(f"The keyring did not answer in {SECONDS:g} s: unlock it, or {advice}.")
    return answers[0]


def _keyring(advice: str) -> Any:
    """The library, which is an extra; raises NoPassword with advice."""
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise NoPassword(advice) from error
    return keyring
