"""How the server says no.

A refusal reaches the client in three ways: as an HTTP answer, as the message of an upsert item,
or as an entry of a mass action's errors. Each exception knows its own.
"""

from __future__ import annotations

DUPLICATE_CREATE = "The record cannot be created due to database constraints."
TOO_LONG = (
    "An exception occurred while executing a query: SQLSTATE[22001]: String data, right "
    "truncated: 7 ERROR:  value too long for type character varying({limit})"
)


class Refused(Exception):
    """The server answers with a status and a reason; an upsert item Fails with both."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    @property
    def message(self) -> str:
        """The message of a Failed item (025)."""
        return f"Code: {self.status}. Message: {self.reason}"


class Crashed(Refused):
    """The server's code breaks: 500 with an empty body, the whole story in an upsert (030, 060)."""

    def __init__(self, story: str) -> None:
        super().__init__(500, "")
        self.story = story

    @property
    def message(self) -> str:
        """The message of a Failed item."""
        return f"Code: 0. Message: {self.story}"


class SqlFailed(Refused):
    """A database error: HTTP 200 with its text as body (005, 235, 351)."""

    def __init__(self, text: str) -> None:
        super().__init__(200, text)

    @property
    def message(self) -> str:
        """The message of a Failed item (025)."""
        return f"Code: 7. Message: {self.reason}"


def duplicate_text(key: tuple[str, ...], values: tuple[object, ...], *, dead: bool = False) -> str:
    """PostgreSQL's own words about a unique violation (022, 351)."""
    name = "_".join(key)
    columns = ", ".join((*key, "deleted"))
    shown = ", ".join((*(str(value) for value in values), "t" if dead else "f"))
    return (
        "An exception occurred while executing a query: SQLSTATE[23505]: Unique violation: 7 "
        f'ERROR:  duplicate key value violates unique constraint "uniq_{name}"\n'
        f"DETAIL:  Key ({columns})=({shown}) already exists."
    )


def duplicate_update(key: tuple[str, ...], values: tuple[object, ...]) -> Refused:
    """An update that takes another record's unique value (022, 024)."""
    return Refused(
        400,
        "The record cannot be created/updated due to database constraints. "
        '<a href="javascript:" class="show-hidden">Details</a><textarea class="hidden">'
        f"{duplicate_text(key, values)}</textarea>",
    )
