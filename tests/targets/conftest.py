from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from etl.model.connection import Connection, Secret
from etl.targets.atrocore.target import AtroCore
from tests.http.loopback import Asked, Reply, serving
from tests.targets.sandboxed import Stage, staged
from tests.targets.scripted import METADATA, QUICK, Answers, Connect

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens a target on a server with these answers by path; a callable answers by itself."""
    with ExitStack() as stack:

        def opened(answers: Answers | None = None, **more: Any) -> AtroCore:  # noqa: ANN401
            known: Answers = {
                "App/user": {"authorizationToken": "t0ken"},
                "Metadata": METADATA,
                "Settings": {"mainLanguage": "en_US", "inputLanguageList": []},
                "Brand": {"list": []},
                **(answers or {}),
            }

            def answer(asked: Asked) -> Reply:
                found = known.get(asked.path.removeprefix("/api/v1/"), Reply(404))
                if callable(found):
                    found = found(asked)
                return found if isinstance(found, Reply) else Reply(body=found)

            url = stack.enter_context(serving(answer)).url
            told = {"username": "u", "password": Secret("pw"), "url": url, **more}
            return stack.enter_context(closing(AtroCore(Connection("atrocore", **told), QUICK)))

        yield opened


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A fresh server with the small world on it."""
    with staged() as found:
        yield found
