"""The command `dailypapers`: outside the package `reader`, which another package of that name may have replaced."""

from __future__ import annotations


def main() -> int:
    """Run the program, or say what has damaged it."""
    try:
        # What no other package of the name has.
        from reader import describe_version  # noqa: F401
        from reader.__main__ import main as run
    except Exception as error:
        import sys
        from importlib.metadata import packages_distributions

        others = sorted({*packages_distributions().get("reader", [])} - {"dailypapers"})
        if not others and not str(getattr(error, "name", "")).startswith("reader"):
            raise
        why = "files of it are missing"
        if others:
            why = f"the package {' and '.join(others)}, which is called reader in Python too, has replaced files of it"
        advice = "Install it with 'uv tool install' or 'pipx install', which give it an environment of its own."
        sys.stderr.write(f"dailypapers can't start: {why}. {advice}\n")
        return 1
    return int(run())
