"""A folder to work in and a sandbox of its own, for each module."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.project import Project, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seed() -> str:
    """What the sandbox begins with; modules may say otherwise."""
    return "catalog"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, seed: str) -> Iterator[Project]:
    """A project in an empty folder; the mappings stay where they are."""
    folder = tmp_path_factory.mktemp("project")
    with sandbox(folder, "--seed", seed) as server:
        yield Project(folder, server)


def run(project: Project, *mappings: str) -> list[dict[str, Any]]:
    """The reports of some of our mappings, run one after the other."""
    code, found = project.json("run", *(str(ROOT / "mappings" / mapping) for mapping in mappings))
    reports: list[dict[str, Any]] = found.get("runs", [found])
    assert code == next((report["exit_code"] for report in reports if report["exit_code"]), 0)
    for report in reports:
        rows = report["rows"]
        assert rows["read"] == sum(count for name, count in rows.items() if name != "read")
    return reports


def table(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV file, by their headers."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
