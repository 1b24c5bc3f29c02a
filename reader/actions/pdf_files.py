"""The files of fetched PDFs: where they are, and what they are called."""

from __future__ import annotations

import re
from pathlib import Path

from reader.core.errors import ConfigError
from reader.core.ids import in_file_name
from reader.core.paper import Paper
from reader.core.text import clean

TITLE_LETTERS = 60
"""Maximum letters of the title in a file's name."""

_UNFIT = re.compile(r"[^\w .,()+=@&'–-]+")
"""What the names of files must not have on some system."""


def pdf_folder(setting: str, config_file: Path) -> Path:
    """The folder of PDFs by the setting `pdf_folder`, from the folder of the settings on; raises ConfigError."""
    try:
        return config_file.parent / Path(setting).expanduser()
    except RuntimeError:
        raise ConfigError(f"pdf_folder names the home folder of an unknown user: {clean(setting, 200)}.") from None


def pdf_file(paper: Paper, folder: Path) -> Path:
    """The file of a paper's PDF: the one that is there, even if the paper had another title then, else a new one."""
    named = folder / pdf_name(paper)
    return named if named.exists() else find_pdf(paper.id, folder) or named


def find_pdf(id: str, folder: Path) -> Path | None:
    """The file of a paper's PDF, whatever its title was then, or as arXiv names it; None if it is not there."""
    name = in_file_name(id)
    files = (file for end in (" *", "", "v[0-9]*") for file in sorted(folder.glob(f"{name}{end}.pdf"), reverse=True))
    return next(files, None)


def pdf_name(paper: Paper) -> str:
    """The name of a paper's PDF: its id and the beginning of its title, with letters that every system allows."""
    title = " ".join(_UNFIT.sub(" ", clean(paper.title)).split())
    if len(title) > TITLE_LETTERS:
        title = title[: TITLE_LETTERS + 1].rpartition(" ")[0] or title[:TITLE_LETTERS]
    return f"{in_file_name(paper.id)} {title.strip(' .')}".strip() + ".pdf"
