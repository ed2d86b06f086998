"""One client for a server: bounded in time, size and connections, patient, and discreet."""

from __future__ import annotations

import json
import ssl
from ipaddress import ip_address
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import structlog

from etl.errors import AccessRefused, TargetBroken, UsageError
from etl.http.answers import Answer, NotConnected, Unanswered, Unauthorized, check
from etl.http.auth import Login, Pass
from etl.http.budget import Budget
from etl.http.counter import Counter
from etl.http.retry import RetryPolicy, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from etl.model.connection import Secret
    from etl.model.ports import RequestCounts

_CONNECT = 15.0  # seconds to get a connection
_LARGEST = 256 * 1024 * 1024  # bytes of one answer: a page of 20,000 rows has about 10 million
_CONNECTIONS = 32

_log = structlog.get_logger()


def _is_plain_loopback(root: str) -> bool:
    """True for http:// on this machine: no proxy of the environment leads there, and no TLS."""
    try:
        url = httpx.URL(root)
    except httpx.InvalidURL as error:
        raise UsageError(f"{root} is no URL: {error}") from error
    if url.scheme != "http":
        return False
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def _tls(verify: bool | str) -> bool | ssl.SSLContext:  # noqa: FBT001 - as httpx takes it
    if not isinstance(verify, str):
        return verify
    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        raise UsageError(f"verify: {verify} is no file of CA certificates: {error}") from error


class Client:
    """Requests below one root URL, from any thread.

    `obtain` makes the headers of a login, with this client; it is called once, and again when they
    have expired. Proxies and SSL_CERT_FILE of the environment are honoured. Redirects are not
    followed, so the login never leaves the root's origin.
    """

    def __init__(  # noqa: PLR0913 - what a connection is made of
        self,
        root: str,
        obtain: Callable[[Client], Mapping[str, str]],
        *,
        timeout: float = 120.0,
        verify: bool | str = True,
        headers: Mapping[str, Secret] | None = None,
        secrets: Sequence[Secret] = (),
        policy: RetryPolicy | None = None,
        largest: int = _LARGEST,
        rate: float | None = None,
    ) -> None:
        own = {name: value.reveal() for name, value in (headers or {}).items()}
        self._root = root.rstrip("/")
        here = _is_plain_loopback(self._root)
        self._login = Login(lambda: obtain(self))
        self._policy = policy or RetryPolicy()
        self._largest = largest
        self._counter = Counter()
        self._budget = Budget(rate)
        self._hidden = [*own.values(), *(secret.reveal() for secret in secrets)]
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT)),
            verify=False if here else _tls(verify),
            trust_env=not here,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            headers={"Accept": "application/json", **own},
        )

    def ask(  # noqa: PLR0913 - one request
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        write: bool = False,
        splits: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON (None where it is empty), after all retries.

        `splits` says that the caller sends the body again in two parts where the outcome is not
        known: then it is not repeated as a whole.

        `write` says that the request may change data; it is repeated like any other, so it must be
        one that can be. Raises the errors of `etl.http.answers`, AccessRefused, TargetBroken for
        an answer that is no JSON, whatever its status.
        """
        again = False
        self._login.current()  # a login has tries of its own, which this request's do not multiply
        for attempt in tries(self._policy, 1 if splits else None):
            with attempt:
                answer = self._signed(method, path, params, body, write=write, again=again)
            again = True
        return self._json(answer, method, path)

    def login(self, path: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON to a GET with these headers and no pass: for `obtain` and probes.

        What was refused is not repeated; what was never heard is.
        """
        again = False
        for attempt in tries(self._policy):
            with attempt:
                answer = self._once("GET", path, None, None, headers, write=False, again=again)
            again = True
        return self._json(answer, "GET", path)

    def hide(self, secret: str) -> None:
        """From now on this text is left out of messages."""
        self._hidden.append(secret)

    def counts(self) -> RequestCounts:
        """The requests so far."""
        return self._counter.counts()

    def close(self) -> None:
        """Lets the connections go."""
        self._http.close()

    def _signed(  # noqa: PLR0913 - one request
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
        *,
        write: bool,
        again: bool,
    ) -> Answer:
        """One try with the pass; an expired one is renewed and the request sent once more."""

        def send(ticket: Pass, *, again: bool) -> Answer:
            return self._once(method, path, params, body, ticket.headers, write=write, again=again)

        ticket = self._login.current()
        try:
            return send(ticket, again=again)
        except Unauthorized:
            ticket = self._login.renew(ticket)
        try:
            return send(ticket, again=True)
        except Unauthorized as error:
            raise AccessRefused(f"{error}, right after a login that was accepted") from error

    def _once(  # noqa: PLR0913 - one request
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
        headers: Mapping[str, str],
        *,
        write: bool,
        again: bool,
    ) -> Answer:
        content = None if body is None else json.dumps(body, allow_nan=False).encode()
        kind = {"Content-Type": "application/json"} if content else {}
        request = self._request(method, path, params, content, {**headers, **kind})
        self._budget.take()
        self._counter.add(write=write, again=again)
        start = monotonic()
        answer = self._send(request, f"{method} {path}")
        _log.debug(
            "request",
            method=method,
            path=path,
            status=answer.status,
            seconds=round(monotonic() - start, 3),
            sent=len(content or b""),
            received=len(answer.text),
        )
        check(answer, f"{method} {path}")
        return answer

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        content: bytes | None,
        headers: Mapping[str, str],
    ) -> httpx.Request:
        try:
            return self._http.build_request(
                method, f"{self._root}/{path}", params=params, content=content, headers=headers
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise UsageError(
                f"{self._root}/{path} is no URL, or a header is no plain text"
            ) from error

    def _send(self, request: httpx.Request, what: str) -> Answer:
        try:
            response = self._http.send(request, stream=True)
            try:
                return self._read(response, what)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotConnected(f"no connection to {self._root}: {self._clean(error)}") from None
        except httpx.ProxyError as error:
            raise NotConnected(f"the proxy refuses: {self._clean(error)}") from None
        except httpx.TimeoutException:
            raise Unanswered(f"{what} got no answer in time") from None
        except httpx.DecodingError:
            raise TargetBroken(f"{what} answered with broken compression") from None
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol):
            raise UsageError(f"{self._root}: the URL or a header cannot be sent") from None
        except httpx.TransportError as error:
            raise Unanswered(f"{what} was cut off: {self._clean(error)}") from None

    def _read(self, response: httpx.Response, what: str) -> Answer:
        """The whole answer, if it is not larger than allowed."""
        data = bytearray()
        for part in response.iter_bytes():
            data += part
            if len(data) > self._largest:
                raise TargetBroken(f"{what} answered with more than {self._largest} bytes")
        text = data.decode("utf-8", "replace")
        failed = text if response.status_code >= httpx.codes.MULTIPLE_CHOICES else ""
        return Answer(
            response.status_code,
            text,
            self._clean(response.headers.get("X-Status-Reason") or failed),
            response.headers.get("Retry-After"),
            response.headers.get("Location"),
        )

    def _json(self, answer: Answer, method: str, path: str) -> Any:  # noqa: ANN401 - JSON
        if not answer.text:
            return None
        try:
            return json.loads(answer.text)
        except (ValueError, RecursionError) as error:
            told = self._clean(" ".join(answer.text.split())[:300])
            raise TargetBroken(
                f"{method} {path} answered {answer.status} with no JSON: {told}"
            ) from error

    def _clean(self, text: object) -> str:
        cleaned = str(text)
        for secret in self._hidden:
            if secret:
                cleaned = cleaned.replace(secret, "***")
        return cleaned
