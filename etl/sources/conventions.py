"""How a table's text cells write numbers and dates: from a sample, and only where it is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from etl.model.chunk import Conventions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.mapping.source_spec import SourceSpec

_GROUPS = "'’ \u00a0\u202f"  # signs between thousands that are never a decimal sign  # noqa: RUF001
_NUMBER = re.compile(
    rf"[+-]?(?:\d+|\d{{1,3}}(?:(?P<group>[.,{_GROUPS}])\d{{3}})"
    rf"(?:(?P=group)\d{{3}})*)(?:(?P<sign>[.,])\d+)?"
)
_UNIT = re.compile(r"(?<=\d) ?[^\W\d_]{1,6}[²³]?$")  # of `45,5 kg`: the number counts
_EITHER = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_TIME = r"(?P<time>[ T]\d{1,2}:\d{2}(?P<seconds>:\d{2})?)?"
_ORDERS = {
    order: re.compile(rf"{first}(?P<sign>[{signs}]){second}(?P=sign){third}{_TIME}")
    for order, signs, first, second, third in (
        ("dmY", "./-", _DAY, _MONTH, r"\d{4}"),
        ("dmy", "./-", _DAY, _MONTH, r"\d{2}"),
        ("mdY", "/-", _MONTH, _DAY, r"\d{4}"),
        ("mdy", "/-", _MONTH, _DAY, r"\d{2}"),
        ("Ymd", "./-", r"\d{4}", _MONTH, _DAY),
    )
}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Finds:
    """What a sample says: conventions, and notes on what it leaves open."""

    decimal: str = ""
    thousands: str = ""
    dates: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def find_conventions(rows: Iterable[Sequence[str]]) -> Finds:
    """What the columns of a sample show.

    A column counts if most of its cells are numbers (or dates) and those agree: a cell that is
    wrong must not make the others wrong.
    """
    columns = [
        {cell.strip() for cell in column if not cell.isspace() and cell}
        for column in zip(*rows, strict=True)
    ]
    decimal, thousands, number_note = _numbers(columns)
    dates, date_note = _dates(columns)
    return Finds(decimal, thousands, dates, tuple(filter(None, (number_note, date_note))))


def conventions(spec: SourceSpec, finds: Finds) -> Conventions:
    """What the mapping pins, else what was found, else the defaults."""
    thousands = finds.thousands if spec.thousands is None else spec.thousands
    decimal = spec.decimal or {".": ",", ",": "."}.get(spec.thousands or "") or finds.decimal or "."
    made = Conventions(
        decimal=decimal,
        thousands="" if thousands == decimal else thousands,
        dates=spec.dates or finds.dates,
        empty_values=spec.empty_values,
        separator=spec.separator,
    )
    if spec.true_values is not None:
        made = replace(made, true_values=spec.true_values)
    if spec.false_values is not None:
        made = replace(made, false_values=spec.false_values)
    return made


def _numbers(columns: Iterable[set[str]]) -> tuple[str, str, str]:
    signs, groups, doubtful = set[str](), set[str](), False
    for column in columns:
        bare = (_UNIT.sub("", cell) for cell in column)
        found = [_signs(match) for cell in bare if (match := _NUMBER.fullmatch(cell))]
        if not _most(found, column):
            continue
        column_signs = {sign for sign, _ in found if sign}
        column_groups = {group for _, group in found if group}
        if len(column_signs) > 1 or column_signs & column_groups:
            continue
        signs |= column_signs
        groups |= column_groups
        doubtful |= any(sign == "?" for sign in column_groups)
    return _verdict(signs, groups - {"?"}, doubtful=doubtful)


def _most(found: Sequence[object], column: set[str]) -> bool:
    return bool(found) and len(found) * 2 >= len(column)


def _signs(match: re.Match[str]) -> tuple[str, str]:
    """The decimal sign and the thousands sign that a number shows beyond doubt.

    A lone sign before three digits may be either: `1,234`. The group is then "?".
    """
    group, sign = match["group"] or "", match["sign"] or ""
    if group and group == sign:
        return "", ""
    if sign and _EITHER.fullmatch(match[0]):
        return "", "?"
    if group in (".", ",") and not sign:
        return ({".": ",", ",": "."}[group], group)
    return sign, group


def _verdict(signs: set[str], groups: set[str], *, doubtful: bool) -> tuple[str, str, str]:
    if len(signs) > 1 or len(groups) > 1 or signs & groups:
        return "", "", "decimal and thousands signs differ between columns; pin `decimal`"
    if not signs:
        note = "numbers like 1,234 may have a decimal or a thousands sign; pin `decimal`"
        return "", "", note if doubtful else ""
    return min(signs), min(groups, default=""), ""


def _dates(columns: Iterable[set[str]]) -> tuple[tuple[str, ...], str]:
    formats, doubtful = dict[str, None](), False
    for column in columns:
        found = [orders for cell in column if (orders := _orders(cell))]
        order = set.intersection(*found) if _most(found, column) else set[str]()
        if len(order) == 1:
            formats |= dict.fromkeys(_formats(column, min(order)))
        doubtful |= len(order) > 1
    if _clash(formats):
        return (), "dates are day first in one column and month first in another; pin `dates`"
    note = "dates may be day first or month first; pin `dates`" if doubtful and not formats else ""
    return tuple(sorted(formats, key=len, reverse=True)), note


def _orders(cell: str) -> set[str]:
    return {order for order, pattern in _ORDERS.items() if pattern.fullmatch(cell)}


def _formats(cells: Iterable[str], order: str) -> Iterator[str]:
    """The strptime formats of dates in this order; ISO 8601 needs none."""
    matches = [_ORDERS[order].fullmatch(cell) for cell in sorted(cells) if not _ISO.match(cell)]
    for match in filter(None, matches):
        date = match["sign"].join(f"%{part}" for part in order)
        clock = match["time"] and f"{match['time'][0]}%H:%M" + (":%S" if match["seconds"] else "")
        yield date + (clock or "")


def _clash(formats: Iterable[str]) -> bool:
    return {"%d", "%m"} <= {entry[:2] for entry in formats if entry[2] != "."}
