"""`python -m reader` is `dailypapers`: the way into the program, which imports nothing of it before `main` runs."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the program; until it is imported, an interrupt ends it at once, without a traceback."""
    # An ignored interrupt stays ignored, as in a background job of a script.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from reader.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
