"""Sandboxes on free ports, and clients that are logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from etl.sandbox import Sandbox
from tests.sandbox.client import Api, log_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def enter() -> Iterator[Callable[[Sandbox], httpx.Client]]:
    """Logs in to a sandbox; the clients are closed in the end."""
    clients: list[httpx.Client] = []

    def into(server: Sandbox) -> httpx.Client:
        client = httpx.Client(base_url=server.url, timeout=30, verify=False)  # noqa: S501 - no TLS on loopback
        clients.append(client)
        log_in(client)
        return client

    yield into
    for client in clients:
        client.close()


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    """A fresh install."""
    with Sandbox(seed="empty") as server:
        yield server


@pytest.fixture
def another_empty() -> Iterator[Sandbox]:
    """Another one."""
    with Sandbox(seed="empty") as server:
        yield server


@pytest.fixture
def catalog() -> Iterator[Sandbox]:
    """The model of a small store."""
    with Sandbox() as server:
        yield server


@pytest.fixture
def api(catalog: Sandbox, enter: Callable[[Sandbox], httpx.Client]) -> Api:
    """A client of the small store."""
    return Api(enter(catalog))


@pytest.fixture
def fresh(empty: Sandbox, enter: Callable[[Sandbox], httpx.Client]) -> Api:
    """A client of a fresh install."""
    return Api(enter(empty))
