"""Notices at the right of the last line: the answer to the user's last action, else the news.

What lasts is not a notice: the first line has a short state for it (`condition` in `ui/list/header.py`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Tone = Literal["done", "warning"]
"""Something done, or something that asks for the user's attention."""


NOTHING_IS_FETCHED = "the sample: nothing is fetched"
"""The answer to whatever would fetch something over the bundled sample."""


class Notice(NamedTuple):
    """One sentence, without a full stop; without text there is no notice."""

    text: str = ""
    tone: Tone = "done"


class Notices(NamedTuple):
    """An answer and news, each shown for some seconds.

    An answer also passes with the next action. News, such as the end of a refresh, comes at any moment: it never
    covers an answer, because that may say how to undo, and it waits until the answer has passed.
    """

    answer: Notice = Notice()
    news: Notice = Notice()
    happened: int = 0
    """Increments whenever another notice shows, which starts its time."""

    @property
    def shown(self) -> Notice:
        """The notice to show; its text is empty without one."""
        return self.answer if self.answer.text else self.news

    def answered(self, text: str, tone: Tone = "done") -> Notices:
        """Show the answer to an action, even if it repeats the last one."""
        return self._replace(answer=Notice(text, tone), happened=self.happened + 1)

    def told(self, text: str, tone: Tone = "done") -> Notices:
        """Show news in place of the last one, once no answer is shown."""
        return self._replace(news=Notice(text, tone), happened=self.happened + (not self.answer.text))

    def ended(self, text: str, tone: Tone = "done", begun: str = "") -> Notices:
        """Show how an action that took time ended, in place of what it answered as it had `begun`; else it is news."""
        return self.answered(text, tone) if self.answer.text in ("", begun) else self.told(text, tone)

    def acted(self) -> Notices:
        """Remove the answer: the user has begun another action."""
        return self._replace(answer=Notice(), happened=self.happened + 1) if self.answer.text else self

    def passed(self) -> Notices:
        """Remove the notice that is shown: its time is over."""
        return self.acted() if self.answer.text else self._replace(news=Notice())


class Prompt(NamedTuple):
    """Keys that may follow the ones pressed so far, with what they do."""

    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""
