"""How many records travel in one request: what the server shows it can do."""

from __future__ import annotations

_QUICK = 4.0  # seconds: below, a batch may grow
_SLOW = 25.0  # seconds: above, it shrinks; a gateway's patience often ends at 60


class Pace:
    """The batch size, in records. A pinned size only shrinks where the server refuses it."""

    def __init__(self, start: int, most: int, *, pinned: bool) -> None:
        self.size = min(start, most) if not pinned else start
        self._most = start if pinned else most

    def told(self, records: int, seconds: float, *, refused: bool) -> None:
        """How a batch went."""
        if refused or seconds > _SLOW:
            self.size = max(1, min(self.size, records) // 2)
        elif seconds < _QUICK and records >= self.size:
            self.size = min(self._most, self.size + max(1, self.size // 2))
