"""Which sheet, which header, and what stands beyond it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest
from python_calamine import PasswordError

from etl.errors import SourceError
from etl.sources import calamine, calamine_child
from etl.sources.cells import value_text
from tests.sources import build

DATA = Path(__file__).parents[1] / "data" / "sources"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    empty = workbook.worksheets[0]
    empty.title = "Empty"
    empty["B5"] = "  "
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden.append(["secret"])
    goods = workbook.create_sheet("Goods")
    for row in (["Goods 2024"], [], ["sku", None, "price", "day"], ["1", "x", 2.5, "31.12.2024"]):
        goods.append(row)
    goods.append(["2", "y", "3,5", "1.1.2025", "note"])
    workbook.create_chartsheet("Chart")
    workbook.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_the_first_visible_sheet_with_data(path: Path) -> None:
    info = build.opened(path).info
    assert info.settings["sheet"] == "Goods"
    assert info.settings["header"] == 3
    assert info.columns == ("sku", "B", "price", "day", "E")


def test_sheets_by_name_and_number(path: Path) -> None:
    for sheet in ("Hidden", 2):
        source = build.opened(path, sheet=sheet)
        assert source.info.columns == ("secret",)
        assert source.info.settings["pinned"] == ("sheet",)
    for missing in ("Nope", 4):
        with pytest.raises(SourceError, match=r"has no sheet .*'Empty', 'Hidden', 'Goods'"):
            build.opened(path, sheet=missing)


def test_empty_sheets_are_told(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.xlsx: sheet 'Empty' has no rows"):
        build.opened(path, sheet="Empty")
    workbook = openpyxl.Workbook()
    workbook.save(tmp_path / "b.xlsx")
    with pytest.raises(SourceError, match=r"b\.xlsx: has no visible sheet with data"):
        build.opened(tmp_path / "b.xlsx")


def test_text_cells_alone_show_conventions(path: Path) -> None:
    source = build.opened(path)
    assert source.info.conventions.decimal == ","
    assert source.info.conventions.dates == ("%d.%m.%Y",)
    assert [row[2] for row in build.rows(source)] == ["2,5", "3,5"]


def test_pinned_headers(path: Path) -> None:
    source = build.opened(path, header=[1, 3])
    assert source.info.columns[:3] == ("Goods 2024 sku", "B", "price")
    assert source.info.settings["header"] == (1, 3)
    assert build.opened(path, header=3).info.columns[0] == "sku"
    with pytest.raises(SourceError, match=r"has no header in row 2; correct `header`"):
        build.opened(path, header=2)
    with pytest.raises(SourceError, match=r"has no rows in row 99"):
        build.opened(path, header=99)


def test_without_a_header(path: Path) -> None:
    source = build.opened(path, header="none", sheet="Goods")
    assert source.info.columns == tuple("ABCDE")
    assert build.numbers(source) == [1, 3, 4, 5]


def test_what_stands_beyond_the_header_is_a_fault_of_its_own_column(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for number in range(1200):
        sheet.append([number or "a"])
    sheet["D1150"] = 1.5
    sheet["E1150"] = " "
    workbook.save(tmp_path / "a.xlsx")
    source = build.opened(tmp_path / "a.xlsx")
    assert source.info.columns == ("a",)
    assert build.faults(source) == [(1150, "D", "RAGGED")]


def test_chunks_of_a_sheet_are_bounded(tmp_path: Path) -> None:
    cells = ["<c><v>1</v></c>"] * 5_500
    source = build.opened(build.raw_xlsx(tmp_path / "a.xlsx", build.data(*cells)))
    assert [len(chunk.rows) for chunk in source.chunks()] == [5_000, 500]


def test_sheets_of_calamine(tmp_path: Path) -> None:
    source = build.opened(DATA / "goods.xls", sheet="Hidden")
    assert source.info.columns == ("secret",)
    assert any("error cells look empty" in note for note in source.info.settings["notes"])
    path = build.ods(tmp_path / "a.ods", [[None, None], [None, "x"], [None, "y"]])
    source = build.opened(path)
    assert source.info.columns == ("A", "x")
    assert build.rows(source) == [["", "y"]]
    assert build.numbers(source) == [3]
    with pytest.raises(SourceError, match="no visible sheet"):
        build.opened(build.ods(tmp_path / "b.ods", [[None]]))


def test_damaged_workbooks_of_calamine_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes((DATA / "goods.xls").read_bytes()[:600])
    with pytest.raises(SourceError, match=r"a\.xls: cannot be read as xls: .*save it as \.xlsx"):
        build.opened(path)


def test_a_workbook_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_args: object, **_more: object) -> None:
        raise subprocess.TimeoutExpired("child", 1)

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(SourceError, match="could not be read within"):
        build.opened(DATA / "goods.xls")


def test_the_child_says_in_one_line_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calamine_child, "_limit_memory", lambda: None)
    assert calamine_child.main(str(tmp_path / "no.xls"), str(tmp_path / "spool")) == 1
    assert capsys.readouterr().out.count("\n") == 1

    def locked(_path: str) -> None:
        raise PasswordError

    monkeypatch.setattr(calamine_child, "load_workbook", locked)
    assert calamine_child.main("a.xls", str(tmp_path / "spool")) == 1
    assert "protected by a password" in capsys.readouterr().out
    assert "needs too much memory" in calamine._reason("")  # noqa: SLF001 - a crash says nothing


def test_values_of_calamine() -> None:
    assert value_text("PT36H5M9S") == "36:05:09"
    with pytest.raises(TypeError, match="no cell value"):
        value_text(None)
