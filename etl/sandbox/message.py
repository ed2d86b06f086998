"""A request as it came in and an answer as it goes out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"
HTML = "text/html; charset=UTF-8"
PREFIX = "/api/v1"


@dataclass(slots=True)
class Request:
    """One HTTP request; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, still encoded."""
        return self.target.partition("?")[2]

    def json(self) -> Any:  # noqa: ANN401 - whatever the client sent
        """The body; not JSON at all breaks an entity's route (264)."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refused(500) from None

    def record(self) -> dict[str, Any]:
        """The body as one record; anything else breaks the server (265, 266)."""
        payload = self.json()
        if not isinstance(payload, dict):
            raise Refused(500)
        return payload


@dataclass(slots=True)
class Response:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object) -> Response:
        """A JSON answer."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(body=text.encode("utf-8", "surrogatepass"))

    @classmethod
    def refusal(cls, status: int, reason: str = "", body: str | None = None) -> Response:
        """An error: the reason as body and in X-Status-Reason (263)."""
        text = reason if body is None else body
        headers = {"X-Status-Reason": reason.replace("\n", ", ")} if reason else {}
        return cls(status=status, body=text.encode(), content_type=HTML, headers=headers)
