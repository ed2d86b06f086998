"""kill -9 at any moment, and again: the target ends as after an undisturbed run."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.app.project import PRODUCTS, Project, products, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

COUNT = 240


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with sandbox(tmp_path) as server:
        made = Project(tmp_path, server)
        made.write("mappings/products.yaml", PRODUCTS.replace("products.csv", "../products.csv"))
        made.write("products.csv", products(COUNT))
        yield made


def stored(client: httpx.Client) -> dict[str, tuple[str, str]]:
    """(name, brand) of all products by number; fails where a number stands twice."""
    brands = client.get("/Brand", params={"maxSize": 100, "select": "name"}).json()["list"]
    names = {brand["id"]: brand["name"] for brand in brands}
    rows = client.get("/Product", params={"maxSize": 2000, "select": "number,name,brandId"}).json()
    found = {row["number"]: (row["name"], names[row["brandId"]]) for row in rows["list"]}
    assert len(found) == rows["total"], "there are duplicates"
    return found


def total(client: httpx.Client) -> int:
    found = client.get("/Product", params={"totalOnly": "true"}).json()["total"]
    return int(found)


@pytest.mark.parametrize("moments", [(1, 60, 120), (10, 110, 200)])
def test_killed_at_any_moment_it_goes_on_and_ends_the_same(
    project: Project, moments: tuple[int, ...]
) -> None:
    run = ("run", "mappings/products.yaml", "--batch-size", "20", "--workers", "2")
    with project.server.client() as client:
        for moment in moments:
            with project.start(*run) as process:
                while total(client) < moment and process.poll() is None:
                    pass
                process.send_signal(signal.SIGKILL)
        before = total(client)
        code, report = project.json(*run)
        assert code == 0, report
        assert report["rows"]["read"] == COUNT
        assert report["rows"]["loaded"] + report["rows"]["unchanged"] == COUNT
        in_flight = 3 * 20  # two under way and one being answered for
        sent_again = report["rows"]["loaded"] - (COUNT - before)
        assert sent_again <= in_flight
        found = stored(client)
        assert found == {f"P{i:05d}": (f"Product {i}", f"Brand {i % 7}") for i in range(COUNT)}
        code, report = project.json(*run)
        assert (code, report["rows"]["unchanged"], report["requests"]["writes"]) == (0, COUNT, 0)


def test_a_signal_ends_it_in_order(project: Project) -> None:
    run = ("run", "mappings/products.yaml", "--batch-size", "10", "--output", "json")
    with project.server.client() as client, project.start(*run) as process:
        while total(client) < 20 and process.poll() is None:
            pass
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 143, err
        code, report = project.json("report")
        assert report["status"] == "stopped"
        rows = report["rows"]
        assert rows["read"] == rows["loaded"] + rows["unchanged"] + rows["rejected"]
        assert report["codes"]["NOT_SENT"] == rows["rejected"]
        assert '"stopped"' in out
        code, report = project.json("run", "mappings/products.yaml")
        assert (code, report["rows"]["unchanged"]) == (0, rows["loaded"])
        assert len(stored(client)) == COUNT
