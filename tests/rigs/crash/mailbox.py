"""The program that digests are given to: it notes which papers each one had.

It makes empty files, so that it works under any bound on the size of files.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path


def main(folder: str) -> None:
    """Note the papers of a digest on standard input."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    mail = Path(tempfile.mkdtemp(dir=folder))
    for id in set(re.findall(r"/papers/([\w.:-]+?)\)", text)):
        (mail / id).touch()


if __name__ == "__main__":
    main(sys.argv[1])
