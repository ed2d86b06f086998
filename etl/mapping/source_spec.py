"""The `source` part of a mapping: which table, and what is pinned about it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[int, Field(ge=1)]


class SourceSpec(BaseModel):
    """Everything but `path` is found out when absent. Paths are relative to the mapping's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    format: Literal["csv", "excel"] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] | None = None
    sheet: str | Line | None = None
    header: Line | tuple[Line, Line] | Literal["none"] | None = None
    skip_last: Annotated[int, Field(ge=0)] = 0
    empty_values: tuple[str, ...] = ()
    decimal: Literal[".", ","] | None = None
    thousands: Annotated[str, Field(max_length=1)] | None = None
    dates: tuple[str, ...] = ()
    true_values: tuple[str, ...] | None = None
    false_values: tuple[str, ...] | None = None
    separator: Annotated[str, Field(min_length=1)] = "|"
    where: str | None = None
