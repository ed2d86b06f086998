"""One record that sinks its batch: the others are in, and the culprit is found quickly."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, Any

import pytest

from etl.sandbox import Faults, Sandbox
from tests.cli.test_commands import as_json, folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["folder"]

COUNT = 500
MAPPING = """
version: 1
source: {path: brands.csv}
records:
  - entity: Brand
    key: code
    fields: {code: Code, name: Name}
"""


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    (folder / "brands.yaml").write_text(MAPPING)
    lines = ["Code;Name", *(f"b{i:03};Brand {i:03}" for i in range(COUNT))]
    (folder / "brands.csv").write_text("\n".join(lines))
    with Sandbox(faults=Faults(), seed="empty") as running:
        monkeypatch.setenv("ETL_URL", running.url)
        monkeypatch.setenv("ETL_USERNAME", running.username)
        monkeypatch.setenv("ETL_PASSWORD", running.password)
        yield running


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"status": 500, "reason": "out of memory"}, "out of memory"),
        ({"status": 413}, "413"),
        ({"status": 400, "reason": "no good"}, "no good"),
        ({"sql": True}, "no JSON"),
        ({"cut": "middle"}, "cut off"),
        ({"results": -1}, "answered with"),
        ({"status": 500, "done": 0.5}, "500"),
    ],
)
@pytest.mark.parametrize("culprit", ["b000", "b250", "b499"])
def test_the_culprit_stands_alone_after_few_requests(  # noqa: PLR0913, PLR0917 - cases
    server: Sandbox,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    fault: dict[str, Any],
    told: str,
    culprit: str,
) -> None:
    server.faults.add(path="upsert", body=f'"{culprit}"', **fault)
    flags = ("--batch-size", str(COUNT), "--workers", "1")
    code, report = as_json(capsys, "run", "brands.yaml", *flags)
    assert (code, report["rows"]["loaded"], report["codes"]) == (4, 499, {"SERVER_REJECTED": 1})
    extra = server.count("POST", "upsert") - 1
    repeats = 2 if "cut" in fault else 0  # of the record alone, whose outcome is not known
    assert extra <= 2 * log2(COUNT) + 2 + repeats
    stored = [row["code"] for row in server.installation.store["Brand"]]
    kept = "cut" in fault or "results" in fault or "done" in fault  # the server did it all the same
    assert len(stored) == len(set(stored))
    assert set(stored) - {culprit} == {f"b{i:03}" for i in range(COUNT)} - {culprit}
    assert kept or culprit not in stored
    text = (folder / report["reports"]["rejects"]).read_text()
    (line,) = [line for line in text.splitlines() if culprit in line]
    assert told in line


def test_a_server_that_is_down_is_not_mistaken_for_poison(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    as_json(capsys, "describe", "Brand")
    server.faults.add(status=500)
    code, report = as_json(capsys, "run", "brands.yaml")
    assert code == 6
    assert "SERVER_REJECTED" not in report.get("codes", {})
    server.faults.clear()
    code, report = as_json(capsys, "run", "brands.yaml")
    assert (code, report["rows"]["loaded"]) == (0, COUNT)


def test_a_server_that_takes_no_writes_stops_the_run(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.add(path="upsert", status=500)
    code, report = as_json(capsys, "run", "brands.yaml", "--workers", "1")
    assert code == 6
    assert report["codes"]["NOT_SENT"] > COUNT - 20
    server.faults.clear()
    code, report = as_json(capsys, "run", "brands.yaml")
    assert (code, report["rows"]["loaded"]) == (0, COUNT)
