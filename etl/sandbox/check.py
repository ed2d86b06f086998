"""The checks of a value before it is stored: what the server refuses, and in which words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from etl.sandbox.convert import INT_MAX, INT_MIN, plain
from etl.sandbox.errors import TOO_LONG, Refused, SqlFailed

if TYPE_CHECKING:
    from etl.sandbox.schema import Field

VARCHAR_LIMIT = 255
_SHORT_TYPES = {"varchar", "url", "email", "enum", "link", "file"}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.strip("/"))


def check_pattern(name: str, pattern: str, value: object) -> None:
    """The value must match (025, 159)."""
    if not _compiled(pattern).search(str(value)):
        raise Refused(
            400,
            f'The value of the field "{name}" does not correspond to the pattern "{pattern}".',
        )


def check_length(label: str, limit: int, value: object) -> None:
    """The value must not be longer (158)."""
    length = len(str(value))
    if length > limit:
        raise Refused(
            400,
            f'The allowed maximum length for "{label}" is {limit} symbols,'
            f' you current length is "{length}" symbols.',
        )


def check_range(kind: str, label: str, value: float, low: float | None, high: float | None) -> None:
    """A number must lie between min and max; a whole one within 32 bits, too (141, 160)."""
    whole = kind == "int"
    if whole:
        low = INT_MIN if low is None else int(low)
        high = INT_MAX if high is None else int(high)
    if (low is not None and value < low) or (high is not None and value > high):
        word = "Integer value" if whole else "Value"
        limits = f"{plain(low)} and {plain(high)}"
        raise Refused(400, f"{word} for field/attribute '{label}' must be between {limits}")


def check_field(field: Field, value: Any) -> None:  # noqa: ANN401 - whatever the column holds
    """Check a field's converted value."""
    if value in (None, ""):
        return
    if field.options and field.type == "enum" and value not in field.options:
        raise Refused(400, f"Value '{value}' for the field '{field.label}' is not valid.")
    if field.pattern:
        check_pattern(field.name, field.pattern, value)
    if field.type in {"int", "float"}:
        check_range(field.type, field.label, value, field.min, None)
    elif field.max:
        check_length(field.label, field.max, value)
    elif field.type in _SHORT_TYPES and len(value) > VARCHAR_LIMIT:
        raise SqlFailed(TOO_LONG.format(limit=VARCHAR_LIMIT))


def missing(label: str) -> Refused:
    """A required value is empty (031, 115, 161)."""
    return Refused(400, f"Validation failed. '{label}' is required.")
