"""What a step gives back besides a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from etl.model.record import Value


@dataclass(frozen=True, slots=True)
class Fail:
    """The value does not pass: the row is rejected with this code."""

    code: str
    message: str
    value: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """The value passes, and something is to be told about it."""

    value: Value
    code: str
    message: str


class Keep:
    """The one value that means: leave the target's value as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep()
