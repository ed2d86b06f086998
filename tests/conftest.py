"""What tests in all rooms share: the real catalogs beside the project, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `shared` are skipped where the catalogs are absent."""
    if (SHARED / "data").is_dir():
        return
    skip = pytest.mark.skip(reason="the real catalogs (../shared) are not here")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real catalogs."""
    return SHARED
