"""A folder to work in and a sandbox of its own, for each module."""

from __future__ import annotations

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


def run(project: Project, mapping: str) -> dict[str, Any]:
    """The report of one run of one of our mappings."""
    code, report = project.json("run", str(ROOT / "mappings" / mapping))
    assert report["exit_code"] == code
    rows = report["rows"]
    assert rows["read"] == sum(count for name, count in rows.items() if name != "read")
    return report
