"""The entry point of `dailypapers` and `python -m reader`, which imports the program only when `main` runs."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the program; while it is imported, an interrupt ends it immediately, without a traceback."""
    if sys.platform == "win32":
        sys.stderr.write("dailypapers: Windows is not supported; use WSL, the Windows Subsystem for Linux.\n")
        return 1
    # If the interrupt is ignored, as in the background job of a script, leave it ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    frame = None
    if len(sys.argv) == 1:
        # Without arguments, the reader opens: draw its list before the rest of the program is imported.
        from reader.ui.first_frame import show_first_frame

        frame = show_first_frame()
    from reader.cli import main as run

    code = run(first_frame=frame)
    import os
    import threading

    if frame is not None or threading.active_count() > 1:
        # A normal exit would wait for a hanging thread, for example one that waits for a disk. After the reader, which
        # has stored and closed everything, it would also spend 20 ms on unloading modules.
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
