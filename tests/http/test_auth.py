from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from etl.errors import AccessRefused, TargetUnreachable
from etl.http.auth import Login


class Office:
    """Gives out a new token at each call, until told otherwise."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    def __call__(self) -> dict[str, str]:
        self.calls += 1
        if self.error:
            raise self.error
        return {"Authorization-Token": f"t{self.calls}"}


def test_the_pass_is_obtained_once() -> None:
    office = Office()
    login = Login(office)
    assert login.current() == login.current()
    assert office.calls == 1


def test_many_threads_renew_an_expired_pass_once() -> None:
    office = Office()
    login = Login(office)
    spent = login.current()
    barrier = Barrier(16)

    def renew(_: int) -> dict[str, str]:
        barrier.wait()
        return dict(login.renew(spent).headers)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(renew, range(16)))
    assert office.calls == 2
    assert found == [{"Authorization-Token": "t2"}] * 16


def test_a_refused_login_is_never_tried_again() -> None:
    office = Office()
    office.error = AccessRefused("wrong password")
    login = Login(office)
    for _ in range(20):
        with pytest.raises(AccessRefused, match="wrong password"):
            login.current()
    assert office.calls == 1


def test_a_renewal_that_is_refused_is_never_tried_again() -> None:
    office = Office()
    login = Login(office)
    spent = login.current()
    office.error = AccessRefused("locked")
    for _ in range(20):
        with pytest.raises(AccessRefused, match="locked"):
            login.renew(spent)
    assert office.calls == 2


def test_a_login_that_was_not_heard_may_be_tried_again() -> None:
    office = Office()
    office.error = TargetUnreachable("no connection")
    login = Login(office)
    with pytest.raises(TargetUnreachable):
        login.current()
    office.error = None
    assert login.current().generation == 1


def test_a_login_that_can_only_give_the_same_again_is_refused() -> None:
    login = Login(lambda: {"X-Api-Key": "k"})
    spent = login.current()
    for _ in range(2):
        with pytest.raises(AccessRefused, match="no longer valid"):
            login.renew(spent)
