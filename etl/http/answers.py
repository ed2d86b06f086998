"""What an answer that is no success means, sorted by what to do about it.

TargetUnreachable
├── NotConnected      nothing was sent: safe to repeat
├── Unanswered        cut or timed out: whether the work was done is unknown
└── ServerFailed      a status of 500 or more
    ├── Busy          429 or 503: wait, as Retry-After says
    └── GatewayFailed 502 or 504: the server behind may have done the work
TargetBroken
└── RequestRefused    a status of 400 or more that is none of the others
AccessRefused
├── Unauthorized      401: the login has expired, or never was
└── Forbidden         403: a right is missing
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from etl.errors import AccessRefused, TargetBroken, TargetUnreachable

_TOLD = 300  # characters of a server's text that a message repeats


class NotConnected(TargetUnreachable):
    """No connection came about; nothing was sent."""


class Unanswered(TargetUnreachable):
    """The connection was cut or timed out after something was sent."""


class ServerFailed(TargetUnreachable):
    """The server answered with a status of 500 or more, or with 429."""


class Busy(ServerFailed):
    """The server asks to wait; `retry_after` is in seconds, None where it does not say."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class GatewayFailed(ServerFailed):
    """A gateway got no answer from the server behind it."""


class RequestRefused(TargetBroken):
    """The server refused the request as such; `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Unauthorized(AccessRefused):
    """Status 401."""


class Forbidden(AccessRefused):
    """Status 403."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers that matter, the body's text, and the server's reason for a failure."""

    status: int
    text: str
    reason: str = ""
    retry_after: str | None = None
    location: str | None = None


def check(answer: Answer, what: str) -> None:
    """Raises what the answer means unless it is a success; `what` names the request."""
    status = answer.status
    if status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED:
        return
    message = f"{what} answered {status}{_told(answer)}"
    if status == HTTPStatus.UNAUTHORIZED:
        raise Unauthorized(message)
    if status == HTTPStatus.FORBIDDEN:
        raise Forbidden(message)
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise Busy(message, seconds(answer.retry_after))
    if status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}:
        raise GatewayFailed(message)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerFailed(message)
    if status < HTTPStatus.BAD_REQUEST:
        raise TargetBroken(f"{what} is redirected to {_place(answer)}: {_REDIRECTED}")
    raise RequestRefused(message, status)


_REDIRECTED = "redirects are not followed; give the connection the URL that it leads to"


def _told(answer: Answer) -> str:
    """The server's own words, shortened; a page of HTML is no words."""
    text = " ".join(answer.reason.split())
    if not text or text.startswith("<"):
        return ""
    return f": {text[:_TOLD]}"


def _place(answer: Answer) -> str:
    """Where a redirect leads, without query or user."""
    parts = urlsplit(answer.location or "")
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path


def seconds(retry_after: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a Retry-After header asks for: a number, or an HTTP date; None if neither.

    `now` is the present, for dates.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isdecimal() and text.isascii():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
