"""A budget of requests per second, over all threads of a client."""

from __future__ import annotations

from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Budget:
    """Lets at most `rate` requests a second go out, evenly; None lets all go at once."""

    def __init__(
        self,
        rate: float | None,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._clock, self._wait = clock, wait
        self._lock = Lock()
        self._next = 0.0

    def take(self) -> None:
        """Waits until the next request may go out."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._wait(turn - now)
