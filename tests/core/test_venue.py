"""Where a paper appeared, read from what its authors and arXiv say."""

from __future__ import annotations

from reader.core.venue import read_venue, series_of, year_of
from tests.table import each

TESTING, THEORY = "Software Testing, Verification and Reliability", "IEEE Transactions on Information Theory"


@each(
    ("remark", "venue"),
    [
        ("Accepted to ICLR 2026 (Oral)", "ICLR 2026 oral"),
        ("ICLR'26 Spotlight", "ICLR 2026 spotlight"),
        ("12 pages, CVPR2026 Highlight", "CVPR 2026 highlight"),
        ("ICML-26 best paper award", "ICML 2026 best paper"),
        ("Camera-ready for NAACL 25", "NAACL 2025"),
        ("NIPS 2017", "NeurIPS 2017"),
        ("NeurIPS 2025 Datasets and Benchmarks Track (Spotlight)", "NeurIPS 2025 Datasets and Benchmarks spotlight"),
        ("Findings of ACL 2025", "ACL 2025 Findings"),
        ("ICLR 2026 workshop, best paper, oral", "ICLR 2026 workshop best paper"),
        ("Presented at the spring school (Bonn 2025)", None),
        ("EMNLP 2025 Main", "EMNLP 2025"),
        ("Accepted to CVPRW 2025", "CVPR 2025 workshop"),
        ("CVPRW 2025", "CVPR 2025 workshop"),
        ("Accepted by TPAMI", "TPAMI"),
        ("Published in Transactions on Machine Learning Research (06/2025)", "TMLR 2025"),
        ("SIGGRAPH Asia 2025 (ACM Transactions on Graphics)", "SIGGRAPH Asia 2025"),
        ("Accepted at CVPR 2026. Code: https://example.org/2025", "CVPR 2026"),
        ("Accepted at COLM 2025, extended version submitted to JMLR", "COLM 2025"),
        # Series that are not known by name, as arXiv's own answers have them.
        ("Accepted at the 19th IEEE International Conference on Software Testing (ICST 2026)", "ICST 2026"),
        ("8 pages, accepted at the 6th International Workshop on Metamorphic Testing (MET'21)", "MET 2021 workshop"),
        ("MET'24: 9th ACM International Workshop on Metamorphic Testing", "MET 2024 workshop"),
        # No venue yet, or that of another paper.
        ("Submitted to ICML 2026", None),
        ("Under review at TPAMI", None),
        ("ACL ARR 2025 February", None),
        ("Extended version of the paper on POPL 2026", None),
        ("14 pages. Part of this work has been presented at the ICALP 2011 Group Testing Workshop", None),
        ("We read RSS feeds, and CHI squared", None),
        ("", None),
    ],
)
def test_a_remark_tells_the_venue(remark: str, venue: str | None) -> None:
    assert read_venue(remark, None) == venue


@each(
    ("journal", "venue"),
    [
        ("Phys.Lett.B573:94-100,2003", "Phys.Lett.B 2003"),
        ("Software Testing, Verification and Reliability, 35(2):e1914, 2025", f"{TESTING} 2025"),
        ("IEEE Transactions on Information Theory ( Volume: 65 , Issue: 4 , April 2019 )", f"{THEORY} 2019"),
        ("2020 IEEE International Conference On Artificial Intelligence Testing (AITest)", "AITest 2020"),
        ("2023 IEEE International Conference on Software Testing Workshops (ICSTW)", "ICST 2023 workshop"),
        ("SBES 2025 39th Brazilian Symposium on Software Engineering", "SBES 2025"),
        ("Journal of Machine Learning Research 26 (2025) 1-40", "JMLR 2025"),
        ("Advances in Neural Information Processing Systems 38, 2025", "NeurIPS 2025"),
        ("Cell 12, 2020", "Cell 2020"),
        ("Journal of Machine Learning Research", "JMLR"),
        ("Abc 12, 2020", "ICLR 2026"),
    ],
)
def test_a_journal_reference_goes_before_the_remark(journal: str, venue: str) -> None:
    assert read_venue("Accepted to ICLR 2026", journal) == venue


def test_a_venue_names_its_series_and_year() -> None:
    series = series_of("SIGGRAPH Asia 2025")
    assert series is not None and series.name == "SIGGRAPH Asia"
    assert (series := series_of("TMLR 2025")) is not None and series.is_journal
    assert series_of("Phys.Lett.B 2003") is series_of(None) is None
    assert (year_of("ICLR 2026 oral"), year_of("TPAMI"), year_of(None)) == ("2026", None, None)
