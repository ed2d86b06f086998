"""`map` tables: inline, or from a CSV file beside the mapping."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from etl.transform.words import WordError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.mapping import ValueSpec
    from etl.model.record import Scalar

_SIZE = 64 * 1024 * 1024  # bytes


def value_table(spec: ValueSpec, folder: Path) -> Mapping[str, Scalar] | None:
    """The table of a value's map, folded where case does not count; None where it has none."""
    if spec.map is None:
        return None
    table = dict(spec.map.inline) if spec.map.file is None else _from_file(spec, folder)
    if not spec.ignore_case:
        return table
    folded: dict[str, Scalar] = {}
    for key, value in table.items():
        if folded.setdefault(key.casefold(), value) != value:
            raise WordError(f"the map has {key!r} twice when case does not count", "map")
    return folded


def _from_file(spec: ValueSpec, folder: Path) -> dict[str, Scalar]:
    found = spec.map
    if found is None or not found.file or not found.key or not found.value:
        raise WordError("a map from a file takes file:, key: and value:", "map")
    path = folder / found.file
    try:
        with path.open("rb") as file:
            data = file.read(_SIZE + 1)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError) as error:  # a path with NUL is a ValueError, as bad UTF-8 is
        raise WordError(f"{path} cannot be read ({error})", "map") from error
    if len(data) > _SIZE:
        raise WordError(f"{path} is too large for a map", "map")
    try:
        return _table(path, text, found.key, found.value)
    except csv.Error as error:
        raise WordError(f"{path} is no table ({error})", "map") from error


def _table(path: Path, text: str, key_column: str, value_column: str) -> dict[str, Scalar]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    for name in (key_column, value_column):
        if name not in (rows.fieldnames or ()):
            raise WordError(f"{path} has no column {name!r}", "map")
    table: dict[str, Scalar] = {}
    for row in rows:
        key, value = row[key_column], row[value_column]
        if table.setdefault(key, value) != value:
            raise WordError(f"{path}, line {rows.line_num}: {key!r} stands there twice", "map")
    return table
