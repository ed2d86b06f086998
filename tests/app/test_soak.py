"""The long suite: thousands of rows, faults in every way, and kills at random moments."""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

import pytest

from tests.app.project import PRODUCTS, Project, products, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

pytestmark = pytest.mark.soak

KILLS, KILLED_ROWS, FAULTY_ROWS = 25, 20_000, 50_000
BATCH, WORKERS = 50, 2
SOME_FAULTS = """
seed: 7
faults:
  - {path: upsert, probability: 0.02, status: 500, done: 0.5}
  - {path: upsert, probability: 0.02, status: 504, done: 1}
  - {path: upsert, probability: 0.02, cut: middle}
  - {probability: 0.01, status: 429, retry_after: 0}
"""
MANY_FAULTS = """
seed: 11
faults:
  - {path: upsert, probability: 0.04, status: 500, done: 0.5}
  - {path: upsert, probability: 0.04, status: 429, retry_after: 0}
  - {path: upsert, probability: 0.03, cut: middle}
  - {path: upsert, probability: 0.03, cut: before, done: 1}
  - {path: upsert, probability: 0.03, results: -1}
  - {path: upsert, probability: 0.03, status: 502}
  - {probability: 0.02, delay: 0.05}
"""


def project_with(folder: Path, rows: int, faults: str) -> Iterator[Project]:
    (folder / "faults.yaml").write_text(faults)
    with sandbox(folder, "--faults", str(folder / "faults.yaml")) as server:
        made = Project(folder, server)
        made.write("mappings/products.yaml", PRODUCTS.replace("products.csv", "../products.csv"))
        made.write("products.csv", products(rows))
        yield made


def stored(client: httpx.Client) -> dict[str, tuple[str, str]]:
    """(name, brand) of all products by number; fails where a number stands twice."""
    names = {row["id"]: row["name"] for row in every(client, "Brand", "name")}
    rows = every(client, "Product", "number,name,brandId")
    found = {row["number"]: (row["name"], names[row["brandId"]]) for row in rows}
    assert len(found) == len(rows), "there are duplicates"
    return found


def every(client: httpx.Client, entity: str, select: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while True:
        asked: dict[str, str | int] = {
            "maxSize": 5000,
            "offset": len(found),
            "select": select,
            "sortBy": "id",
        }
        answer = client.get(f"/{entity}", params=asked)
        if answer.status_code != 200:
            continue  # a fault that was ordered
        page = answer.json()["list"]
        found += page
        if len(page) < 5000:
            return found


def total(client: httpx.Client) -> int:
    while True:
        answer = client.get("/Product", params={"totalOnly": "true"})
        if answer.status_code == 200:
            return int(answer.json()["total"])


def wanted(rows: int) -> dict[str, tuple[str, str]]:
    return {f"P{i:05d}": (f"Product {i}", f"Brand {i % 7}") for i in range(rows)}


def test_twenty_five_kills_and_the_end_is_the_same(tmp_path: Path) -> None:
    dice = random.Random(20261126)  # noqa: S311 - to be repeatable, not secret
    moments = sorted(dice.sample(range(1, KILLED_ROWS - 1), KILLS))
    run = ("run", "mappings/products.yaml", "--batch-size", str(BATCH), "--workers", str(WORKERS))
    for project in project_with(tmp_path, KILLED_ROWS, SOME_FAULTS):
        with project.server.client() as client:
            for moment in moments:
                with project.start(*run) as process:
                    while total(client) < moment and process.poll() is None:
                        pass
                    process.send_signal(signal.SIGKILL)
                assert len(stored(client)) >= moment - 1
            before = total(client)
            code, report = project.json(*run)
            assert code == 0, report
            again = report["rows"]["loaded"] - (KILLED_ROWS - before)
            assert again <= (WORKERS + 1) * BATCH, "more was sent again than was in flight"
            assert stored(client) == wanted(KILLED_ROWS)
            code, report = project.json(*run)
            assert (code, report["requests"]["writes"]) == (0, 0)


def test_a_server_that_fails_at_every_fifth_request_gets_all_rows(tmp_path: Path) -> None:
    for project in project_with(tmp_path, FAULTY_ROWS, MANY_FAULTS):
        with project.server.client() as client:
            code, report = project.json("run", "mappings/products.yaml")
            assert code == 0, report
            assert report["rows"]["loaded"] == FAULTY_ROWS == report["rows"]["read"]
            assert report["requests"]["retried"] > 0
            assert stored(client) == wanted(FAULTY_ROWS)
            assert total(client) == report["records"]["Product"]["created"] + (
                report["records"]["Product"]["updated"]
                + report["records"]["Product"]["not_modified"]
            )
            code, report = project.json("run", "mappings/products.yaml")
            assert (code, report["rows"]["unchanged"]) == (0, FAULTY_ROWS)
            assert report["requests"]["writes"] == 0
