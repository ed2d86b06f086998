"""`map` tables: inline, or from a CSV file beside the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.transform.csv_files import CsvFile, CsvFileError
from etl.transform.words import WordError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.mapping import TreatmentSpec
    from etl.model.record import Scalar


def value_table(spec: TreatmentSpec, folder: Path) -> Mapping[str, Scalar] | None:
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


def _from_file(spec: TreatmentSpec, folder: Path) -> dict[str, Scalar]:
    found = spec.map
    if found is None or not found.file or not found.key or not found.value:
        raise WordError("a map from a file takes file:, key: and value:", "map")
    try:
        return _table(CsvFile(folder / found.file), found.key, found.value)
    except CsvFileError as error:
        raise WordError(str(error), "map") from error


def _table(file: CsvFile, key_column: str, value_column: str) -> dict[str, Scalar]:
    key_place, value_place = file.place(key_column), file.place(value_column)
    table: dict[str, Scalar] = {}
    for number, row in file.rows():
        key, value = row[key_place], row[value_place]
        if table.setdefault(key, value) != value:
            raise file.wrong(number, f"{key!r} stands there twice")
    return table
