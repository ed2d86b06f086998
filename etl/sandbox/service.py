"""One request from its arrival to its answer: faults, the route, the counters."""

from __future__ import annotations

import json
import math
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from etl.sandbox.message import HTML, JSON, Response
from etl.sandbox.routes.router import UPSERT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.sandbox.faults import Fault, Faults
    from etl.sandbox.login import Logins
    from etl.sandbox.message import Request
    from etl.sandbox.routes import Router

REMEMBERED = 10_000
SQL_TEXT = (
    "An exception occurred while executing a query: SQLSTATE[40P01]: Deadlock detected: 7 ERROR:"
    "  deadlock detected"
)
_HTML_STATUSES = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the counters remember it; `items` is an upsert's number of items."""

    method: str
    path: str
    status: int
    items: int = 0


@dataclass(slots=True)
class Outcome:
    """What goes out: the answer; `cut` says where the connection is closed before its end."""

    response: Response
    cut: str = ""


class Service:
    """Takes requests and gives outcomes."""

    def __init__(self, router: Router, logins: Logins, faults: Faults) -> None:
        self._router = router
        self._logins = logins
        self._faults = faults
        self._lock = threading.Lock()
        self.received: deque[Received] = deque(maxlen=REMEMBERED)
        self.writes = 0

    def reset_counters(self) -> None:
        """Forget what was received."""
        with self._lock:
            self.received.clear()
            self.writes = 0

    def take(self, request: Request) -> Outcome:
        """Answer a request, with the faults that meet it."""
        faults = self._faults.meeting(request)
        for fault in faults:
            time.sleep(fault.delay)
            if fault.expire:
                self._logins.expire()
        self._faults.work(_items(request) if request.path.endswith(UPSERT) else 0)
        self._logins.expire_after = self._faults.expire_tokens_after
        outcome = self._outcome(request, faults)
        self._count(request, 0 if outcome.cut == "before" else outcome.response.status)
        return outcome

    def _outcome(self, request: Request, faults: Sequence[Fault]) -> Outcome:
        instead = next((fault for fault in faults if fault.answers), None)
        if instead:
            if instead.done:
                self._do_part(request, instead.done)
            return Outcome(_answer_of(instead), "before" if instead.cut == "before" else "")
        forbidden = {fault.forbid for fault in faults if fault.forbid}
        response = self._router.answer(
            request, forbidden=(lambda item: item.get("entity") in forbidden) if forbidden else None
        )
        outcome = Outcome(response)
        for fault in faults:
            if fault.results:
                outcome.response = _with_results(outcome.response, fault.results)
            outcome.cut = outcome.cut or fault.cut
        return outcome

    def _do_part(self, request: Request, share: float) -> None:
        if request.path.endswith(UPSERT) and share < 1:
            self._router.answer(request, limit=math.floor(_items(request) * share))
        elif share >= 1:
            self._router.answer(request)

    def _count(self, request: Request, status: int) -> None:
        items = _items(request) if request.path.endswith(UPSERT) else 0
        received = Received(request.method, request.target, status, items)
        with self._lock:
            self.received.append(received)
            self.writes += request.method != "GET" and not request.path.endswith("AuthToken")


def _items(request: Request) -> int:
    try:
        items: object = json.loads(request.body)
    except ValueError:
        return 0
    return len(items) if isinstance(items, list) else 1


def _answer_of(fault: Fault) -> Response:
    if fault.sql:
        return Response.refusal(200, fault.reason or SQL_TEXT)
    status = fault.status or 200
    response = Response.refusal(status, fault.reason)
    title = _HTML_STATUSES.get(status)
    if title:
        page = f"<html><head><title>{status} {title}</title></head><body>{title}</body></html>"
        response = Response(status=status, body=page.encode(), content_type=HTML)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _with_results(response: Response, difference: int) -> Response:
    """An upsert's answer with results left out or repeated."""
    if response.content_type != JSON:
        return response
    results = json.loads(response.body)
    if not isinstance(results, list):
        return response
    changed = results[:difference] if difference < 0 else results + results[:1] * difference
    return replace(response, body=Response.of(changed).body)
