"""What a new sandbox begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.seeds.catalog import plant_catalog
from etl.sandbox.seeds.fresh import plant_fresh

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation

SEEDS = ("catalog", "empty")


def plant(installation: Installation, seed: str) -> None:
    """Fill an installation: `empty` is a fresh install, `catalog` has a small catalog model."""
    if seed not in SEEDS:
        message = f"no seed {seed!r}; there are {', '.join(SEEDS)}"
        raise ValueError(message)
    plant_fresh(installation)
    if seed == "catalog":
        plant_catalog(installation)
    installation.store.commit()
