from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.whole import invented, replay


@pytest.mark.long
async def test_each_paper_that_a_source_has_is_in_the_cache(tmp_path: Path) -> None:
    rows = await replay(invented(14, 1), tmp_path, 1)
    assert [row for row in rows if not row.is_good] == []
