"""Faults to order: what a server and the way to it can do to a request.

A fault says which requests it meets (`method`, a part of the `path`, a text in the `body`; the
`nth` of those, every `every`-th, at most `times`, with a `probability`) and what happens:

    delay         seconds to wait first
    status        answer so (html for 502 and 503, Retry-After with retry_after)
    sql           answer HTTP 200 with a database's error text (235)
    cut           close the connection: `before` the answer, or in the `middle` of it
    results       leave out (-1) or add (1) results of an upsert
    expire        make all tokens invalid before the request is looked at
    forbid        refuse the upsert items of this entity, for want of rights (284)
    done          the share of the work that is done before `status`, `sql` or `cut`:
                  0 none, 1 all, between: so much of an upsert's batch (291-293)

In a YAML file they stand in the list `faults`, beside `seed` (for probabilities),
`expire_tokens_after` (how many requests a token lasts) and `cost`: what work takes on a real
server, in seconds for each `request` and each `item` of an upsert, `at_once` at the same time.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.sandbox.message import Request

    Forbidden = Callable[[dict[str, Any]], bool]


@dataclass
class Fault:
    """One fault; `seen` and `fired` count as the requests come."""

    method: str = ""
    path: str = ""
    body: str = ""
    nth: int | None = None
    every: int | None = None
    times: int | None = None
    probability: float = 1.0
    delay: float = 0.0
    status: int | None = None
    reason: str = ""
    retry_after: str | int | None = None
    sql: bool = False
    cut: str = ""
    results: int = 0
    expire: bool = False
    forbid: str = ""
    done: float = 0.0
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.cut not in {"", "before", "middle"}:
            message = f"cut is 'before' or 'middle', not {self.cut!r}"
            raise ValueError(message)

    @property
    def answers(self) -> bool:
        """Whether the request gets another answer than its own."""
        return self.status is not None or self.sql or self.cut == "before"

    def meets(self, request: Request, dice: random.Random) -> bool:
        """Whether the fault happens to this request."""
        if self.method and self.method.upper() != request.method:
            return False
        if self.path not in request.target or self.body.encode() not in request.body:
            return False
        self.seen += 1
        due = (
            (self.nth is None or self.seen == self.nth)
            and (self.every is None or self.seen % self.every == 0)
            and (self.times is None or self.fired < self.times)
            and (self.probability >= 1.0 or dice.random() < self.probability)
        )
        self.fired += due
        return due


@dataclass(frozen=True, slots=True)
class Cost:
    """What work takes: seconds for each request and each item of an upsert, so many at once."""

    request: float = 0.0
    item: float = 0.0
    at_once: int = 2


class Faults:
    """The faults in force; tests may add and clear them while the server runs."""

    def __init__(
        self,
        *faults: Fault,
        seed: int = 0,
        expire_tokens_after: int | None = None,
        cost: Cost | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._faults = list(faults)
        self._dice = random.Random(seed)  # noqa: S311 - to be repeatable, not secret
        self.expire_tokens_after = expire_tokens_after
        self.cost = cost
        self._places = threading.BoundedSemaphore(cost.at_once if cost else 1)

    def work(self, items: int) -> None:
        """Take the time that a request of so many items takes, when its turn has come."""
        if self.cost is not None:
            with self._places:
                time.sleep(self.cost.request + items * self.cost.item)

    @classmethod
    def read(cls, path: Path) -> Faults:
        """The faults of a YAML file."""
        import yaml  # noqa: PLC0415 - only a file of faults needs it

        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        known = {one.name for one in fields(Fault) if one.init}
        faults = []
        for entry in data.get("faults", []):
            unknown = ", ".join(sorted(entry.keys() - known))
            if unknown:
                message = f"{path}: a fault has no {unknown}; it has {', '.join(sorted(known))}"
                raise ValueError(message)
            faults.append(Fault(**entry))
        return cls(
            *faults,
            seed=data.get("seed", 0),
            expire_tokens_after=data.get("expire_tokens_after"),
            cost=Cost(**data["cost"]) if "cost" in data else None,
        )

    def add(self, fault: Fault | None = None, **values: Any) -> Fault:  # noqa: ANN401 - its fields
        """Order a fault, as a `Fault` or by its values."""
        ordered = fault or Fault(**values)
        with self._lock:
            self._faults.append(ordered)
        return ordered

    def clear(self) -> None:
        """No faults from now on."""
        with self._lock:
            self._faults.clear()
            self.expire_tokens_after = None

    def meeting(self, request: Request) -> list[Fault]:
        """The faults that happen to this request."""
        with self._lock:
            return [one for one in self._faults if one.meets(request, self._dice)]
