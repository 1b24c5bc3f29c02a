"""The collector: what is loaded to stay is not looked at by later collections."""

from __future__ import annotations

import gc

from reader.ui.terminal.process import loading


def test_collections_pass_over_what_was_loaded_and_see_what_comes_later() -> None:
    with loading():
        assert not gc.isenabled()
        loaded = [[number] for number in range(1_000)]
    later = [[1]]
    try:
        seen = {id(one) for one in gc.get_objects()}
        assert gc.isenabled()
        assert id(later) in seen
        assert not seen & {id(one) for one in loaded}
    finally:
        gc.unfreeze()


def test_collections_go_on_after_what_could_not_be_loaded() -> None:
    try:
        with loading():
            raise ValueError
    except ValueError:
        assert gc.isenabled()
