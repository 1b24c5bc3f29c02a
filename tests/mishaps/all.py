"""All mishaps, in the order of the table."""

from __future__ import annotations

from tests.mishaps import folders, servers

MISHAPS = (*folders.MISHAPS, *servers.MISHAPS)
