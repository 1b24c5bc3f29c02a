"""The documents tell the truth.

What ARCHITECTURE.md and README.md name exists, ARCHITECTURE.md names every package, and its layers are those of the
contract.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import grimp

from reader.commands.registry import COMMANDS
from reader.ui.app import FEATURES
from tests.table import each

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "reader"
TEXT = (PACKAGE / "ARCHITECTURE.md").read_text("utf-8")

PATH = re.compile(r"(?<![\w.<>/-])(?:[\w<>.-]+/)*(?:[\w<>-]+\.(?:json|md|py|sql|svg|tcss|toml)\b|(?<=[\w>]/)(?!\w))")
"""A file by its ending, or a folder by its slash."""


def paths_in(text: str) -> list[str]:
    """The files and folders that a text names, in their order."""
    return [path for path in PATH.findall(text) if path]


def found(path: str) -> list[Path]:
    """The files or folders that a path means; `<name>` in it stands for any name."""
    pattern = path.replace("<name>", "*")
    matches = [match for folder in (PACKAGE, ROOT) for match in folder.glob(pattern)]
    return [match for match in matches if match.is_dir() == path.endswith("/")]


def section(heading: str) -> str:
    """The text under a heading."""
    return re.split(r"^## ", TEXT.partition(f"\n## {heading}\n")[2], flags=re.M)[0]


def test_whatever_has_a_slash_is_taken_for_a_path() -> None:
    assert [word for word in re.findall(r"`([^`\s]+/[^`\s]*)`", TEXT) if paths_in(word) != [word]] == []


@each("path", sorted(set(paths_in(TEXT))))
def test_every_file_and_folder_that_it_names_exists(path: str) -> None:
    assert found(path)


def test_every_package_is_named() -> None:
    packages = {file.parent.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*/__init__.py")}
    # The list of features names them.
    packages -= {name.removeprefix("reader.").rpartition(".")[0].replace(".", "/") for name in FEATURES}
    assert len(packages) > 20
    assert {name for name in packages if f"`{name}/`" not in section("Layers")} == set()


def test_the_layers_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    wanted = next(one["layers"] for one in contracts if one["type"] == "layers" and one["containers"] == ["reader"])
    block = section("Layers").split("```")[1]
    assert [re.split(r" {2,}", line)[0] for line in block.strip().splitlines()] == wanted


NEW = dict(re.findall(r"^\| ([\w ]+) \| (.*) \|$", section("Where a new thing goes"), re.M))
"""Each kind of thing, and where it goes."""


def test_a_table_says_where_each_kind_of_thing_goes() -> None:
    kinds = {
        "screen",
        "column of the list",
        "key",
        "command",
        "job",
        "feed",
        "file format",
        "extension",
        "field of a paper",
        "query term",
    }
    assert NEW.keys() - {"new"} == kinds | {
        "kind of mark",
        "deed of a standing query",
        "setting",
        "view",
        "sign",
        "page of the manual",
    }
    for kind in NEW.keys() - {"new"}:
        assert paths_in(NEW[kind]), kind


def test_names_stand_in_the_files_that_it_gives_for_them() -> None:
    name, file = r"`@?([A-Za-z_]\w*)`", r"`([\w/<>]+\.py)`"
    pairs = re.findall(rf"{name} in {file}", TEXT)
    assert len(pairs) > 10
    for part, path in pairs:
        assert any(re.search(rf"\b{part}\b", place.read_text("utf-8")) for place in found(path)), f"{part} in {path}"


def test_what_it_calls_a_module_can_be_run() -> None:
    modules = re.findall(r"python -m ([\w.]+)", TEXT)
    assert modules
    for module in modules:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


SHARED = ("kit", "library", "shell", "terminal")
"""What all features share, within `ui/`."""


def test_what_all_features_share_knows_none_of_them() -> None:
    graph = grimp.build_graph("reader", cache_dir=None, exclude_type_checking_imports=True)
    for name in SHARED:
        shared = f"reader.ui.{name}"
        for module in (shared, *graph.find_descendants(shared)):
            imported = {
                other.split(".")[2]
                for other in graph.find_modules_directly_imported_by(module)
                if other.startswith("reader.ui.")
            }
            assert imported <= set(SHARED), module


# The README

README = (ROOT / "README.md").read_text("utf-8")

INSTALL = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/dailypapers"
DEVELOP = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"


def test_the_two_commands_stand_on_lines_of_their_own_and_ci_runs_the_second() -> None:
    assert {INSTALL, DEVELOP} <= set(README.splitlines())
    assert DEVELOP in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"^dailypapers ([a-z]+)\b(?!:)", README, re.M))
    assert len(shown) > 8
    assert shown <= set(COMMANDS)


def test_files_that_it_links_to_exist_and_every_page_of_the_manual_is_linked() -> None:
    links = {link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link}
    assert {link for link in links if not (ROOT / link).is_file()} == set()
    assert {f"reader/manual/{file.name}" for file in (ROOT / "reader" / "manual").glob("*.md")} <= links
