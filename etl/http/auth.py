"""Who we are: one login for all threads, renewed once when it has expired."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from etl.errors import AccessRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Pass:
    """The headers of one login; `generation` counts logins."""

    generation: int
    headers: Mapping[str, str]


class Login:
    """Keeps the pass. A login that was refused is never tried again.

    AtroCore locks an address after ten refused logins within a minute, even for the right password
    (v1 294-298).
    """

    def __init__(self, obtain: Callable[[], Mapping[str, str]]) -> None:
        self._obtain = obtain
        self._lock = Lock()
        self._pass: Pass | None = None
        self._refusal: str | None = None

    def current(self) -> Pass:
        """The pass, obtained by the first who asks. Raises AccessRefused."""
        with self._lock:
            self._check()
            return self._pass or self._renew()

    def renew(self, spent: Pass) -> Pass:
        """A pass newer than the spent one: obtained once, however many threads ask."""
        with self._lock:
            self._check()
            if self._pass is not None and self._pass.generation > spent.generation:
                return self._pass
            fresh = self._renew()
            if fresh.headers == spent.headers:
                self._refusal = "the login is no longer valid, and there is no other"
                raise AccessRefused(self._refusal)
            return fresh

    def _check(self) -> None:
        if self._refusal is not None:
            raise AccessRefused(self._refusal)

    def _renew(self) -> Pass:
        generation = self._pass.generation + 1 if self._pass else 1
        try:
            self._pass = Pass(generation, self._obtain())
        except AccessRefused as error:
            self._refusal = str(error)
            raise
        return self._pass
