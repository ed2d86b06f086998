"""AtroCore and AtroPIM of the generation /api/v1, as a target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.http.client import Client
from etl.model.ports import Capabilities, Precedence
from etl.model.problem import Problem, Severity
from etl.model.record import RefKind
from etl.targets.atrocore.address import normalised
from etl.targets.atrocore.amendments import ATTRIBUTE, ATTRIBUTE_OPTION, OPTION
from etl.targets.atrocore.login import token_login
from etl.targets.atrocore.making import Maker
from etl.targets.atrocore.options import find_units
from etl.targets.atrocore.removing import Remover
from etl.targets.atrocore.required import CLASSIFICATION_ATTRIBUTE
from etl.targets.atrocore.sending import send
from etl.targets.atrocore.specialists import specialists
from etl.targets.atrocore.toolbox import toolbox
from etl.targets.atrocore.units import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.http.retry import RetryPolicy
    from etl.model.change import Change, Json, Outcome
    from etl.model.connection import Connection
    from etl.model.ports import MakeRequest, RequestCounts
    from etl.model.record import Ref
    from etl.model.schema import EntitySchema

_BATCH, _LARGEST_BATCH = 50, 100  # beyond 75 a batch of products can outlast a gateway's time-out

_PRECEDENCE = {
    UNIT: Precedence(first="isMain"),
    ATTRIBUTE: Precedence(last=frozenset({"isRequired"})),
    CLASSIFICATION_ATTRIBUTE: Precedence(last=frozenset({"isRequired"})),
}


class AtroCore:
    """A `Target`. Nothing is sent before it is asked something; any thread."""

    def __init__(self, connection: Connection, policy: RetryPolicy | None = None) -> None:
        if connection.api not in {"auto", "v1"}:
            raise UsageError(
                f"api: {connection.api} cannot be written to; only v1 can (2.0 to 2.2)"
            )
        root = normalised(connection.url)
        self._identity = connection.identity or f"atrocore {root}"
        self._client = Client(
            f"{root}/api/v1",
            token_login(connection),
            timeout=connection.timeout,
            verify=connection.verify,
            headers=connection.headers,
            secrets=[one for one in (connection.password, connection.token) if one],
            policy=policy,
            rate=connection.rate,
        )
        self._tools = toolbox(self._client)
        self._own = specialists(self._tools)
        self._remover = Remover(self._tools.server, self._tools.catalog, self._tools.lookup)
        self._maker = Maker(
            self._tools.catalog,
            self._tools.options,
            self._tools.new_options,
            self.find,
            self.write,
        )

    @property
    def identity(self) -> str:
        """`atrocore <root URL>`, or what the connection says instead."""
        return self._identity

    @property
    def capabilities(self) -> Capabilities:
        """The version as Settings tell it (catalog 003)."""
        version = self._tools.catalog.version()
        return Capabilities(f"AtroCore {version}".rstrip(), "v1", version, _BATCH, _LARGEST_BATCH)

    def entities(self) -> tuple[str, ...]:
        """The entities that people work with, from live metadata."""
        return self._tools.catalog.entities()

    def schema(self, entity: str) -> EntitySchema | None:
        """The entity's fields and attributes now; None if there is no such entity."""
        return self._tools.catalog.schema(entity)

    def precedence(self, entity: str) -> Precedence:
        """Main units first (catalog 381-386), required flags last (catalog 197-201)."""
        return _PRECEDENCE.get(entity, Precedence())

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """What would go wrong without a word, or be stored in part. See docs/identity.md."""
        if not changes:
            return {}
        entity = changes[0].record.entity
        schema = self._tools.catalog.schema(entity)
        general = entity not in self._own.finding and schema is not None
        taken = self._tools.destinations.taken(schema, changes) if schema and general else {}
        return {**taken, **self._own_objections(changes)}

    def _own_objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        rule = self._own.rules.get(changes[0].record.entity)
        return rule(changes) if rule else {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids that each reference matches."""
        kinds: dict[RefKind, list[Ref]] = {kind: [] for kind in RefKind}
        own: dict[str, list[Ref]] = {entity: [] for entity in self._own.finding}
        for ref in dict.fromkeys(refs):
            special = ref.kind is RefKind.RECORD and ref.entity in own
            (own[ref.entity] if special else kinds[ref.kind]).append(ref)
        found = {
            **self._tools.lookup.find(kinds[RefKind.RECORD]),
            **self._tools.options.find(kinds[RefKind.OPTION]),
            **find_units(self._tools.catalog, kinds[RefKind.UNIT]),
        }
        for entity, some in own.items():
            found.update(self._own.finding[entity].find(some))
        return found

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist and are not deleted."""
        finder = self._own.finding.get(entity)
        return finder.alive(ids) if finder else self._tools.lookup.alive(entity, ids)

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Makes missing options and records, or says why not."""
        try:
            return self._maker.make(requests)
        finally:
            for entity in {request.ref.entity for request in requests}:
                self._own.forget(entity)

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Sends one batch; see docs/identity.md."""
        if not changes:
            return []
        entity = changes[0].record.entity
        writer = self._own.writing.get(entity, self._tools.writer)
        try:
            found = self._own_objections(changes)
            ready = [_unless_refused(*pair, found) for pair in enumerate(changes)]
            outcomes = send(changes, ready, writer.write)
            return [_warned(one, found.get(place)) for place, one in enumerate(outcomes)]
        finally:
            self._own.forget(entity)

    def read(
        self, entity: str, ids: Sequence[str], keys: Iterable[str]
    ) -> dict[str, dict[str, Json]]:
        """What is stored under these payload keys, by id; records that do not exist are missing.

        Many-valued links are tuples of ids in no certain order; an attribute that the record does
        not carry is None.
        """
        reader = self._own.reading.get(entity)
        return reader.read(ids, keys) if reader else self._tools.reader.read(entity, ids, keys)

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        """Removes records; why not, for those that stay."""
        stored_as = OPTION if entity == ATTRIBUTE_OPTION else entity
        try:
            return self._remover.remove(stored_as, ids)
        finally:
            self._own.forget(entity)

    def counts(self) -> RequestCounts:
        """The requests so far."""
        return self._client.counts()

    def close(self) -> None:
        """Lets the connections go."""
        self._client.close()


def _unless_refused(
    place: int, change: Change, objections: Mapping[int, Problem]
) -> Change | Problem:
    problem = objections.get(place)
    return problem if problem and problem.severity is Severity.ERROR else change


def _warned(outcome: Outcome, problem: Problem | None) -> Outcome:
    return replace(outcome, problem=problem) if problem and not outcome.problem else outcome
