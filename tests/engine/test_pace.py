"""The pace over a simulated server: what it settles on, and what makes it do less."""

from __future__ import annotations

import threading

import pytest

from etl.engine.pace import Bounds, Pace


class Server:
    """A server with a cost for each request and each record, and some places to work at once."""

    def __init__(self, request: float, record: float, places: int) -> None:
        self.request, self.record, self.places = request, record, places
        self.now = 0.0

    def rate(self, size: int, workers: int) -> float:
        return min(workers, self.places) * size / (self.request + self.record * size)

    def serve(self, pace: Pace, batches: int) -> None:
        for _ in range(batches):
            size = pace.size
            self.now += size / self.rate(size, pace.workers)
            pace.told(size, self.request + self.record * size, refused=False)


SIZES = Bounds.of(None, 50, 100)
WORKERS = Bounds.of(None, 2, 4)


@pytest.mark.parametrize(
    ("request_cost", "record_cost", "places"),
    [(0.185, 0.02, 2), (0.185, 0.02, 1), (0.0, 0.02, 2), (2.0, 0.001, 4), (0.01, 0.1, 3)],
)
def test_it_comes_near_to_the_best_setting(
    request_cost: float, record_cost: float, places: int
) -> None:
    server = Server(request_cost, record_cost, places)
    pace = Pace(SIZES, WORKERS, lambda: server.now)
    server.serve(pace, 100)
    best = max(server.rate(size, workers) for size in range(1, 101) for workers in range(1, 5))
    assert server.rate(pace.size, pace.workers) >= 0.9 * best


def test_what_is_pinned_stays() -> None:
    server = Server(0.185, 0.02, 4)
    pace = Pace(Bounds.of(30, 50, 100), Bounds.of(1, 2, 4), lambda: server.now)
    server.serve(pace, 200)
    assert (pace.size, pace.workers) == (30, 1)


def test_more_workers_are_not_kept_for_nothing() -> None:
    server = Server(0.185, 0.02, 2)
    pace = Pace(SIZES, WORKERS, lambda: server.now)
    seen = set()
    for _ in range(300):
        server.serve(pace, 1)
        seen.add(pace.workers)
    assert seen == {2, 3}, "three were tried"
    assert pace.size == 100


def test_a_refused_or_slow_batch_means_smaller_ones_for_a_while() -> None:
    server = Server(0.185, 0.02, 2)
    pace = Pace(SIZES, WORKERS, lambda: server.now)
    pace.told(50, 1.0, refused=True)
    assert pace.size == 25
    pace.told(25, 30.0, refused=False)
    assert pace.size == 12
    server.serve(pace, 20)
    assert pace.size == 12
    server.serve(pace, 400)
    assert pace.size > 50, "and more again, when it goes well"


def test_a_refused_rest_counts_by_its_own_size() -> None:
    pace = Pace(SIZES, WORKERS)
    pace.told(7, 1.0, refused=True)
    assert pace.size == 3
    for _ in range(9):
        pace.told(1, 1.0, refused=True)
    assert pace.size == 1


def test_repeated_requests_mean_fewer_at_the_same_time() -> None:
    pace = Pace(SIZES, WORKERS)
    for _ in range(5):
        pace.told(50, 1.0, refused=False, repeated=True)
    assert (pace.size, pace.workers) == (50, 1)


def test_never_more_go_out_than_there_are_places() -> None:
    pace = Pace(SIZES, Bounds.of(3, 2, 4))
    out, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def work() -> None:
        nonlocal out, most
        with pace.slot():
            with lock:
                out += 1
                most = max(most, out)
            together.wait(10)
            with lock:
                out -= 1

    threads = [threading.Thread(target=work) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3
