"""A budget of requests per second."""

from __future__ import annotations

import pytest

from etl.http.budget import Budget


class Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def test_requests_go_out_evenly() -> None:
    time = Time()
    budget = Budget(4, time.clock, time.wait)
    for _ in range(9):
        budget.take()
    assert time.now - 100 == pytest.approx(2.0)


def test_what_was_not_used_is_not_saved_up() -> None:
    time = Time()
    budget = Budget(2, time.clock, time.wait)
    budget.take()
    time.now += 60
    start = time.now
    for _ in range(3):
        budget.take()
    assert time.now - start == pytest.approx(1.0)


def test_without_a_rate_nobody_waits() -> None:
    time = Time()
    budget = Budget(None, time.clock, time.wait)
    for _ in range(1000):
        budget.take()
    assert time.now == 100
