"""An AtroCore of your own, on loopback: for demonstrations and for tests.

It answers `/api/v1` as a server with core 2.1.26 and PIM 1.15.8 was seen to answer, its traps
included. The numbers in brackets throughout this package are recorded exchanges with that
server. The login is `admin` with the password `sandbox`.

    with Sandbox() as server:
        server.url, server.username, server.password
"""

from __future__ import annotations

from etl.sandbox.faults import Fault, Faults
from etl.sandbox.server import Sandbox, serve
from etl.sandbox.service import Received
from etl.sandbox.store import DataFolderInUse

__all__ = ["DataFolderInUse", "Fault", "Faults", "Received", "Sandbox", "serve"]
