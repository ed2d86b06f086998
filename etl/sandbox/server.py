"""The sandbox itself: an installation, a port, and a way in."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from etl.sandbox.faults import Faults
from etl.sandbox.installation import Installation
from etl.sandbox.login import PASSWORD, USERNAME, Logins
from etl.sandbox.routes import Router
from etl.sandbox.seeds import plant
from etl.sandbox.service import Service
from etl.sandbox.wire import HOST, Server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from etl.sandbox.service import Received

POLL_SECONDS = 0.02


class Sandbox:
    """An AtroCore server on loopback. Login: `admin`, password `sandbox`.

    Without `data` everything is in memory; with it, every request is on disk before it is
    answered, and a folder that has records already is not seeded again.
    """

    username = USERNAME
    password = PASSWORD

    def __init__(
        self,
        data: Path | None = None,
        port: int = 0,
        seed: str = "catalog",
        faults: Faults | Path | None = None,
    ) -> None:
        self.faults = Faults.read(faults) if isinstance(faults, Path) else faults or Faults()
        self._wanted_port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.installation = Installation(data)
        if not self.installation.open():
            plant(self.installation, seed)
        self._logins = Logins()
        router = Router(self.installation, self._logins)
        self._service = Service(router, self._logins, self.faults)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._server = Server(self._wanted_port, self._service)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and let go of port and folder."""
        if self._server and self._thread:
            self._server.stop()
            self._thread.join()
            self._server = None
        self.installation.close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port if self._server else self._wanted_port

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}"

    @property
    def requests(self) -> Sequence[Received]:
        """The requests received since the last reset, the last 10,000 of them."""
        return tuple(self._service.received)

    @property
    def writes(self) -> int:
        """How many requests came that may change data."""
        return self._service.writes

    def count(self, method: str | None = None, path_contains: str | None = None) -> int:
        """How many of the requests were of this method, to a path with this text."""
        return sum(
            method in (None, one.method) and (path_contains or "") in one.path
            for one in self.requests
        )

    def reset_counters(self) -> None:
        """Forget the requests received so far."""
        self._service.reset_counters()


def serve(
    data: Path | None = None, port: int = 0, seed: str = "catalog", faults: Path | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; one line of JSON on stdout says when and where."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with Sandbox(data=data, port=port, seed=seed, faults=faults) as sandbox:
        place = {"url": sandbox.url, "username": sandbox.username, "password": sandbox.password}
        sys.stdout.write(json.dumps(place) + "\n")
        sys.stdout.flush()
        done.wait()
