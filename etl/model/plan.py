"""An entry's plan: what is the same for every record of a mapping's `records` entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.record import Scalar


class OnMissing(StrEnum):
    """What happens when a reference or an option is not found."""

    REJECT = "reject"
    CREATE = "create"
    OMIT = "omit"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """How the references under one payload key are treated.

    `column` is the source's column, for problems; `create` are the fields of a record that is
    made because it is missing, besides the key itself.
    """

    column: str | None
    on_missing: OnMissing = OnMissing.REJECT
    create: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GonePolicy:
    """What happens to records that the entry made and whose rows are gone.

    With `values` (by payload key) these are set; without, the records are removed. More of them
    than the limit, in records or as a share of all that the entry made, stop the run.
    """

    values: Mapping[str, Scalar] | None = None
    limit: int | None = None
    share: float | None = 0.25

    def allows(self, gone: int, made: int) -> bool:
        """True if that many may go."""
        if self.limit is not None:
            return gone <= self.limit
        return self.share is None or gone <= made * self.share


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """One `records` entry, compiled.

    `index` is its place in the mapping, `order` its place in the order of references (entries of a
    lower order are delivered first). `key` are the key fields' names in the mapping, `key_fields`
    the payload keys that identify a record on the target. `links` are the policies of all payload
    keys that hold references. `action` is upsert, create or update.
    """

    index: int
    entity: str
    order: int
    action: str
    key: tuple[str, ...]
    key_fields: tuple[str, ...]
    links: Mapping[str, LinkPolicy]
    refers_to: frozenset[str] = frozenset()  # entities that its references point at
    gone: GonePolicy | None = None  # None: they are kept
    repeats: bool = False  # one record for each item of a row: the row is not known by it
