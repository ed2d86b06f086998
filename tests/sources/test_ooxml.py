"""Workbooks in Office Open XML: what a person sees, and what no library would write."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from etl.errors import SourceError
from etl.sources.locate import File
from etl.sources.ooxml_package import guard
from etl.sources.unpack import Limits
from tests.sources import build

if TYPE_CHECKING:
    from pathlib import Path


def value(tmp_path: Path, cell: str, *styles: str, workbook: str = "") -> str:
    """The text of one cell."""
    path = build.raw_xlsx(tmp_path / "a.xlsx", build.data(cell), styles=styles, workbook=workbook)
    ((text,),) = build.rows(build.opened(path))
    return text


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("7", "7"),
        ("7.0", "7"),
        ("-0", "0"),
        ("12.5", "12.5"),
        ("4.9000000000000004", "4.9"),
        ("1.0000000000000001E-5", "0.00001"),
        ("1E-20", "1e-20"),
        ("123456789012345678", "123456789012345678"),
        ("1.23456789012345E+17", "123456789012345000"),
        ("1E+300", "1e+300"),
    ],
)
def test_numbers(tmp_path: Path, stored: str, text: str) -> None:
    assert value(tmp_path, f"<c><v>{stored}</v></c>") == text


@pytest.mark.parametrize(
    ("code", "stored", "text"),
    [
        ("00000", "42", "00042"),
        ("00000", "123456", "123456"),
        ("00000", "4.5", "4.5"),
        ("00000", "-42", "-42"),
        (r"00000\-0000", "123456789", "12345-6789"),
        ('000"-"00', "1234", "012-34"),
        ("000-00-0000", "1234567", "001-23-4567"),
        ("0", "42", "42"),
        ("0%", "0.45", "0.45"),
        ('#,##0.00 "EUR"', "1234.5", "1234.5"),
        ("[$-407]#,##0.00", "1234.5", "1234.5"),
        (r"_-* #,##0.00\ _D_M_-", "1.5", "1.5"),
        ('0.00" kg days"', "1.5", "1.5"),
        ("General", "1.5", "1.5"),
        ("Standard", "1.5", "1.5"),
        ("0.00E+00", "1.5", "1.5"),
        ("yyyy-mm-dd", "45322", "2024-01-31"),
        ("dd.mm.yyyy", "45322.5", "2024-01-31 12:00:00"),
        ("mmm", "45322", "2024-01-31"),
        ("yyyy-mm-dd hh:mm:ss", "45322", "2024-01-31 00:00:00"),
        ("yyyy-mm-dd hh:mm", "45322.424444444441", "2024-01-31 10:11:12"),
        ("yyyy-mm-dd hh:mm:ss.000", "45322.42444502315", "2024-01-31 10:11:12.050"),
        ("[$-409]d/m/yy h:mm AM/PM;@", "45322.5", "2024-01-31 12:00:00"),
        ("yyyy-mm-dd", "1", "1900-01-01"),
        ("yyyy-mm-dd", "59", "1900-02-28"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("hh:mm:ss", "0.42444444444", "10:11:12"),
        ("hh:mm:ss", "0", "00:00:00"),
        ("mm:ss.000", "0.0001", "00:00:08.640"),
        ("yyyy-mm-dd hh:mm", "0.5", "12:00:00"),
        ("[h]:mm:ss", "1.5104166666", "36:15:00"),
        ("[mm]:ss", "-0.5", "-12:00:00"),
    ],
)
def test_number_formats(tmp_path: Path, code: str, stored: str, text: str) -> None:
    assert value(tmp_path, f'<c s="0"><v>{stored}</v></c>', code) == text


def test_the_1904_date_system(tmp_path: Path) -> None:
    mac = '<workbookPr date1904="1"/>'
    assert value(tmp_path, '<c s="0"><v>0</v></c>', "yyyy-mm-dd", workbook=mac) == "1904-01-01"
    assert value(tmp_path, '<c s="0"><v>43860</v></c>', "yyyy-mm-dd", workbook=mac) == "2024-01-31"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c t="str"><v>007</v></c>', "007"),
        ('<c t="str"><v>31.01.2024</v></c>', "31.01.2024"),
        ('<c t="inlineStr"><is><t>a</t><t>b</t></is></c>', "ab"),
        ('<c t="inlineStr"><is><r><t> a </t></r><r><t>b</t></r></is></c>', " a b"),
        ('<c t="inlineStr"><is><t>漢字</t><rPh sb="0" eb="1"><t>kanji</t></rPh></is></c>', "漢字"),
        ('<c t="str"><v>a_x000D_b_x005F_x_xD800_</v></c>', "a\rb_x_xD800_"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="b"><v>0</v></c>', "false"),
        ('<c t="d"><v>2024-01-31T10:11:12Z</v></c>', "2024-01-31 10:11:12"),
        ('<c t="d"><v>2024-01-31T00:00:00</v></c>', "2024-01-31"),
        ('<c t="d" s="1"><v>2024-01-31</v></c>', "2024-01-31 00:00:00"),
        ('<c t="d"><v>10:11:12</v></c>', "10:11:12"),
        ("<c><f>A1</f><v>5</v></c>", "5"),
        ('<c s="99"><v>5</v></c>', "5"),
    ],
)
def test_kinds_of_cells(tmp_path: Path, cell: str, text: str) -> None:
    assert value(tmp_path, cell, "General", "yyyy-mm-dd hh:mm") == text


@pytest.mark.parametrize(
    ("cell", "code", "text"),
    [
        ('<c t="e"><v>#N/A</v></c>', "ERROR_CELL", "#N/A"),
        ("<c><f>1+1</f></c>", "NO_VALUE", ""),
        ("<c><f>1+1</f><v/></c>", "NO_VALUE", ""),
        ('<c t="s"><v>5</v></c>', "ERROR_CELL", "text 5"),
        ('<c t="d"><v>yesterday</v></c>', "ERROR_CELL", "yesterday"),
        ('<c t="d"><v>2024-02-31</v></c>', "ERROR_CELL", "2024-02-31"),
        ('<c s="2"><v>x</v></c>', "ERROR_CELL", "x"),
        ('<c s="2"><v>1e999</v></c>', "ERROR_CELL", "1e999"),
        (f'<c s="2"><v>{"9" * 500}</v></c>', "ERROR_CELL", "9" * 500),
        ('<c s="0"><v>-1</v></c>', "ERROR_CELL", "-1"),
        ('<c s="0"><v>60</v></c>', "ERROR_CELL", "60"),
        ('<c s="0"><v>99999999</v></c>', "ERROR_CELL", "99999999"),
        ('<c s="0"><v>x</v></c>', "ERROR_CELL", "x"),
        ('<c s="1"><v>x</v></c>', "ERROR_CELL", "x"),
        ('<c s="1"><v>1e300</v></c>', "ERROR_CELL", "1e300"),
    ],
)
def test_cells_without_a_value_are_faults(tmp_path: Path, cell: str, code: str, text: str) -> None:
    sheet = build.data(cell)
    path = build.raw_xlsx(tmp_path / "a.xlsx", sheet, styles=("yyyy-mm-dd", "[h]:mm", "General"))
    source = build.opened(path)
    assert build.rows(source) == [[text]]
    assert build.faults(source) == [(2, "v", code)]
    (problem,) = build.only(source).faults[0]
    assert (problem.file, problem.value) == ("a.xlsx", text)
    assert problem.hint


def test_dates_of_the_1904_system_beyond_the_calendar_are_faults(tmp_path: Path) -> None:
    path = build.raw_xlsx(
        tmp_path / "a.xlsx",
        build.data('<c s="0"><v>2958465</v></c>'),
        styles=("yyyy",),
        workbook='<workbookPr date1904="1"/>',
    )
    assert build.faults(build.opened(path)) == [(2, "v", "ERROR_CELL")]


def test_an_empty_text_of_a_formula_is_no_fault(tmp_path: Path) -> None:
    cells = '<c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c>'
    source = build.opened(build.raw_xlsx(tmp_path / "a.xlsx", build.data(cells)))
    assert build.rows(source) == [["", "1"]]
    assert build.faults(source) == []


def test_shared_strings_rich_text_and_styles_of_openpyxl(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["a", "b"])
    sheet.append([CellRichText("x", TextBlock(InlineFont(b=True), "y"), "z"), "_x0041_"])
    sheet["A3"] = 42
    sheet["A3"].number_format = "00000"
    sheet["B3"] = "=1+1"
    sheet.merge_cells("A4:B4")
    sheet["A4"] = "merged"
    workbook.save(tmp_path / "a.xlsx")
    source = build.opened(tmp_path / "a.xlsx")
    assert build.rows(source) == [["xyz", "A"], ["00042", ""], ["merged", ""]]
    assert build.faults(source) == [(3, "b", "NO_VALUE")]


def test_shared_strings_without_phonetic_hints(tmp_path: Path) -> None:
    strings = "<si><t>v</t></si><si><t>漢</t><rPh><t>kan</t></rPh></si><si><t>_xD800_</t></si>"
    cells = [f'<row r="{at + 1}"><c t="s"><v>{at}</v></c></row>' for at in range(3)]
    sheet = f"<sheetData>{''.join(cells)}</sheetData></worksheet>"
    source = build.opened(build.raw_xlsx(tmp_path / "a.xlsx", sheet, strings=strings))
    assert source.info.columns == ("v",)
    assert build.rows(source) == [["漢"], ["_xD800_"]]


def test_wrong_dimensions_and_misplaced_cells_lose_nothing(tmp_path: Path) -> None:
    sheet = (
        '<dimension ref="A1"/><sheetData><row r="1"><c r="C1"><v>3</v></c>'
        '<c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
        "<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>"
        '<row r="5"><c r="c5"><v>9</v></c></row></sheetData></worksheet>'
    )
    source = build.opened(build.raw_xlsx(tmp_path / "a.xlsx", sheet))
    assert source.info.columns == ("a", "b", "3")
    assert build.rows(source) == [["1", "2", "3"], ["", "", "9"]]
    assert build.numbers(source) == [2, 5]


def test_prefixed_elements_are_read(tmp_path: Path) -> None:
    root = '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    cells = '<x:c t="str"><x:v>a</x:v></x:c>'
    sheet = f"<x:sheetData><x:row>{cells}</x:row></x:sheetData></x:worksheet>"
    source = build.opened(build.raw_xlsx(tmp_path / "a.xlsx", sheet, root=root))
    assert source.info.columns == ("a",)


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ('<sheetData><row r="2"/><row r="2"/></sheetData></worksheet>', "row 2 stands after row 2"),
        ('<sheetData><row r="1048577"/></sheetData></worksheet>', "row 1048577"),
        ('<sheetData><row r="x"/></sheetData></worksheet>', "is damaged"),
        ('<sheetData><row r="1e999"/></sheetData></worksheet>', "is damaged"),
        ('<sheetData><row><c r="XFE1"/></row></sheetData></worksheet>', "a cell XFE1"),
        ('<sheetData><row><c r="1"/></row></sheetData></worksheet>', "a cell 1"),
        ("<sheetData><row>", "is damaged"),
    ],
)
def test_sheets_that_cannot_be_right_are_told(tmp_path: Path, sheet: str, told: str) -> None:
    path = build.raw_xlsx(tmp_path / "a.xlsx", sheet)
    with pytest.raises(SourceError, match=rf"a\.xlsx: .*{told}"):
        build.opened(path)


def test_an_unknown_encoding_is_told(tmp_path: Path) -> None:
    path = build.raw_xlsx(tmp_path / "a.xlsx", build.data("<c/>"))
    parts = build.parts(path)
    parts["xl/styles.xml"] = b'<?xml version="1.0" encoding="utf-88"?><styleSheet/>'
    with pytest.raises(SourceError, match=r"a\.xlsx: is damaged"):
        build.opened(build.zipped(path, parts))


def test_entities_are_refused(tmp_path: Path) -> None:
    root = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet {build.MAIN}>'
    path = build.raw_xlsx(tmp_path / "a.xlsx", build.data("<c><v>&b;</v></c>"), root=root)
    with pytest.raises(SourceError, match=r"a\.xlsx: declares XML entities"):
        build.opened(path)


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    path = build.zipped(tmp_path / "a.xlsx", {"x": b"\0" * 10_000_000})
    with pytest.raises(SourceError, match=r"a\.xlsx: would grow from .* looks like an attack"):
        guard(File("a.xlsx", path, "a.xlsx"), Limits(free=1_000_000, ratio=100))


def test_an_endless_cell_is_refused(tmp_path: Path) -> None:
    cell = f'<c t="str"><v>{"x" * 40_000_000}</v></c>'
    path = build.raw_xlsx(tmp_path / "a.xlsx", build.data(cell))
    with pytest.raises(SourceError, match="more than 16 MiB of text"):
        build.opened(path)


def test_too_many_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build.raw_xlsx(tmp_path / "a.xlsx", build.data("<c><v>1</v></c>"), strings="")
    monkeypatch.setattr("etl.sources.ooxml_strings._MOST", 10)
    with pytest.raises(SourceError, match="more than 1 GiB of texts"):
        build.opened(path)


def test_damaged_packages_are_told(tmp_path: Path) -> None:
    path = build.zipped(tmp_path / "a.xlsx", {"[Content_Types].xml": "<Types/>"})
    with pytest.raises(SourceError, match=r"a\.xlsx: has no workbook in it"):
        build.opened(path)
    content = bytearray(build.raw_xlsx(path, build.data("<c/>" * 5_000)).read_bytes())
    place = content.index(b"sheet1.xml") + 30
    content[place : place + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.xlsx: is damaged"):
        build.opened(path)


def test_huge_blank_areas_are_quick(tmp_path: Path) -> None:
    blank = "".join(f'<row r="{at}"><c r="A{at}" s="0"/></row>' for at in range(3, 30_000))
    wide = "".join(f'<c r="{letters}2" s="0"/>' for letters in ("B", "ZZ", "XFD"))
    last = '<row r="1048576"><c r="A1048576"><v>9</v></c></row>'
    sheet = (
        '<sheetData><row r="1"><c t="str"><v>v</v></c></row>'
        f'<row r="2"><c r="A2"><v>1</v></c>{wide}</row>{blank}{last}</sheetData></worksheet>'
    )
    path = build.raw_xlsx(tmp_path / "a.xlsx", sheet, styles=("General",))
    start = time.perf_counter()
    source = build.opened(path)
    assert source.info.columns == ("v",)
    assert build.rows(source) == [["1"], ["9"]]
    assert build.numbers(source) == [2, 1_048_576]
    assert time.perf_counter() - start < 60
