"""The login of the v1 generation: a token for name and password, then the token alone."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from etl.errors import AccessRefused, TargetBroken, UsageError
from etl.http.answers import Forbidden, RequestRefused, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.http.client import Client
    from etl.model.connection import Connection

_NOT_FOUND = 404


def token_login(connection: Connection) -> Callable[[Client], Mapping[str, str]]:
    """What a client calls to log in: GET App/user by Basic, `Authorization-Token` from then on.

    Elsewhere Basic would take a token, not the password (v1 001, 009, 010). A token that the
    connection names is used first; without name and password there is no other.
    """
    if connection.auth not in {"auto", "token"}:
        raise UsageError(f"auth: {connection.auth} does not exist on AtroCore; leave it out")
    if not connection.token and not (connection.username and connection.password):
        raise UsageError(
            f"connection {connection.name or connection.url}: username and password, or a token, "
            "are needed"
        )
    given = [connection.token] if connection.token else []

    def obtain(client: Client) -> Mapping[str, str]:
        if given:
            return _pass(given.pop().reveal())
        return _pass(_ask(client, connection))

    return obtain


def _pass(token: str) -> Mapping[str, str]:
    return {"Authorization-Token": token}


def _ask(client: Client, connection: Connection) -> str:
    if connection.password is None:
        raise AccessRefused("the token is no longer valid, and there is no password to get another")
    pair = f"{connection.username}:{connection.password.reveal()}".encode()
    headers = {
        "Authorization": f"Basic {b64encode(pair).decode()}",
        "Authorization-Token-Only": "true",
    }
    try:
        answer = client.login("App/user", headers)
    except Unauthorized as error:
        raise AccessRefused(
            f"the login of {connection.username!r} is refused: wrong name or password, or the user "
            "is not active"
        ) from error
    except Forbidden as error:
        raise AccessRefused(f"the login of {connection.username!r} is refused: {error}") from error
    except RequestRefused as error:
        raise _no_such_api(connection, error) from error
    token = answer.get("authorizationToken") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise TargetBroken("App/user answered without a token: is this an AtroCore server?")
    client.hide(token)
    return token


def _no_such_api(connection: Connection, error: RequestRefused) -> Exception:
    """No App/user below /api/v1: servers from 2.3 on answer 404 there, with an empty body."""
    if error.status != _NOT_FOUND:
        return error
    return TargetBroken(
        f"{connection.url} has no AtroCore API of the generation v1 (2.0 to 2.2). Either the URL "
        "is not the root of an AtroCore installation, or the server is AtroCore 2.3 or later "
        "(generation v2), which this version cannot write to"
    )
