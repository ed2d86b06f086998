"""How PHP turns a JSON value into a column's value, and when it takes two for the same.

The comparison is strict: `"7"` for a stored 7 is a change (133), and so is the whole number 3
for a stored 3.0 (139), while the literal 3.0 is none (140).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Crashed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?\Z")
_TRUE = {"1", "true", "on", "yes"}
INT_MIN, INT_MAX = -(2**31), 2**31 - 1


def same(kind: str, given: object, stored: object) -> bool:
    """Whether a payload's value is no change of the stored one.

    An empty text is as good as null, but where a number is kept: there it is 0 (260).
    """
    if given is None or stored is None:
        nothing = (None,) if kind in {"int", "float"} else (None, "")
        return given in nothing and stored in nothing
    return type(given) is type(stored) and given == stored


def to_text(value: object) -> str:
    """A string column: numbers become text (284), a list is joined (029); objects break (030)."""
    if isinstance(value, dict):
        raise Crashed("Object of class stdClass could not be converted to string")
    if isinstance(value, list):
        return ",".join(to_text(one) for one in value)
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def to_float(value: object) -> float:
    """A number column: `"2,25"` is 2, `"abc"` and `""` are 0 (135, 137, 260)."""
    if isinstance(value, str):
        found = _NUMBER.match(value)
        value = found.group() if found else 0
    number = float(value) if isinstance(value, (str, int, float)) else 0.0
    return number if math.isfinite(number) else 0.0


def to_int(value: object) -> int:
    """A whole number column: 7.9 is 7, `"abc"` is 0 (134, 135)."""
    return int(to_float(value))


def to_bool(value: object) -> bool:
    """`"false"`, `"abc"` and `"0"` are false, `"true"` and 1 are true (026, 142, 261)."""
    return value.lower() in _TRUE if isinstance(value, str) else bool(value)


def to_list(value: object) -> list[Any] | None:
    """A list column: anything else, and an empty list, become null (044, 150, 259)."""
    return value if isinstance(value, list) and value else None


def to_choices(value: object) -> list[Any]:
    """A multiEnum column: a string breaks the server (033)."""
    if isinstance(value, list):
        return value
    raise Crashed(
        "Espo\\Services\\RecordService::modifyMultiEnumValue(): Argument #1 ($values) must be of "
        "type ?array, string given, called in "
        "/var/www/atrocore/vendor/atrocore/legacy/app/Espo/Services/RecordService.php on line 1128"
    )


def to_date(value: object, name: str) -> str:
    """A date: `YYYY-MM-DD`, or empty; other spellings are refused (145, 264)."""
    text = to_text(value)
    if text and not _DATE.match(text):
        raise Refused(400, f"Date for the field '{name}' is not valid.")
    return text


def to_datetime(value: object, name: str) -> str:
    """A date with a time, with a blank between; ISO's `T` is refused (146)."""
    text = to_text(value)
    if text and not _DATETIME.match(text):
        raise Refused(400, f"Date-time for the field '{name}' is not valid.")
    return text


_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "int": to_int,
    "float": to_float,
    "bool": to_bool,
    "array": to_list,
    "multiLanguage": to_list,
    "multiEnum": to_choices,
    "jsonObject": lambda value: value,
    "jsonArray": lambda value: value,
}


def convert(kind: str, name: str, value: object) -> Any:  # noqa: ANN401 - what a column holds
    """A payload's value as the column of that type holds it; null stays null."""
    if value is None:
        return None
    if kind == "date":
        return to_date(value, name)
    if kind == "datetime":
        return to_datetime(value, name)
    return _BY_TYPE.get(kind, to_text)(value)


def plain(value: object) -> object:
    """A value as JSON shows it: 3.0 as 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
