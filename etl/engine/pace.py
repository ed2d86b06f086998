"""How many records travel in one request, and how many requests at the same time.

What the server shows decides. More is tried, one thing at a time, and kept only if more records a
second come through; refused batches, long answers and repeated requests mean less at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SLOW = 25.0  # seconds: longer answers mean smaller batches; a gateway's patience often ends at 60
_GAIN = 1.02  # so much more has to come through for a trial to be kept
_BATCHES = 3  # for each worker, until a trial is judged
_REST = 12  # trials that are skipped once nothing more was gained
_LARGER = 1.5


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where a number may go; equal ends pin it."""

    start: int
    most: int

    @classmethod
    def of(cls, pinned: int | None, start: int, most: int) -> Bounds:
        """Pinned, or anything from 1 to `most`, beginning with `start`."""
        return cls(pinned, pinned) if pinned is not None else cls(min(start, most), most)


class Pace:
    """`size` in records, `workers` in requests at the same time. One thread tells, many wait."""

    def __init__(
        self, sizes: Bounds, workers: Bounds, clock: Callable[[], float] = monotonic
    ) -> None:
        self.size, self._most = sizes.start, sizes.most
        self.workers, self._most_workers = workers.start, workers.most
        self._clock = clock
        self._busy, self._free = 0, Condition()
        self._best = 0.0  # records a second, at the setting that is kept
        self._before: tuple[int, int] | None = None  # the setting before the trial under way
        self._trial = ""
        self._tried: set[str] = set()  # what gained nothing lately
        self._rest = 0
        self._begin_window()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Waits until another request may go out, and holds its place."""
        with self._free:
            self._free.wait_for(lambda: self._busy < self.workers)
            self._busy += 1
        try:
            yield
        finally:
            with self._free:
                self._busy -= 1
                self._free.notify_all()

    def told(self, records: int, seconds: float, *, refused: bool, repeated: bool = False) -> None:
        """How a batch went: refused as a whole, or after requests that had to be repeated."""
        if refused or seconds > _SLOW:
            self._lessen(max(1, min(self.size, records) // 2), self.workers)
        elif repeated:
            self._lessen(self.size, max(1, self.workers - 1))
        else:
            self._count(records)

    def _lessen(self, size: int, workers: int) -> None:
        """The server has too much to do: less, and no trials for a while."""
        self._set(size, workers)
        self._before, self._best, self._rest = None, 0.0, _REST
        self._tried = set()
        self._begin_window()

    def _count(self, records: int) -> None:
        self._records += records
        self._batches += 1
        if self._batches < _BATCHES * self.workers:
            return
        rate = self._records / max(self._clock() - self._since, 1e-9)
        self._judge(rate)
        self._begin_window()

    def _begin_window(self) -> None:
        self._records, self._batches, self._since = 0, 0, self._clock()

    def _judge(self, rate: float) -> None:
        if self._before is None:
            self._best = rate
        elif rate > self._best * _GAIN:
            self._best, self._before = rate, None
        else:
            self._set(*self._before)
            self._before = None
            self._tried.add(self._trial)
        self._try_more()

    def _try_more(self) -> None:
        if self._rest:
            self._rest -= 1
            return
        size = min(self._most, max(self.size + 1, int(self.size * _LARGER)))
        more = {"size": (size, self.workers), "workers": (self.size, self.workers + 1)}
        allowed = {
            "size": self.size < self._most,
            "workers": self.workers < self._most_workers,
        }
        trial = next((name for name in more if allowed[name] and name not in self._tried), None)
        if trial is None:
            self._rest, self._tried = _REST, set()
            return
        self._trial, self._before = trial, (self.size, self.workers)
        self._set(*more[trial])

    def _set(self, size: int, workers: int) -> None:
        with self._free:
            self.size, self.workers = size, workers
            self._free.notify_all()
