"""What a workbook's cell holds, as text that a person would read in it.

A cell is text, a float (its decimal sign is not settled yet) or a fault. Whole numbers come as all
their digits without a point, dates as ISO 8601 (`2024-01-31`, `2024-01-31 10:11:12`), times as
`10:11:12`, durations as `36:15:00`, truth values as `true` and `false`. Percent, currency, fraction
and unit formats do not change a number: 45 % is 0.45.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

_WINDOWS = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones
_MAC = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_466  # the day after 9999-12-31
_NO_SUCH_DAY = 60  # 29 February 1900, which Lotus 1-2-3 believed in
_DAY = timedelta(days=1)
_WHOLE = re.compile(r"-?[0-9]+")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)?T?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?Z?")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)S")
_LONGEST = 1e21  # from here on numbers are written with an exponent
_SMALLEST = 1e-15  # likewise below
_MOST_DIGITS = 400  # more than the largest number has


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell without a usable value: `text` is what stands in it, `hint` what to do."""

    code: str
    text: str
    message: str
    hint: str


Cell: TypeAlias = str | float | CellFault


def error_cell(text: str) -> CellFault:
    """An error value such as `#N/A`."""
    hint = "correct the formula in the workbook, or put the value in its place"
    return CellFault("ERROR_CELL", text, f"the cell shows the error {text}", hint)


def no_value() -> CellFault:
    """A formula whose result was never stored."""
    hint = "open the workbook in Excel or LibreOffice, save it, and try again"
    return CellFault("NO_VALUE", "", "the cell has a formula without a stored result", hint)


def number(text: str) -> Cell:
    """A stored number: all digits of a whole one, else a float."""
    if _WHOLE.fullmatch(text):
        return str(int(text)) if len(text) <= _MOST_DIGITS else error_cell(text)
    try:
        value = float(text)
    except ValueError:
        return error_cell(text)
    if not math.isfinite(value):
        return error_cell(text)
    if value.is_integer() and abs(value) < _LONGEST:
        return str(int(Decimal(text.strip())))
    return value


def float_text(value: float, decimal: str) -> str:
    """The shortest text that reads back as the same number, without an exponent if it is short."""
    text = repr(value)
    if "e" in text and _SMALLEST < abs(value) < _LONGEST:
        text = format(Decimal(text), "f")
    return text if decimal == "." else text.replace(".", decimal)


def moment(text: str, *, mac: bool, shows_date: bool, shows_time: bool) -> Cell:
    """A serial number in a date format. A time of day is kept, also where only the date shows."""
    try:
        serial = float(text)
    except ValueError:
        return error_cell(text)
    days, part = divmod(serial, 1)
    if not 0 <= serial < _LAST_DAY or (days == _NO_SUCH_DAY and not mac):
        return _no_date(text)
    clock = timedelta(milliseconds=round(part * 86_400_000))
    if days == 0 and clock < _DAY and (shows_time or not shows_date) and not mac:
        return _clock(clock)
    start = _MAC if mac else _WINDOWS + _DAY * (days < _NO_SUCH_DAY)
    try:
        when = start + timedelta(days=days) + clock
    except OverflowError:
        return _no_date(text)
    return date_text(when, shows_time=shows_time)


def duration(text: str) -> Cell:
    """A serial number in a format such as `[h]:mm:ss`: hours may be more than 24."""
    try:
        span = timedelta(milliseconds=round(float(text) * 86_400_000))
    except (ValueError, OverflowError):
        return error_cell(text)
    return f"-{_clock(-span)}" if span < timedelta(0) else _clock(span)


def date_text(when: datetime, *, shows_time: bool) -> str:
    """ISO 8601 with a blank in the middle; the time only if it shows or is not midnight."""
    if not shows_time and when.time() == time(0):
        return when.date().isoformat()
    return when.isoformat(" ", "milliseconds" if when.microsecond else "seconds")


def iso_moment(text: str, *, shows_time: bool) -> Cell:
    """A date cell that is stored as ISO 8601 text."""
    match = _ISO.fullmatch(text.strip())
    if not match or not any(match.groups()):
        return error_cell(text)
    try:
        if not match[1]:
            return time.fromisoformat(match[2]).isoformat()
        day = date.fromisoformat(match[1])
        clock = time.fromisoformat(match[2]) if match[2] else time(0)
    except ValueError:
        return error_cell(text)
    return date_text(datetime.combine(day, clock), shows_time=shows_time)


def value_text(value: object) -> Cell:
    """A cell value as python-calamine gives it."""
    if isinstance(value, str):
        return _span(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(repr(value))
    if isinstance(value, timedelta):
        return duration(repr(value / _DAY))
    if isinstance(value, datetime):
        return date_text(value, shows_time=False)
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"no cell value: {value!r}")


def _span(text: str) -> str:
    """A duration as .ods stores it, `PT36H15M00S`, else the text itself."""
    match = _DURATION.fullmatch(text)
    return f"{match[1]:0>2}:{match[2]:0>2}:{match[3]:0>2}" if match else text


def _clock(span: timedelta) -> str:
    seconds, rest = divmod(span, timedelta(seconds=1))
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest // timedelta(milliseconds=1):03}" if rest else text


def _no_date(text: str) -> CellFault:
    message = f"the cell's date is the number {text}, which is no day of the calendar"
    hint = "correct the date in the workbook"
    return CellFault("ERROR_CELL", text, message, hint)
