"""Rules and muted words in the reader: what they did is told, shown on the paper, and undone by one key."""

from __future__ import annotations

from pathlib import Path

from reader.core.settings.tables import Rule
from reader.ui.refresh.sync import CacheWatch
from tests.feed_server import FeedServer, item
from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.driver import settings

TODAY = "2026-05-12"
BEFORE = {TODAY: (papers.draft(1, "Nothing"), papers.draft(2, "A Survey of Surveys"))}
NEW = [item("2605.20001", "A Robot", TODAY), item("2605.20002", "Agents", TODAY)]
RULES = (Rule("Robots", "title:robot", ("hide", "tag:arms")), Rule("Agents", "agents", ("star", "highlight")))


async def test_rules_act_as_papers_come_in_and_say_so(reader: Opener, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")
    with FeedServer({TODAY: NEW}) as feed:
        chosen = settings(endpoint=feed.url, days_at_start=1, rules=RULES)
        async with reader(papers=BEFORE, settings=chosen, settings_file=file, size=(140, 42)) as r:
            await r.begin("r")
            acted = "2 new · by your rules: 1 hidden, 1 tagged arms, 1 starred, 1 highlighted · u undoes"
            await r.until(lambda: acted in r.screen)
            await r.until(lambda: len(r.ids) == 3)
            await r.until(lambda: "✦" in r.screen)
            await r.search("is:hidden")
            await r.press("enter")
            await r.until(lambda: r.here.title == "A Robot" and "A Robot" in r.text(r.main.detail))
            await r.do("read.why")
            await r.until(lambda: "Robots: hide, tag arms, because title:robot" in r.screen)
            await r.press("escape")
            await r.do("find.clear", "mark.undo")
            await r.until(lambda: len(r.ids) == 4)
            assert "by the rule Robots" in r.status
            # Muted words in the settings are seen while the reader runs.
            file.write_text('mute = ["survey"]\n')
            r[CacheWatch].look_around()
            await r.until(lambda: len(r.ids) == 3)
            await r.until(lambda: any("Muted" in line for line in r.filter_lines))
            await r.rest()
            await r.search("is:muted")
            await r.press("enter")
            await r.until(lambda: len(r.ids) == 1 and r.main.detail.paper is not None)
            await r.until(lambda: "Survey" in r.text(r.main.detail))
            await r.do("read.why")
            await r.until(lambda: "muted, because survey" in r.screen)
            await r.press("escape")
            await r.do("paper.hide", "find.clear")
            await r.until(lambda: len(r.ids) == 4)
