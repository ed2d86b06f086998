from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from etl.reports import open_rejects, rejects_xlsx, unguard
from tests.reports.samples import csv_info, excel_info, files_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.model.chunk import TableInfo

OURS = ["_row", "_code", "_column", "_message"]


def write(folder: Path, info: TableInfo, *rows: tuple[Sequence[str], str]) -> Path:
    with open_rejects(folder, info) as file:
        for number, (cells, message) in enumerate(rows, start=2):
            file.add(number, cells, "TYPE", "Name", message)
    assert file.path
    return file.path


def parse(path: Path, encoding: str = "utf-8", **dialect: Any) -> list[list[str]]:  # noqa: ANN401
    text = path.read_bytes().decode(encoding, "surrogateescape")
    return list(csv.reader(io.StringIO(text, newline=""), **dialect))


def sheet(path: Path, name: str = "Rejects") -> list[list[object]]:
    book = load_workbook(path)
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


@pytest.mark.parametrize("info", [csv_info(), excel_info()])
def test_without_a_reject_there_is_no_file(tmp_path: Path, info: TableInfo) -> None:
    with open_rejects(tmp_path, info) as file:
        pass
    assert file.path is None
    assert files_in(tmp_path) == []


def test_a_row_stands_as_in_the_source_with_the_reason_behind_it(tmp_path: Path) -> None:
    info = csv_info(delimiter=";", encoding="cp1252")
    path = write(tmp_path, info, (["00042", 'Tür; 3/4" "A"\nneu'], "zwölf ist keine Zahl"))
    assert path == tmp_path / "rejects.csv"
    assert parse(path, "cp1252", delimiter=";") == [
        ["SKU", "Name", *OURS],
        ["00042", 'Tür; 3/4" "A"\nneu', "2", "TYPE", "Name", "zwölf ist keine Zahl"],
    ]


def test_a_problem_without_a_column_leaves_that_cell_empty(tmp_path: Path) -> None:
    with open_rejects(tmp_path, csv_info(), files=True) as file:
        file.add(7, ["1", "x"], "SERVER_REJECTED", None, "no", file="b.csv")
    assert parse(tmp_path / "rejects.csv") == [
        ["SKU", "Name", *OURS, "_file"],
        ["1", "x", "7", "SERVER_REJECTED", "", "no", "b.csv"],
    ]


def test_ragged_rows_lose_no_cell_and_shift_none(tmp_path: Path) -> None:
    path = write(tmp_path, csv_info(), (["1"], "short"), (["2", "x", "y", ""], "long"))
    assert parse(path)[1:] == [
        ["1", "", "2", "TYPE", "Name", "short"],
        ["2", "x", "3", "TYPE", "Name", "long", "y", ""],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp932"])
def test_undecodable_bytes_come_back_as_they_were(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, csv_info(encoding=encoding), (["1", "M\udcfc\udc81ller"], "bad"))
    assert b",M\xfc\x81ller," in path.read_bytes()


def test_what_an_encoding_cannot_hold_stands_as_an_escape(tmp_path: Path) -> None:
    path = write(tmp_path, csv_info(encoding="cp1252"), (["1", "Tür"], "→ 日本"))
    assert parse(path, "cp1252")[1] == ["1", "Tür", "2", "TYPE", "Name", r"\u2192 \u65e5\u672c"]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b"S"), ("utf-8-sig", b"\xef\xbb\xbfS"), ("utf-16", None), ("utf-16-le", b"S\0")],
)
def test_the_source_s_mark_is_written_once(
    tmp_path: Path, encoding: str, mark: bytes | None
) -> None:
    path = write(tmp_path, csv_info(encoding=encoding), (["1", "ü\udcfc"], "a"), (["2", "x"], "b"))
    assert mark is None or path.read_bytes().startswith(mark)
    names = [row[1] for row in parse(path, encoding)]
    assert names == ["Name", "ü\udcfc" if encoding.startswith("utf-8") else r"ü\udcfc", "x"]


def test_without_quotes_a_message_has_no_delimiter(tmp_path: Path) -> None:
    info = csv_info(delimiter="\t", quote="")
    path = write(tmp_path, info, (["1", '19" rack'], "one\ttwo\nthree"))
    found = parse(path, delimiter="\t", quotechar=None, quoting=csv.QUOTE_NONE)
    assert found[1] == ["1", '19" rack', "2", "TYPE", "Name", "one two three"]


def test_formulas_in_csv_are_guarded_and_come_back(tmp_path: Path) -> None:
    cells = ["=1+1", "'=x"]
    path = write(tmp_path, csv_info(("@a", "b")), (cells, "=cmd|' /C calc'!A0"))
    header, row = parse(path)
    assert header[:2] == ["'@a", "b"]
    assert row[:2] == ["'=1+1", "''=x"]
    assert row[-1].startswith("'=cmd")
    assert [unguard(cell) for cell in row[:2]] == cells


def test_a_workbook_s_rejects_are_a_workbook_of_text(tmp_path: Path) -> None:
    rows = (["00042", "=1+1"], "x"), (["#N/A", "1e5"], "y"), (["3", "", "rest"], "z")
    path = write(tmp_path, excel_info(), *rows)
    assert path == tmp_path / "rejects.xlsx"
    assert sheet(path) == [
        ["SKU", "Name", *OURS, None],
        ["00042", "=1+1", "2", "TYPE", "Name", "x", None],
        ["#N/A", "1e5", "3", "TYPE", "Name", "y", None],
        ["3", None, "4", "TYPE", "Name", "z", "rest"],
    ]
    cells = [cell for row in load_workbook(path)["Rejects"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells if cell.value is not None} == {"@"}


def test_what_a_workbook_cannot_hold_is_told_in_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, excel_info(), (["a\x01b\udcfc", "x" * 40_000], "m"))
    row = sheet(path)[1]
    assert row[0] == "a_x0001_b_xDCFC_"
    assert len(str(row[1])) == 32_767
    assert str(row[1]).endswith("x […]")


def test_a_full_sheet_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects_xlsx, "_ROWS", 3)
    path = write(tmp_path, excel_info(), *[([str(at), ""], "m") for at in range(5)])
    header: list[object] = ["SKU", "Name", *OURS]
    assert [row[0] for row in sheet(path)] == ["SKU", "0", "1"]
    assert [row[0] for row in sheet(path, "Rejects 2")] == ["SKU", "2", "3"]
    assert [row[0] for row in sheet(path, "Rejects 3")] == ["SKU", "4"]
    assert sheet(path, "Rejects 3")[0] == header
