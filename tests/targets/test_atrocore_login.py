"""Logging in, over a server that answers as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from etl.errors import AccessRefused, TargetBroken, UsageError
from etl.model.connection import Connection, Secret
from etl.model.ports import RequestCounts
from etl.targets.opener import open_target
from tests.http.loopback import Asked, Reply

if TYPE_CHECKING:
    from tests.targets.scripted import Connect


def test_a_login_that_is_refused_is_sent_once(connect: Connect) -> None:
    target = connect({"App/user": Reply(401)})
    for _ in range(15):
        with pytest.raises(AccessRefused, match="'u' is refused: wrong name or password"):
            target.schema("Brand")
    assert target.counts() == RequestCounts(1, 0, 0)


def test_a_locked_address_is_told(connect: Connect) -> None:
    target = connect({"App/user": Reply(403, text="Max failed login attempts exceeded.")})
    with pytest.raises(AccessRefused, match="Max failed login attempts"):
        target.schema("Brand")


def test_a_server_of_the_other_generation_is_told(connect: Connect) -> None:
    with pytest.raises(TargetBroken, match=r"AtroCore 2\.3 or later"):
        connect({"App/user": Reply(404)}).schema("Brand")
    with pytest.raises(TargetBroken, match="answered 418"):
        connect({"App/user": Reply(418)}).schema("Brand")


@pytest.mark.parametrize("answer", [[], {}, {"authorizationToken": 7}, {"authorizationToken": ""}])
def test_a_login_without_a_token_is_no_login(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="without a token"):
        connect({"App/user": answer}).schema("Brand")


def test_a_token_of_the_connection_is_used(connect: Connect) -> None:
    seen: list[str | None] = []

    def settings(asked: Asked) -> Reply:
        seen.append(asked.headers.get("Authorization-Token"))
        return Reply(body={"coreVersion": "2.1.26"})

    target = connect({"Settings": settings}, token=Secret("mine"), username="", password=None)
    assert target.capabilities.name == "AtroCore 2.1.26"
    assert target.capabilities.version == "2.1.26"
    assert seen == ["mine"]


def test_a_token_that_has_expired_and_no_password_ends_it(connect: Connect) -> None:
    target = connect({"Settings": Reply(401)}, token=Secret("mine"), username="", password=None)
    with pytest.raises(AccessRefused, match="no password to get another"):
        target.capabilities  # noqa: B018 - it asks


def test_a_token_that_has_expired_is_replaced(connect: Connect) -> None:
    def settings(asked: Asked) -> Reply:
        fresh = asked.headers["Authorization-Token"] == "t0ken"
        return Reply(body={}) if fresh else Reply(401)

    target = connect({"Settings": settings}, token=Secret("old"))
    assert target.capabilities.name == "AtroCore"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"password": None}, "username and password"),
        ({"auth": "hmac"}, "auth: hmac"),
        ({"api": "v2"}, "api: v2"),
        ({"url": "nowhere"}, "url:"),
    ],
)
def test_a_connection_that_cannot_be_is_told(
    connect: Connect, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        connect(**more)


def test_targets_are_opened_by_type() -> None:
    pair = {"username": "u", "password": Secret("p")}
    target = open_target(Connection("atrocore", "HTTP://Host:80/pim/", **pair))  # type: ignore[arg-type]
    assert target.identity == "atrocore http://host/pim"
    target.close()
    own = Connection("atrocore", "http://h", identity="sandbox /x", **pair)  # type: ignore[arg-type]
    assert open_target(own).identity == "sandbox /x"
    with pytest.raises(UsageError, match="oracle"):
        open_target(Connection("oracle", "http://h"))
