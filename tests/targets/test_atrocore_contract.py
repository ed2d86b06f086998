"""The contract of targets, over a server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.contract import TargetContract
from tests.targets.sandboxed import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.targets.world import World


class TestAtroCore(TargetContract):
    @pytest.fixture
    def world(self) -> Iterator[World]:
        with staged() as stage:
            yield stage.world
