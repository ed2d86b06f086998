"""What tests in all rooms share: the real catalogs beside the project, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `shared` are skipped where the catalogs are absent; `soak` is for who asks."""
    if "soak" not in str(config.getoption("-m")):
        config.hook.pytest_deselected(items=[one for one in items if "soak" in one.keywords])
        items[:] = [one for one in items if "soak" not in one.keywords]
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
