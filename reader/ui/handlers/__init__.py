"""Handlers of actions: objects whose methods do them, each given what it acts on."""

from __future__ import annotations

from reader.ui.handlers.registry import Handler, handlers_of

__all__ = ["Handler", "handlers_of"]
