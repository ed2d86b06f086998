"""What a target knows, as it tells it now."""

from __future__ import annotations

import difflib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.app.parts import find_connection
from etl.errors import UsageError
from etl.targets.opener import open_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.app.parts import Request
    from etl.model.schema import EntitySchema


@dataclass(frozen=True, slots=True)
class Description:
    """A target's name, its entities, and the schemas that were asked for."""

    target: str
    entities: tuple[str, ...]
    schemas: tuple[EntitySchema, ...]


def describe(request: Request, wanted: Sequence[str], *, everything: bool = False) -> Description:
    """The target's entities, and the schema of each that is wanted (of all with `everything`).

    Raises UsageError for an entity that it does not know, with the names that come near.
    """
    with ExitStack() as stack:
        connection = find_connection(request.settings(), request, None)
        target = open_target(connection)
        stack.callback(target.close)
        entities = target.entities()
        schemas = []
        for name in entities if everything else wanted:
            schema = target.schema(name)
            if schema is None:
                near = difflib.get_close_matches(name, entities)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise UsageError(f"the target has no entity {name!r}{hint}")
            schemas.append(schema)
        return Description(target.capabilities.name, entities, tuple(schemas))
