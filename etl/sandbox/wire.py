"""HTTP/1.1 on loopback: requests off a socket, each answer in one piece onto it."""

from __future__ import annotations

import socket
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from etl.sandbox.message import Request

if TYPE_CHECKING:
    from etl.sandbox.message import Response
    from etl.sandbox.service import Service

HOST = "127.0.0.1"


class Server(socketserver.ThreadingTCPServer):
    """Accepts connections; one thread each, closed when the server stops."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, service: Service) -> None:
        super().__init__((HOST, port), _Handler)
        self.service = service
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """The port that was taken."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - base class
        """Remember the connection."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - base class
        """Close and forget the connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        """Stop accepting, close what is open, let go of the port."""
        self.shutdown()
        with self._guard:
            connections = list(self._open)
        for connection in connections:
            _hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - base class
        """A client that has gone is none of the server's errors."""


class _Handler(BaseHTTPRequestHandler):
    """One connection, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if len(body) < length:  # the client has gone
            self.close_connection = True
            return
        request = Request(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        outcome = self.server.service.take(request)
        if outcome.cut == "before":
            self._cut(b"")
            return
        data = _bytes(outcome.response)
        if outcome.cut == "middle":
            self._cut(data[: len(data) - len(outcome.response.body) // 2 - 1])
            return
        self.wfile.write(data)

    def _cut(self, data: bytes) -> None:
        if data:
            self.wfile.write(data)
        self.close_connection = True
        _hang_up(self.connection)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class asks

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - base class
        """Quiet."""


def _bytes(response: Response) -> bytes:
    phrase = HTTPStatus(response.status).phrase
    headers = {
        "Server": "Sandbox",
        "Cache-Control": "no-store, no-cache, must-revalidate",
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        **response.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {response.status} {phrase}\r\n{lines}\r\n"
    return head.encode("utf-8") + response.body


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
