"""What all writing and finding on one server works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.targets.atrocore.births import Births
from etl.targets.atrocore.catalog import Catalog
from etl.targets.atrocore.destinations import Destinations
from etl.targets.atrocore.lookup import Lookup
from etl.targets.atrocore.new_options import NewOptions
from etl.targets.atrocore.options import Options
from etl.targets.atrocore.reading import Reader
from etl.targets.atrocore.server import Server
from etl.targets.atrocore.write import Writer

if TYPE_CHECKING:
    from etl.http.client import Client


@dataclass(frozen=True, slots=True)
class Toolbox:
    """One of each, for one server. Any thread."""

    server: Server
    catalog: Catalog
    lookup: Lookup
    options: Options
    new_options: NewOptions
    reader: Reader
    destinations: Destinations
    writer: Writer


def toolbox(client: Client) -> Toolbox:
    """The tools for the server behind this client; nothing is sent yet."""
    server = Server(client)
    catalog = Catalog(server)
    lookup, reader = Lookup(server, catalog), Reader(server, catalog)
    destinations = Destinations(lookup, Births(server, catalog))
    return Toolbox(
        server,
        catalog,
        lookup,
        Options(server),
        NewOptions(lookup),
        reader,
        destinations,
        Writer(server, catalog, lookup, reader, destinations),
    )
