from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.whole import invented, replay
from tests.tiers import rest_at_night


@pytest.mark.long
@pytest.mark.parametrize("seed", rest_at_night(range(1, 11), 1))
async def test_each_paper_that_a_source_has_is_in_the_cache(tmp_path: Path, seed: int) -> None:
    rows = await replay(invented(14, seed), tmp_path, seed)
    assert [row for row in rows if not row.is_good] == []
