"""All mishaps, in the order of the table."""

from __future__ import annotations

from tests.rigs.mishaps import folders, groups, outputs, readers, servers

MISHAPS = (*folders.MISHAPS, *servers.MISHAPS, *groups.MISHAPS, *outputs.MISHAPS, *readers.MISHAPS)
