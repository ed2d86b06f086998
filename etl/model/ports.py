"""The seams between the rooms, and the glossary.

source      a table: file(s) in CSV or Excel, read as chunks of text rows
row         one line of a table, with its number as a person sees it
mapping     the YAML file that says which records a row makes
entry       one item of a mapping's `records`
record      what rows say about one entity of the target, over natural keys
reference   a natural key that stands for the id of another record, an option or a unit
change      a record with ids in place, ready to be sent
batch       some changes of one entity that travel in one request
outcome     what the target did with a change, item by item
reject      a row that did not make it, with code, column, value and reason
run         one execution of a mapping against a target
state       what is known to be confirmed, under (target, mapping)
checkpoint  the transaction that records a batch's outcomes in the state
target      the server; `Capabilities` says what it can do
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Change, Outcome
    from etl.model.chunk import Chunk, TableInfo
    from etl.model.plan import EntryPlan
    from etl.model.problem import Problem
    from etl.model.record import Record, Ref, Reject, Scalar
    from etl.model.schema import EntitySchema


class Source(Protocol):
    """A table, opened. Errors of the whole file are `SourceError`; errors of rows are data."""

    @property
    def info(self) -> TableInfo:
        """What was found out about the file, and its columns."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """All rows from the top, in bounded memory; may be called again for another pass."""
        ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a target can do, asked once. `batch_size` is in records, a sensible start."""

    name: str  # for people: "AtroCore 2.1.26"
    api: str  # v1 | v2 | espocrm
    version: str
    batch_size: int = 50
    max_batch_size: int = 200


@dataclass(frozen=True, slots=True)
class Precedence:
    """What must keep an order among the records of one entity.

    Records whose payload has a true value under `first` are through before the others begin.
    Values under the payload keys `last` are sent once everything else of the job is through: until
    then their records go without them.
    """

    first: str | None = None
    last: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """Requests so far: all, those that may change data (no login, no look-up), and repeats."""

    sent: int = 0
    writes: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class MakeRequest:
    """A missing record or option to be made: the reference that was not found, and more fields."""

    ref: Ref
    fields: Mapping[str, Scalar]


class Target(Protocol):
    """A server. All methods may be called from several threads at once.

    Raises TargetUnreachable, AccessRefused, TargetBroken where no row is to blame; `write` raises
    BatchRefused when the batch as a whole got no usable answer, so that the caller can halve it.
    """

    @property
    def identity(self) -> str:
        """What the state is kept under: the kind of target and its URL or data folder."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Asked of the server once."""
        ...

    def entities(self) -> tuple[str, ...]:
        """The names of all entities that records can be made of."""
        ...

    def schema(self, entity: str) -> EntitySchema | None:
        """The entity's fields and attributes, from live metadata; None if there is none."""
        ...

    def precedence(self, entity: str) -> Precedence:
        """In which order records of this entity, and their values, have to come."""
        ...

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """What would be refused or mangled though nothing of it shows before: place -> why.

        Of changes of one entity; asks, and writes nothing. `write` refuses them for the same
        reasons. A warning does not keep the change from being written.
        """
        ...

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids of the records, options or units that each reference matches: none, one or more.

        Looked up in bulk and exactly (with case, unless the reference says otherwise).
        """
        ...

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist (and are not deleted)."""
        ...

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Makes what `on_missing: create` asks for; the id of each, or why not. Idempotent."""
        ...

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Sends one batch of changes of one entity; one outcome each, in their order.

        Sending the same again is safe: nothing is duplicated.
        """
        ...

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        """Removes records; why not, for those that stay. What does not exist is removed.

        A record whose removal would take others along that are not among the ids stays.
        """
        ...

    def counts(self) -> RequestCounts:
        """The requests so far."""
        ...

    def close(self) -> None:
        """Lets the connections go."""
        ...


@dataclass(frozen=True, slots=True)
class Transformed:
    """What a chunk became. `filtered` are the numbers of rows that `where` or all `when`s left out.

    A record whose entry was rejected is not among `records`; the row's other records are.
    `warnings` tell what was left out by choice, row by row.
    """

    records: Sequence[Record]
    rejects: Sequence[Reject] = ()
    filtered: Sequence[int] = ()
    warnings: Sequence[Reject] = ()


class Transformer(Protocol):
    """A mapping, compiled against one table and one target."""

    @property
    def plans(self) -> tuple[EntryPlan, ...]:
        """The plan of each entry, in the mapping's order."""
        ...

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that change when the mapping changes in any way that could change a record."""
        ...

    @property
    def row_fingerprint(self) -> bytes:
        """16 bytes that change besides when equal cells could be read in another way."""
        ...

    def transform(self, chunk: Chunk) -> Transformed:
        """The chunk's rows as records, rejects and filtered rows; never raises for a row."""
        ...
