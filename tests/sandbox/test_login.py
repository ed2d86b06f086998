"""Tokens, refused logins, the lockout."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.sandbox.client import LOGIN, Api, log_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sandbox import Sandbox

BRANDS = "/api/v1/Brand"


@pytest.fixture
def client(empty: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=empty.url, verify=False) as client:  # noqa: S501 - no TLS on loopback
        yield client


def refused(response: httpx.Response) -> bool:
    return response.status_code == 401 and response.content == b""


def test_basic_gives_a_token_of_user_and_secret(client: httpx.Client) -> None:
    token = log_in(client)
    assert base64.b64decode(token).decode().startswith("admin:")
    assert client.get(BRANDS).json() == {"total": 0, "list": []}


def test_without_the_header_the_user_comes_along(client: httpx.Client) -> None:
    answer = client.get(LOGIN, auth=("admin", "sandbox")).json()
    assert answer["user"]["userName"] == "admin"


def test_a_token_may_log_in_again(client: httpx.Client) -> None:
    log_in(client)
    assert client.get(LOGIN).status_code == 200


@pytest.mark.parametrize("credentials", [("admin", "wrong"), ("nobody", "sandbox")])
def test_wrong_credentials_are_refused(client: httpx.Client, credentials: tuple[str, str]) -> None:
    assert refused(client.get(LOGIN, auth=credentials))


@pytest.mark.parametrize("header", ["", "no base64!", base64.b64encode(b"nocolon").decode()])
def test_other_routes_need_a_good_token(client: httpx.Client, header: str) -> None:
    assert refused(client.get(BRANDS, headers={"Authorization-Token": header}))


def test_the_login_without_credentials_is_refused(client: httpx.Client) -> None:
    assert refused(client.get(LOGIN))


def test_basic_elsewhere_takes_the_token_not_the_password(client: httpx.Client) -> None:
    assert refused(client.get(BRANDS, auth=("admin", "sandbox")))
    token = base64.b64decode(log_in(client)).decode().partition(":")[2]
    del client.headers["Authorization-Token"]
    assert client.get(BRANDS, auth=("admin", token)).status_code == 200


@pytest.mark.parametrize("bare", [False, True])
def test_logging_out_ends_the_token(client: httpx.Client, *, bare: bool) -> None:
    token = log_in(client)
    sent = base64.b64decode(token).decode().partition(":")[2] if bare else token
    answer = client.post("/api/v1/App/action/destroyAuthToken", json={"token": sent})
    assert answer.json() is True
    assert refused(client.get(BRANDS))


def test_more_than_ten_failures_lock_the_login_but_not_the_tokens(client: httpx.Client) -> None:
    log_in(client)
    answers = [client.get(LOGIN, auth=("admin", "wrong")).status_code for _ in range(11)]
    assert answers == [401] * 10 + [403]
    locked = client.get(LOGIN, auth=("admin", "sandbox"))
    assert (locked.status_code, locked.content) == (403, b"")
    assert locked.headers["X-Status-Reason"] == "Max failed login attempts exceeded."
    assert client.get(BRANDS).status_code == 200


def test_failures_are_forgotten_after_a_minute(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    for _ in range(11):
        client.get(LOGIN, auth=("admin", "wrong"))
    later = time.monotonic() + 61
    monkeypatch.setattr("etl.sandbox.login.time.monotonic", lambda: later)
    log_in(client)


def test_a_token_lasts_as_long_as_the_faults_say(catalog: Sandbox, api: Api) -> None:
    catalog.faults.expire_tokens_after = 2
    assert [api.send("GET", "Brand").status_code for _ in range(3)] == [200, 200, 401]
