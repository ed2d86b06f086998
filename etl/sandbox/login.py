"""Logging in: Basic for a token, tokens for everything else, and the lockout.

Basic with the real password works at App/user only (001, 009); elsewhere Basic takes the token
in the password's place (010). More than ten refused logins in a minute lock the login, but not
the tokens in use (294-299).
"""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.message import Response

if TYPE_CHECKING:
    from etl.sandbox.message import Request

USERNAME = "admin"
PASSWORD = "sandbox"  # noqa: S105 - a demo server on loopback
MAX_FAILURES = 10
WINDOW_SECONDS = 60
LOCKED = "Max failed login attempts exceeded."


class Logins:
    """The tokens in use and the logins that failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: dict[str, int] = {}
        self._failures: deque[float] = deque()
        self.expire_after: int | None = None

    def login(self, request: Request) -> Response:
        """GET App/user: a token for user and password (001-005)."""
        with self._lock:
            self._check_lock()
            pair = _basic(request)
            if pair is None and request.headers.get("authorization-token"):
                pair = self._token_pair(request)
            if pair != (USERNAME, PASSWORD) and not self._known(pair):
                self._failures.append(time.monotonic())
                self._check_lock()
                raise Refused(401)
            token = secrets.token_hex(16)
            self._uses[token] = 0
        header = base64.b64encode(f"{USERNAME}:{token}".encode()).decode()
        if request.headers.get("authorization-token-only", "").lower() == "true":
            return Response.of({"authorizationToken": header})
        user = {
            "id": "1",
            "name": "Admin",
            "userName": USERNAME,
            "isAdmin": True,
            "isActive": True,
            "deleted": False,
            "type": "Token",
            "token": token,
        }
        return Response.of({"user": user, "acl": {"table": {}}, "authorizationToken": header})

    def check(self, request: Request) -> None:
        """Refuse a request without a good token (006-013)."""
        pair = _basic(request) or self._token_pair(request)
        with self._lock:
            if not self._known(pair):
                raise Refused(401)
            token = pair[1] if pair else ""
            self._uses[token] += 1
            if self.expire_after is not None and self._uses[token] > self.expire_after:
                del self._uses[token]
                raise Refused(401)

    def expire(self) -> None:
        """Make all tokens invalid."""
        with self._lock:
            self._uses.clear()

    def logout(self, header: object) -> bool:
        """POST App/action/destroyAuthToken (014, 015)."""
        pair = _decoded(str(header))
        with self._lock:
            self._uses.pop(pair[1] if pair else str(header), None)
        return True

    def _known(self, pair: tuple[str, str] | None) -> bool:
        return pair is not None and pair[0] == USERNAME and pair[1] in self._uses

    def _token_pair(self, request: Request) -> tuple[str, str] | None:
        return _decoded(request.headers.get("authorization-token", ""))

    def _check_lock(self) -> None:
        since = time.monotonic() - WINDOW_SECONDS
        while self._failures and self._failures[0] < since:
            self._failures.popleft()
        if len(self._failures) > MAX_FAILURES:
            raise Locked


class Locked(Refused):
    """Too many refused logins: an empty body, the reason in a header (297, 298)."""

    def __init__(self) -> None:
        super().__init__(403, LOCKED)


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    return _decoded(text) if kind.lower() == "basic" else None


def _decoded(text: str) -> tuple[str, str] | None:
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, colon, secret = plain.partition(":")
    return (user, secret) if colon else None
