"""The fit learns from labels, and keeps what shipped where they say nothing."""

from __future__ import annotations

import json

import pytest

from reader.core.topics.scorer import Topics
from tests.topics.labels import ARCHIVE, LabelledPaper, figures, score

np = pytest.importorskip("numpy")

TITLES = {"agents": "An agent acts", "robots": "An arm grasps", "speech": "A voice speaks", "maps": "A map unfolds"}
SLUGS = list(TITLES)
NAMES = "".join(f'[topics.{slug}]\nname = "{slug}"\nfamily = "F"\nabout = "A."\n' for slug in SLUGS)
WEIGHTS = json.dumps({"fit": {}, "topics": SLUGS, "phrases": {"agent": [0, 40], "unseen": [1, 9]}})
PAPERS = [
    LabelledPaper(f"{slug}{number}", title, "", (), (slug,), "listed")
    for slug, title in TITLES.items()
    for number in range(30)
]


def test_words_of_labelled_papers_get_points_and_others_keep_theirs() -> None:
    from tests.topics.fit import Problem, write

    problem = Problem(Topics(NAMES, WEIGHTS), PAPERS)
    margin, f1 = problem.cross_validate()
    assert f1 == 1.0
    points = problem.points(margin)
    assert points["agent"]["agents"] > 0 and points["unseen"]["robots"] > 0 and points["arm"]["robots"] > 0
    learned = Topics(NAMES, write(points, problem.slugs, {"papers": 120}))
    assert str(score(learned, PAPERS)) == "precision 1.000, recall 1.000, F1 1.000"


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs recorded days of the feed")
def test_shipped_topics_are_as_right_as_the_readme_says() -> None:
    held_out, wide, _ = figures()
    assert "104 held-out papers" in held_out
    assert float(wide.rpartition(" ")[2]) >= 0.84
