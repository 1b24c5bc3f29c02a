"""Signs statements and verifies them, by PyNaCl: Ed25519."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from reader.core.errors import CacheError
from reader.core.foreign import read_json
from reader.core.group import LINE_BYTES

if TYPE_CHECKING:
    from types import ModuleType

NEEDS_EXTRA = "A group needs the extra group: install dailypapers[group]."

PURPOSE = b"dailypapers group statement 1\n"
"""Stands before what is signed, so that no other text can be taken for a statement."""

KEY_BYTES = 32

_SIGNATURE = re.compile(rb'\{"signature":"([0-9a-f]{128})"\}\n')
_SIGNATURE_BYTES = len(b'{"signature":""}\n') + 128


def _library() -> ModuleType:
    try:
        import nacl.signing
    except ImportError:
        raise CacheError(NEEDS_EXTRA) from None
    return nacl.signing


def check_library() -> None:
    """Raise CacheError without the extra."""
    _library()


def new_secret() -> str:
    """A new secret key, in hexadecimal digits; raises CacheError without the extra."""
    return bytes(_library().SigningKey.generate()).hex()


def public_key(secret: str) -> str:
    """The key that verifies what a secret key signs."""
    return bytes(_library().SigningKey(bytes.fromhex(secret)).verify_key).hex()


def sign(body: bytes, secret: str) -> bytes:
    """The lines with one more that signs them."""
    signature: str = _library().SigningKey(bytes.fromhex(secret)).sign(PURPOSE + body).signature.hex()
    return body + json.dumps({"signature": signature}, separators=(",", ":")).encode() + b"\n"


def verified(data: bytes) -> bytes:
    """The lines before the last one, which signs them by the key that the first one names.

    Raises ValueError with the reason if anything is missing, damaged or by somebody else.
    """
    library = _library()
    from nacl.exceptions import CryptoError

    body, last = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    found = _SIGNATURE.fullmatch(last)
    if found is None:
        raise ValueError("it is cut off")
    try:
        key = bytes.fromhex(read_json(body.partition(b"\n")[0], LINE_BYTES)["member"])
        library.VerifyKey(key).verify(PURPOSE + body, bytes.fromhex(found[1].decode()))
    except (CryptoError, ValueError, KeyError, TypeError):
        raise ValueError("its signature is wrong: somebody else has changed it, or it is damaged") from None
    return body
