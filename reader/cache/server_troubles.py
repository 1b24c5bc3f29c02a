"""Why a PostgreSQL server can't be used, in words that say what to do and have nothing of the address's password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reader.core.text import clean

if TYPE_CHECKING:
    from psycopg import Error

SILENT = "timeout expired"
"""What libpq says, and so this program, of a server that does not answer in time."""

_AT_THE_DOOR = (
    ("password authentication failed", "it refuses the user or the password, which ~/.pgpass or PGPASSWORD has"),
    ("no password supplied", "it wants a password: put it into ~/.pgpass, or into PGPASSWORD"),
    ('database ".*" does not exist', "it has no such database: its owner can create one, or the address names another"),
    ('role ".*" does not exist', "it does not know the user, whom an address names as USER@HOST"),
    ("pg_hba.conf", "it does not let this user in from here, or only by TLS: ask who runs it, or add ?sslmode=require"),
    ("does not support SSL", "it has no TLS, which the address asks for by sslmode"),
    ("certificate", "this machine does not trust its certificate: sslrootcert= in the address names one"),
    ("SSL negotiation|expected authentication", "something else than PostgreSQL answers there: check the port"),
    ("too many", "too many programs use it right now"),
    ("starting up|shutting down", "it is starting or stopping"),
    ("resolve|translate host", "its host is not known: check the address, or the network"),
    (SILENT, "it says nothing: check the network, or whether it hangs"),
    ("refused|No such file", "nothing listens there: check that it runs, and the port"),
    ("closed the connection|could not (send|receive)|is lost|consuming input", "the connection has broken off"),
)
"""Signs of a failure that has no code, and what they mean."""

_BY_CODE = (
    ("25006", "it can only be read right now"),
    ("53100", "its disk is full"),
    ("53", "it has no room for more programs or marks right now"),
    ("55P03", "another machine writes there and does not come to an end"),
    ("57P0", "it is starting or stopping"),
)
"""Codes of PostgreSQL, or how they begin, and what they mean."""


def reason(error: Error) -> str:
    """Why the server can't be used, as the rest of a sentence."""
    import psycopg

    # What libpq says of an address has parts of it; what it says of a server has its name.
    said = clean(" ".join(str(error).split("\nLINE ")[0].split()), 300).rstrip(".?") or type(error).__name__
    code = error.sqlstate
    if code is None:
        known = (words for sign, words in _AT_THE_DOOR if re.search(sign, said))
        if isinstance(error, psycopg.OperationalError) and (found := next(known, None)):
            return found
        if not isinstance(error, psycopg.OperationalError) or "connection is bad" in said:
            return "its address is not understood; one is postgresql://HOST/DATABASE"
        return f"it does not answer ({said.rpartition(' failed: ')[2]})"
    if code == "42501":
        return f"its owner has not granted you that ({said})"
    if code.startswith(("22", "42")):
        return f"its tables are not those that this program makes ({said}), so it needs another database"
    return next((words for start, words in _BY_CODE if code.startswith(start)), said)
