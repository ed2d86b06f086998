"""Being told to stop: the first signal ends the work in order, the second one at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """What a signal asked for."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.exit_code = 0

    def ask(self, number: int, frame: object) -> None:
        """The first signal ends the run in order, the second one at once."""
        del frame
        if self.event.is_set():
            os._exit(128 + number)
        self.exit_code = 128 + number
        self.event.set()


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """SIGINT and SIGTERM ask for a stop as long as the block goes on (in the main thread)."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop.ask) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
