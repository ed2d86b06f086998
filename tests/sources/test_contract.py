"""What every kind of source keeps: one table, written in each format, reads the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.sources import build

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parents[1] / "data" / "sources"

TABLE: Sequence[Sequence[object]] = (
    ("code", "name", "serial", "qty", "price", "day", "moment", "sold"),
    (
        *("00042", "Stühle", "123456789012345678", 7, 12.5),
        *(date(2024, 1, 31), datetime(2024, 1, 31, 10, 11, 12), True),  # noqa: DTZ001
    ),
    (None,) * 8,
    ("NA", "a\nb", None, -3, 0.1, None, None, False),
)
ROWS = [
    [
        *("00042", "Stühle", "123456789012345678", "7", "12.5"),
        *("2024-01-31", "2024-01-31 10:11:12", "true"),
    ],
    ["NA", "a\nb", "", "-3", "0.1", "", "", "false"],
]


def _csv(path: Path) -> Path:
    lines = [
        "code;name;serial;qty;price;day;moment;sold",
        ";".join(ROWS[0]),
        ";;;;;;;",
        'NA;"a\nb";;-3;0.1;;;false',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _xlsx(path: Path) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Goods"
    for row in TABLE:
        sheet.append(list(row))
    workbook.save(path)
    return path


@pytest.fixture(params=["csv", "xlsx", "xlsm", "xls", "xlsb", "ods"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    suffix: str = request.param
    made = tmp_path / f"goods.{suffix}"
    if suffix == "xls":
        return DATA / "goods.xls"
    if suffix in ("xlsx", "xlsm"):
        return _xlsx(made)
    if suffix == "csv":
        return _csv(made)
    return build.xlsb(made, TABLE) if suffix == "xlsb" else build.ods(made, TABLE)


def test_cells_are_what_a_person_sees(path: Path) -> None:
    source = build.opened(path)
    assert source.info.columns == TABLE[0]
    assert build.rows(source) == ROWS


def test_rows_have_the_numbers_that_a_person_sees(path: Path) -> None:
    assert build.numbers(build.opened(path)) == [2, 4]


def test_rows_can_be_read_again_and_in_the_middle_of_another_pass(path: Path) -> None:
    source = build.opened(path)
    first = source.chunks()
    next(first)
    assert build.rows(source) == build.rows(source) == ROWS


def test_what_it_is_is_told(path: Path) -> None:
    info = build.opened(path).info
    assert info.path == path.name
    assert info.format == ("csv" if path.suffix == ".csv" else "excel")
    assert info.settings["format"] == path.suffix[1:]
    assert info.settings["header"] == 1
    assert info.settings.get("sheet") == (None if path.suffix == ".csv" else "Goods")


def test_the_last_rows_are_left_out(path: Path) -> None:
    assert build.rows(build.opened(path, skip_last=1)) == ROWS[:1]
    assert build.rows(build.opened(path, skip_last=2)) == []
    assert build.rows(build.opened(path, skip_last=3)) == []


def test_without_a_header_columns_are_letters(path: Path) -> None:
    source = build.opened(path, header="none")
    assert source.info.columns == tuple("ABCDEFGH")
    assert build.rows(source)[0] == list(TABLE[0])
    assert build.numbers(source) == [1, 2, 4]


def test_two_header_rows_are_joined(path: Path) -> None:
    source = build.opened(path, header=[1, 2])
    assert source.info.columns[:2] == ("code 00042", "name Stühle")
    assert build.numbers(source) == [4]


def test_decimal_comma_is_used_for_what_is_written(path: Path) -> None:
    source = build.opened(path, decimal=",")
    assert source.info.conventions.decimal == ","
    price = [row[4] for row in build.rows(source)]
    assert price == (["12.5", "0.1"] if path.suffix == ".csv" else ["12,5", "0,1"])
