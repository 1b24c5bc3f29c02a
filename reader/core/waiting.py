"""Wait for a call in a thread of its own, which the end of the program does not wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def beside(call: Callable[[], Answer], name: str = "call") -> Answer:
    """Call in a thread that is abandoned if the event loop ends first; raises what the call raises."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def tell(how: Callable[[Any], None], result: Any) -> None:
        if not answer.done():
            how(result)

    def work() -> None:
        how: Callable[[Any], None] = answer.set_result
        try:
            result: Any = call()
        except Exception as error:
            how, result = answer.set_exception, error
        # The loop may be closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, how, result)

    threading.Thread(target=work, name=name, daemon=True).start()
    return await answer
