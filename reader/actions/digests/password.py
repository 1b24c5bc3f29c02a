"""The password of the mail server: from the environment, or from the system's keyring."""

from __future__ import annotations

from typing import Any

from reader.access_token import MAIL_PASSWORD, lookup_environment
from reader.core.errors import ReaderError
from reader.paths import APP

SERVICE = f"{APP} mail"
"""Under this name the keyring has it."""

_NO_KEYRING = f"This machine has no keyring: set {MAIL_PASSWORD} in its place."


class NoPassword(ReaderError):
    """There is no password, or no keyring."""


def find_password(user: str, host: str) -> str:
    """The password of a user at a host; raises NoPassword."""
    if password := lookup_environment().get(MAIL_PASSWORD):
        return password
    advice = f"set {MAIL_PASSWORD}, or store it: '{APP} digest --store-password'"
    keyring = _keyring(f"No password is set. Set {MAIL_PASSWORD}, or install {APP}[mail], which asks the keyring.")
    try:
        found: str | None = keyring.get_password(SERVICE, f"{user}@{host}")
    except keyring.errors.NoKeyringError as error:
        raise NoPassword(_NO_KEYRING) from error
    except keyring.errors.KeyringError as error:
        raise NoPassword(f"The keyring did not answer ({error}): {advice}.") from error
    if not found:
        raise NoPassword(f"The keyring has no password of {user} at {host}: {advice}.")
    return found


def store_password(user: str, host: str, password: str) -> None:
    """Store the password in the keyring; raises NoPassword."""
    keyring = _keyring(f"The keyring needs the extra {APP}[mail].")
    try:
        keyring.set_password(SERVICE, f"{user}@{host}", password)
    except keyring.errors.NoKeyringError as error:
        raise NoPassword(_NO_KEYRING) from error
    except keyring.errors.KeyringError as error:
        raise NoPassword(f"The keyring did not take it ({error}): set {MAIL_PASSWORD}.") from error


def _keyring(advice: str) -> Any:
    """The library, which is an extra; raises NoPassword with advice."""
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise NoPassword(advice) from error
    return keyring
