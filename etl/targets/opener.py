"""Opens the target that a connection names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.targets.atrocore.target import AtroCore

if TYPE_CHECKING:
    from etl.model.connection import Connection
    from etl.model.ports import Target


def open_target(connection: Connection) -> Target:
    """The target of this connection; nothing is sent before it is asked something.

    Raises UsageError for a type or a generation that is not spoken.
    """
    if connection.type != "atrocore":
        raise UsageError(
            f"type: {connection.type} is no target that can be written to; use type: atrocore"
        )
    return AtroCore(connection)
