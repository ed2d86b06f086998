from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from etl.errors import AccessRefused, TargetBroken, TargetUnreachable, UsageError
from etl.http.answers import (
    Busy,
    Forbidden,
    GatewayFailed,
    NotConnected,
    RequestRefused,
    ServerFailed,
    Unanswered,
)
from etl.http.client import Client
from etl.http.retry import RetryPolicy
from etl.model.connection import Secret
from etl.model.ports import RequestCounts
from tests.http.loopback import Asked, Loopback, Reply, in_turn, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

QUICK = RetryPolicy(first=0.001, longest=0.002, jitter=0.0, retry_after=0.01)


def anonymous(_: Client) -> Mapping[str, str]:
    return {}


Connect = Callable[..., Client]


@pytest.fixture
def client() -> Iterator[Connect]:
    """Makes clients, and closes them."""
    with ExitStack() as stack:

        def connect(url: str, **more: Any) -> Client:  # noqa: ANN401 - as Client takes them
            more = {"obtain": anonymous, "policy": QUICK, **more}
            return stack.enter_context(closing(Client(url, **more)))

        yield connect


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving(in_turn(Reply(body={"ok": True}))) as server:
        yield server


def test_json_goes_out_and_comes_back(client: Connect, loopback: Loopback) -> None:
    own = client(f"{loopback.url}/api/", headers={"X-Extra": Secret("e")})
    assert own.ask("POST", "Brand", params={"a": "b c"}, body=[{"ä": 1}], write=True) == {
        "ok": True
    }
    (asked,) = loopback.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/api/Brand", {"a": "b c"})
    assert asked.body == [{"ä": 1}]
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["X-Extra"] == "e"
    assert own.counts() == RequestCounts(1, 1, 0)


def test_an_empty_answer_is_none(client: Connect, loopback: Loopback) -> None:
    loopback.answer = in_turn(Reply(304))
    assert client(loopback.url).ask("PATCH", "x") is None


@pytest.mark.parametrize("text", ["SQLSTATE[2201W]: LIMIT must not be negative", "[" * 100_000])
def test_a_200_that_is_no_json_is_no_success(
    client: Connect, loopback: Loopback, text: str
) -> None:
    loopback.answer = in_turn(Reply(text=text))
    with pytest.raises(TargetBroken, match="no JSON"):
        client(loopback.url).ask("GET", "Product")


@pytest.mark.parametrize(
    ("failures", "kind"),
    [
        ([Reply(429)] * 6, Busy),
        ([Reply(503, headers={"Retry-After": "9999"})] * 6, Busy),
        ([Reply(502)] * 3, GatewayFailed),
        ([Reply(504)] * 3, GatewayFailed),
        ([Reply(cut=True)] * 3, Unanswered),
    ],
)
def test_what_may_pass_is_tried_again_but_not_for_ever(
    client: Connect, loopback: Loopback, failures: list[Reply], kind: type[Exception]
) -> None:
    loopback.answer = in_turn(*failures[1:], Reply(body=1))
    own = client(loopback.url)
    assert own.ask("POST", "x", write=True) == 1
    assert own.counts() == RequestCounts(len(failures), len(failures), len(failures) - 1)
    loopback.answer = in_turn(*failures, Reply(body=1))
    with pytest.raises(kind):
        client(loopback.url).ask("GET", "x")


def test_what_will_not_pass_is_not_tried_again(client: Connect, loopback: Loopback) -> None:
    for status, kind in [(500, ServerFailed), (400, RequestRefused), (403, Forbidden)]:
        loopback.answer = in_turn(Reply(status, text="why"))
        loopback.asked.clear()
        with pytest.raises(kind, match="why"):
            client(loopback.url).ask("GET", "x")
        assert len(loopback.asked) == 1


def test_retry_after_is_obeyed_within_bounds(client: Connect) -> None:
    policy = RetryPolicy(first=30.0, longest=30.0, jitter=0.0, retry_after=0.01)
    with serving(in_turn(Reply(503, headers={"Retry-After": "600"}), Reply(body=1))) as server:
        assert client(server.url, policy=policy).ask("GET", "x") == 1


def test_no_connection_is_told_and_nothing_was_sent(client: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = client(f"http://127.0.0.1:{port}")
    with pytest.raises(NotConnected, match=f"127.0.0.1:{port}"):
        own.ask("GET", "x")
    assert own.counts().retried == 5


def test_a_server_that_never_answers_is_left(client: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.05)
        with pytest.raises(Unanswered, match="in time"):
            own.ask("GET", "x")


def test_redirects_are_not_followed(client: Connect, loopback: Loopback) -> None:
    with serving(in_turn(Reply(body=1))) as other:
        loopback.answer = in_turn(Reply(302, headers={"Location": f"{other.url}/login?x=1"}))
        with pytest.raises(TargetBroken, match=r"redirected to http://127\.0\.0\.1/login"):
            client(loopback.url, obtain=lambda _: {"Authorization": "s3cret"}).ask("GET", "x")
        assert other.asked == []


def test_an_answer_larger_than_allowed_is_refused(client: Connect, loopback: Loopback) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    loopback.answer = lambda _: Bytes(bomb)
    with pytest.raises(TargetBroken, match="more than 1000 bytes"):
        client(loopback.url, largest=1000).ask("GET", "x")


def test_broken_compression_is_no_answer(client: Connect, loopback: Loopback) -> None:
    loopback.answer = in_turn(Reply(text="no gzip", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TargetBroken, match="compression"):
        client(loopback.url).ask("GET", "x")


class Bytes(Reply):
    """A compressed answer."""

    def __init__(self, content: bytes) -> None:
        super().__init__(headers={"Content-Encoding": "gzip"})
        object.__setattr__(self, "_content", content)

    def content(self) -> bytes:
        found: bytes = object.__getattribute__(self, "_content")
        return found


class Gate:
    """A server with tokens: `valid` is the one it takes now."""

    def __init__(self) -> None:
        self.valid = 0
        self.logins = 0

    def expire(self) -> None:
        self.valid = -1

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/login":
            self.logins += 1
            self.valid = self.logins
            return Reply(body={"token": f"token-{self.valid}"})
        if asked.headers.get("Authorization-Token") != f"token-{self.valid}":
            return Reply(401)
        return Reply(body={"ok": True})


def obtain(own: Client) -> Mapping[str, str]:
    token = own.login("login", {"Authorization": "Basic s3cret"})["token"]
    return {"Authorization-Token": token}


def test_an_expired_token_is_renewed_once_for_all_threads(client: Connect) -> None:
    gate = Gate()
    with serving(gate) as server:
        own = client(server.url, obtain=obtain)
        own.ask("GET", "x")
        gate.expire()
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: own.ask("POST", "y", write=True), range(60)))
        assert answers == [{"ok": True}] * 60
        assert gate.logins == 2
        assert own.counts().writes == 60 + own.counts().retried


def test_a_fresh_token_that_is_not_taken_ends_it(client: Connect) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(body={"token": len(answers)}) if asked.path == "/login" else Reply(401)

    answers: list[int] = []

    def login(own: Client) -> Mapping[str, str]:
        answers.append(1)
        return {"T": str(own.login("login", {})["token"])}

    with serving(answer) as server, pytest.raises(AccessRefused, match="right after a login"):
        client(server.url, obtain=login).ask("GET", "x")
    assert len(answers) == 2


def test_a_login_waits_for_a_busy_server_but_repeats_no_refusal(client: Connect) -> None:
    with serving(in_turn(Reply(503), Reply(body={"token": "t"}), Reply(body=1))) as server:
        assert client(server.url, obtain=obtain).ask("GET", "x") == 1
    with serving(in_turn(Reply(401))) as server:
        own = client(server.url, obtain=obtain)
        for _ in range(15):
            with pytest.raises(AccessRefused):
                own.ask("GET", "x")
        assert len(server.asked) == 1


def test_secrets_stay_out_of_errors_and_logs(client: Connect, loopback: Loopback) -> None:
    loopback.answer = in_turn(Reply(400, text="you said s3cret and t0ken and extra1"))
    own = client(
        loopback.url, secrets=[Secret("s3cret"), Secret("")], headers={"X": Secret("extra1")}
    )
    own.hide("t0ken")
    with capture_logs() as logs, pytest.raises(RequestRefused) as caught:
        own.ask("POST", "x", body={"password": "s3cret"})
    assert "you said *** and *** and ***" in str(caught.value)
    told = json.dumps(logs)
    assert "POST" in told
    assert "s3cret" not in told
    assert "t0ken" not in told


@pytest.mark.parametrize("header", ["s3cret\n", "s3cr\u20ac"])
def test_a_header_that_cannot_be_sent_is_told_without_it(
    client: Connect, loopback: Loopback, header: str
) -> None:
    with pytest.raises(UsageError) as caught:
        client(loopback.url, obtain=lambda _: {"T": header}).ask("GET", "x")
    assert "s3cr" not in str(caught.value)


def test_this_machine_is_reached_past_any_proxy(
    client: Connect, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(in_turn(Reply(407))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        for host in ("127.0.0.1", "localhost"):
            url = loopback.url.replace("127.0.0.1", host)
            assert client(url).ask("GET", "x") == {"ok": True}
        with pytest.raises(RequestRefused, match="407"):
            client("http://pim.invalid").ask("GET", "x")


def test_a_url_that_is_none_is_a_usage_error(client: Connect) -> None:
    for url in ["http://[::1", "ftp://host"]:
        with pytest.raises(UsageError):
            client(url).ask("GET", "x")


def test_a_ca_file_is_loaded_or_told(client: Connect, tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    with pytest.raises(UsageError, match=r"none\.pem"):
        client("https://127.0.0.1", verify=str(missing))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"bad\.pem"):
        client("https://127.0.0.1", verify=str(tmp_path / "bad.pem"))


def test_a_proxy_that_refuses_is_told(client: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(in_turn(Reply(407))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(TargetUnreachable, match="proxy"):
            client("https://pim.invalid", policy=RetryPolicy(attempts=1)).ask("GET", "x")
