"""Texts become what the server really stores; what it would store wrongly does not pass.

The servers answer `Updated` to values that they drop or bend (v1 134-157, catalog 254-285), so
everything is looked at here, against the live metadata.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from etl.model.schema import Kind
from etl.transform.outcomes import Fail, Warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.model.chunk import Conventions
    from etl.model.record import Scalar
    from etl.model.schema import Property

    Cast = Callable[[str], Scalar | Fail | Warned]

_INT32 = 2**31
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_SHOWN = 60  # characters of a value in a message


def caster(prop: Property, conventions: Conventions) -> Cast:
    """The function that turns a cell's text into a value of that property."""
    makers: dict[Kind, Callable[[Property, Conventions], Cast]] = {
        Kind.INTEGER: _integers,
        Kind.NUMBER: _numbers,
        Kind.BOOLEAN: _booleans,
        Kind.DATE: _dates,
        Kind.DATETIME: _moments,
        Kind.CHOICE: _choices,
        Kind.CHOICES: _choices,
    }
    return makers.get(prop.kind, _texts)(prop, conventions)


def constant(prop: Property, value: Scalar) -> Scalar | Fail | None:
    """A value of the mapping's own, where YAML has told its type already; None if it is a text."""
    if isinstance(value, bool):
        return value if prop.kind is Kind.BOOLEAN else None
    if isinstance(value, int) and prop.kind in {Kind.INTEGER, Kind.NUMBER}:
        return _ranged(prop, value, str(value))
    if isinstance(value, float) and prop.kind is Kind.NUMBER:
        return _ranged(prop, value, str(value))
    return None


def shown(text: str) -> str:
    """A value as messages show it."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def number_pattern(conventions: Conventions) -> re.Pattern[str]:
    """Numbers under the table's conventions: groups of three or none, nothing guessed."""
    decimal, thousands = re.escape(conventions.decimal), re.escape(conventions.thousands)
    forms = [rf"[0-9]+(?:{decimal}[0-9]+)?(?:[eE][+-]?[0-9]+)?", rf"{decimal}[0-9]+"]
    if conventions.thousands:
        forms.append(rf"[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+(?:{decimal}[0-9]+)?")
    return re.compile(rf"^[+-]?(?:{'|'.join(forms)})$")


def plain_number(text: str, conventions: Conventions) -> str:
    """A number that fits the pattern, as Python reads it."""
    if conventions.thousands:
        text = text.replace(conventions.thousands, "")
    return text.replace(conventions.decimal, ".")


def _numbers(prop: Property, conventions: Conventions) -> Cast:
    fits = number_pattern(conventions).match

    def cast(text: str) -> Scalar | Fail | Warned:
        text = text.strip()
        if not fits(text):
            return _no_number(text, conventions)
        value = float(plain_number(text, conventions))
        if value in {float("inf"), float("-inf")}:
            return Fail("RANGE", f"{shown(text)} is too large for a number", text)
        checked = _ranged(prop, value, text)
        if isinstance(checked, Fail) or prop.decimals is None:
            return checked
        rounded = round(value, prop.decimals)
        if rounded == value:
            return value
        told = f"{shown(text)} is stored with {prop.decimals} digits after the point: {rounded}"
        return Warned(rounded, "ROUNDED", told)

    return cast


def _integers(prop: Property, conventions: Conventions) -> Cast:
    fits = number_pattern(conventions).match

    def cast(text: str) -> Scalar | Fail:
        text = text.strip()
        if not fits(text):
            return _no_number(text, conventions)
        value = float(plain_number(text, conventions))  # exact far beyond 32 bits
        if not -_INT32 <= value < _INT32:
            return Fail("RANGE", f"{shown(text)} is beyond a 32-bit whole number", text)
        if value != int(value):
            return Fail("TYPE", f"{shown(text)} is no whole number", text)
        return _ranged(prop, int(value), text)

    return cast


def _no_number(text: str, conventions: Conventions) -> Fail:
    signs = f"decimal sign {conventions.decimal!r}"
    if conventions.thousands:
        signs += f", thousands {conventions.thousands!r}"
    hint = "correct the cell, or say decimal: and thousands: in the mapping's source"
    return Fail("TYPE", f"{shown(text)} is no number ({signs})", text, hint)


def _ranged(prop: Property, value: float, text: str) -> Scalar | Fail:
    if prop.minimum is not None and value < prop.minimum:
        return Fail("RANGE", f"{shown(text)} is less than {prop.minimum:g}", text)
    if prop.maximum is not None and value > prop.maximum:
        return Fail("RANGE", f"{shown(text)} is more than {prop.maximum:g}", text)
    return value


def _booleans(_: Property, conventions: Conventions) -> Cast:
    words = {word.casefold(): True for word in ("true", *conventions.true_values)}
    words |= {word.casefold(): False for word in ("false", *conventions.false_values)}

    def cast(text: str) -> Scalar | Fail:
        found = words.get(text.strip().casefold())
        if found is None:
            hint = f"words that count: {', '.join(words)}"
            return Fail("TYPE", f"{shown(text)} is neither true nor false", text, hint)
        return found

    return cast


def _dates(_: Property, conventions: Conventions) -> Cast:
    def cast(text: str) -> Scalar | Fail | Warned:
        found = _moment(text.strip(), conventions)
        if found is None:
            return _no_moment(text, "date", conventions)
        day = found.date().isoformat()
        if found.time() == time():
            return day
        return Warned(day, "ROUNDED", f"{shown(text)} is stored as a day without its time")

    return cast


def _moments(_: Property, conventions: Conventions) -> Cast:
    def cast(text: str) -> Scalar | Fail | Warned:
        found = _moment(text.strip(), conventions)
        if found is None:
            return _no_moment(text, "date with a time", conventions)
        if found.tzinfo is not None:
            try:
                found = found.astimezone(UTC)
            except OverflowError:
                return _no_moment(text, "date with a time", conventions)
        moment = found.replace(tzinfo=None).isoformat(" ", "seconds")
        if not found.microsecond:
            return moment
        return Warned(moment, "ROUNDED", f"{shown(text)} is stored without its fraction")

    return cast


def _moment(text: str, conventions: Conventions) -> datetime | None:
    """ISO 8601 first, then the table's own formats. An impossible date is none (catalog 262)."""
    try:
        found = _DATE.match(text)
        if found:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone
        if len(text) > len("2026-01-31") and text[4:5] == "-":
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in conventions.dates:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - %z in the format decides
        except ValueError:
            continue
    return None


def _no_moment(text: str, what: str, conventions: Conventions) -> Fail:
    forms = ", ".join(("YYYY-MM-DD", *conventions.dates))
    hint = f"formats that are read: {forms}; add others with dates: in the mapping's source"
    return Fail("TYPE", f"{shown(text)} is no {what} that exists", text, hint)


def _choices(prop: Property, conventions: Conventions) -> Cast:
    if not prop.choices:
        return _texts(prop, conventions)
    choices = frozenset(prop.choices)

    def cast(text: str) -> Scalar | Fail:
        if text in choices:
            return text
        told = f"{shown(text)} is none of {', '.join(prop.choices)}"
        return Fail("OPTION_UNKNOWN", told, text)

    return cast


def _texts(prop: Property, _: Conventions) -> Cast:
    pattern = re.compile(prop.pattern) if prop.pattern else None
    length, in_bytes = prop.length, prop.length_in_bytes

    def cast(text: str) -> Scalar | Fail:
        if length is not None:
            size = len(text.encode("utf-8", "surrogatepass")) if in_bytes else len(text)
            if size > length:
                unit = "bytes" if in_bytes else "characters"
                told = f"has {size} {unit}, {length} are stored"
                return Fail("LENGTH", told, text, "shorten it, or apply {truncate: …}")
        if pattern is not None and not pattern.search(text):
            return Fail("PATTERN", f"{shown(text)} does not match {prop.pattern}", text)
        if _NO_TEXT.search(text):
            told = "has characters that are no text (NUL, or bytes of another encoding)"
            return Fail("TYPE", told, text)
        return text

    return cast
