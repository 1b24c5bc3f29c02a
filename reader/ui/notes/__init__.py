"""Notes and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.filter.state import topic_papers
from reader.ui.notes.state import NOTING, TAGGING
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.command_line.screen import TagScreen
    from reader.ui.notes.screen import NoteScreen
    from reader.ui.notes.state import Noting, Tagging
    from reader.ui.shell.services import Services


def _note(services: Services, noting: Noting) -> NoteScreen:
    # Imported late: an editor of texts takes 30 ms.
    from reader.ui.notes.actions import NoteActions
    from reader.ui.notes.screen import NoteScreen

    return NoteScreen(services.model, services.look, noting, services[NoteActions].keep_draft)


def _tags(services: Services, tagging: Tagging) -> TagScreen:
    from reader.ui.command_line.screen import TagScreen

    key = services.look.keymap.key("command.complete", "tags")
    return TagScreen(tagging, topic_papers(services.model.state), key)


FEATURE = Feature(__name__, ("actions",), (Over(NOTING, _note), Over(TAGGING, _tags)))
