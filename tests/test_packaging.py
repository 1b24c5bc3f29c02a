"""The package declares what it imports, its archives hold every file, and the sample is whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from reader.data import read_text
from reader.feeds.huggingface import listings
from tests.table import each

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEVELOPMENT: list[str] = PROJECT["optional-dependencies"].pop("dev")
EXTRAS: list[list[str]] = list(PROJECT["optional-dependencies"].values())
RUNTIME: list[str] = [*PROJECT["dependencies"], *(text for extra in EXTRAS for text in extra)]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def distribution(text: str) -> str:
    """The normalised name of a distribution, from a requirement or a name as it stands in metadata."""
    name = re.match(r"[\w.-]+", text)
    assert name, text
    return re.sub(r"[-_.]+", "-", name[0]).lower()


OURS = {"reader", "tests"}
STUBS = {"_typeshed"}
"""Modules that exist for type checkers only."""


IMPORT = re.compile(r"^\s*(?:from (\w+)[\w.]* import |import ([\w., ]+?)\s*(?:#.*)?$)|import_module\(\"(\w+)", re.M)


def modules_imported(source: str) -> Iterator[str]:
    """The top-level modules that a source imports: by statement, or by `import_module` with a literal name.

    To parse all sources took seconds. Ruff lets no statement stand behind another one in its line.
    """
    for one, several, late in IMPORT.findall(source):
        yield from (name.strip().partition(" ")[0].partition(".")[0] for name in (several or one or late).split(","))


def distributions_imported(folder: Path) -> dict[str, str]:
    """The distributions that a folder's modules import, each with the name that it is imported by."""
    modules = {name for file in folder.rglob("*.py") for name in modules_imported(file.read_text("utf-8"))}
    owners = metadata.packages_distributions()
    found = {}
    for module in modules - sys.stdlib_module_names - OURS - STUBS:
        found.update({distribution(owner): module for owner in owners.get(module, [module])})
    return found


def test_the_package_declares_exactly_what_it_imports() -> None:
    assert set(distributions_imported(ROOT / "reader")) == {distribution(text) for text in RUNTIME}


def test_the_tests_import_only_what_is_declared() -> None:
    declared = {distribution(text) for text in RUNTIME + DEVELOPMENT}
    assert set(distributions_imported(ROOT / "tests")) - declared == set()


def test_every_requirement_has_a_lower_bound() -> None:
    assert [text for text in RUNTIME + DEVELOPMENT if not re.search(r"[>=]=", text)] == []


LOCKED = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.M).strip())


def test_the_lock_file_has_every_requirement_with_its_hashes() -> None:
    assert {distribution(text) for text in RUNTIME + DEVELOPMENT} <= {distribution(text) for text in LOCKED}
    for text in LOCKED:
        assert re.match(r"[\w.-]+==[\w.+!-]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+$", text), text


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in LOCK
    assert "index-url " not in LOCK.replace("--no-emit-index-url ", "")


def files_of_git(*options: str) -> set[str]:
    """The files that git lists with these options, from the top of the repository."""
    command = ["git", "ls-files", "-z", *options]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in found.split("\0") if name and (ROOT / name).is_file()}


needs_git = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="this is not a repository of git"
)


def files_packed(builder: type[SdistBuilder | WheelBuilder]) -> dict[str, str]:
    """The files that an archive holds, by their names in it, each with its name in the repository."""
    files = builder(str(ROOT)).recurse_included_files()
    return {file.distribution_path: Path(file.path).relative_to(ROOT).as_posix() for file in files}


@needs_git
def test_the_source_archive_holds_every_file_of_the_repository_and_no_other_and_none_is_large() -> None:
    packed = set(files_packed(SdistBuilder))
    assert files_of_git() - packed == set()
    assert packed - files_of_git("--cached", "--others", "--exclude-standard") == set()
    assert [name for name in packed if (ROOT / name).stat().st_size > 300_000] == []


@needs_git
def test_the_wheel_holds_the_package_and_the_styles() -> None:
    packed = files_packed(WheelBuilder)
    wanted = {name for name in files_of_git() if name.startswith(("reader/", "styles/"))}
    assert wanted - set(packed.values()) == set()
    assert [name for name in packed if not name.startswith("reader/")] == ["dailypapers.py"]
    assert "reader/py.typed" in packed


def test_the_wheel_has_a_readme_for_an_index(tmp_path: Path) -> None:
    [file] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    assert sorted(tmp_path.iterdir()) == [Path(file)]
    with ZipFile(file) as wheel:
        [page] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        readme = wheel.read(page).decode("utf-8")
    # Pictures and links that an index does not have are gone.
    assert [target for target in re.findall(r"\]\(([^)]*)\)", readme) if not target.startswith(("https:", "#"))] == []
    assert "![" not in readme
    assert "`when something breaks`" in readme


@each(
    ("package", "expected"),
    [
        ({}, "files of it are missing."),
        ({"__init__.py": "describe_version = 1"}, "the package reader, which"),
        ({"__init__.py": "from .core import Reader", "core.py": ""}, "the package reader, which"),
    ],
)
def test_another_package_of_the_name_is_named_at_start(package: dict[str, str], expected: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / ".build" / "dailypapers.py", tmp_path)
    if package:
        files = {f"reader/{name}": text for name, text in package.items()}
        record = "".join(f"{name},,\n" for name in files)
        files |= {"reader-3.dist-info/METADATA": "Name: reader\nVersion: 3\n", "reader-3.dist-info/RECORD": record}
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
    program = "from dailypapers import main; raise SystemExit(main())"
    found = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith(f"dailypapers can't start: {expected}") and "'pipx install'" in found.stderr


# The sample


def test_the_parser_of_the_feed_takes_every_paper_of_the_sample() -> None:
    for line in json.loads(read_text("sample.json")):
        (listing,) = listings(line["items"], line["date"])
        assert listing.day == line["date"]
        assert listing.skipped == ()
        for draft, item in zip(listing.drafts, line["items"], strict=True):
            paper = item["paper"]
            assert (draft.id, draft.abstract) == (paper["id"], paper["summary"])
            assert draft.summary == paper.get("ai_summary")
            assert draft.keywords == tuple(paper.get("ai_keywords", ()))
            assert draft.authors == tuple(author["name"] for author in paper.get("authors", ()))
            assert draft.published == (paper["publishedAt"][:10] if "publishedAt" in paper else None)
