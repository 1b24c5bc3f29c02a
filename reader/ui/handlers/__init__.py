"""Handlers of actions: objects whose methods run them; the constructor takes the objects that they act on."""

from __future__ import annotations

from reader.ui.handlers.registry import Handler, handlers_of

__all__ = ["Handler", "handlers_of"]
