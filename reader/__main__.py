"""`python -m reader` is `dailypapers`: the entry point, which imports nothing of the program before `main` runs."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the program; until it is imported, an interrupt ends it at once without a traceback."""
    if sys.platform == "win32":
        sys.stderr.write("dailypapers: Windows is not supported; WSL, the Linux within Windows, runs it.\n")
        return 1
    # An ignored interrupt stays ignored, as in a background job of a script.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    frame = None
    if len(sys.argv) == 1:
        # Most likely the reader, whose list is drawn before the program is imported.
        from reader.ui.first_frame import show_first_frame

        frame = show_first_frame()
    from reader.cli import main as run

    code = run(first_frame=frame)
    import os
    import threading

    if frame is not None or threading.active_count() > 1:
        # Python would wait for a hanging thread, such as one whose disk does not answer. After the reader, which has
        # stored and closed everything, it would spend 20 ms on taking modules apart.
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
