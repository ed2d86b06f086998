"""AtroCore and AtroPIM of the generation /api/v1, as a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.http.client import Client
from etl.model.ports import Capabilities
from etl.model.record import RefKind
from etl.targets.atrocore.address import normalised
from etl.targets.atrocore.births import Births
from etl.targets.atrocore.catalog import Catalog
from etl.targets.atrocore.destinations import Destinations
from etl.targets.atrocore.languages import LANGUAGE, Languages
from etl.targets.atrocore.login import token_login
from etl.targets.atrocore.lookup import Lookup
from etl.targets.atrocore.making import Maker
from etl.targets.atrocore.options import LIST, OPTION, TIES, Options, find_units
from etl.targets.atrocore.reading import Reader
from etl.targets.atrocore.server import Server
from etl.targets.atrocore.write import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.http.retry import RetryPolicy
    from etl.model.change import Change, Json, Outcome
    from etl.model.connection import Connection
    from etl.model.ports import MakeRequest, RequestCounts
    from etl.model.problem import Problem
    from etl.model.record import Ref
    from etl.model.schema import EntitySchema

_BATCH, _LARGEST_BATCH = 50, 100  # beyond 75 a batch of products can outlast a gateway's time-out


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
        )
        server = Server(self._client)
        self._catalog = Catalog(server)
        self._lookup = Lookup(server, self._catalog)
        self._options = Options(server)
        self._reader = Reader(server, self._catalog)
        births = Births(server, self._catalog)
        destinations = Destinations(self._lookup, births)
        self._writer = Writer(server, self._catalog, self._lookup, self._reader, destinations)
        self._languages = Languages(server)
        self._maker = Maker(self._catalog, self._lookup, self._options, self._writer)

    @property
    def identity(self) -> str:
        """`atrocore <root URL>`, or what the connection says instead."""
        return self._identity

    @property
    def capabilities(self) -> Capabilities:
        """The version as Settings tell it (catalog 003)."""
        version = self._catalog.version()
        return Capabilities(f"AtroCore {version}".rstrip(), "v1", version, _BATCH, _LARGEST_BATCH)

    def entities(self) -> tuple[str, ...]:
        """The entities that people work with, from live metadata."""
        return self._catalog.entities()

    def schema(self, entity: str) -> EntitySchema | None:
        """The entity's fields and attributes now; None if there is no such entity."""
        return self._catalog.schema(entity)

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids that each reference matches."""
        kinds: dict[RefKind, list[Ref]] = {kind: [] for kind in RefKind}
        for ref in dict.fromkeys(refs):
            kinds[ref.kind].append(ref)
        return {
            **self._lookup.find(kinds[RefKind.RECORD]),
            **self._options.find(kinds[RefKind.OPTION]),
            **find_units(self._catalog, kinds[RefKind.UNIT]),
        }

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist and are not deleted."""
        return self._lookup.alive(entity, ids)

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Makes missing options and records, or says why not."""
        try:
            return self._maker.make(requests)
        finally:
            for entity in {request.ref.entity for request in requests}:
                self._forget(entity)

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Sends one batch; see docs/identity.md."""
        if not changes:
            return []
        entity = changes[0].record.entity
        try:
            writer = self._languages if entity == LANGUAGE else self._writer
            return writer.write(changes)
        finally:
            self._forget(entity)

    def read(
        self, entity: str, ids: Sequence[str], keys: Iterable[str]
    ) -> dict[str, dict[str, Json]]:
        """What is stored under these payload keys, by id; records that do not exist are missing.

        Many-valued links are tuples of ids in no certain order; an attribute that the record does
        not carry is None.
        """
        return self._reader.read(entity, ids, keys)

    def counts(self) -> RequestCounts:
        """The requests so far."""
        return self._client.counts()

    def close(self) -> None:
        """Lets the connections go."""
        self._client.close()

    def _forget(self, entity: str) -> None:
        self._catalog.forget(entity)
        self._lookup.forget(entity)
        if entity in {OPTION, LIST, TIES}:
            self._options.forget()
