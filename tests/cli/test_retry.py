"""`etl retry`: the rejected rows of a run, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.cli.test_commands import BAD, GOOD, as_json, etl, folder, server

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sandbox import Sandbox

__all__ = ["folder", "server"]


def numbers(server: Sandbox) -> set[str]:
    return {str(row["number"]) for row in server.installation.store["Product"]}


def rejected(capsys: pytest.CaptureFixture[str], folder: Path) -> tuple[dict[str, Any], Path]:
    code, report = as_json(capsys, "run", "products.yaml")
    assert code == 4
    return report, folder / report["reports"]["rejects"]


def test_a_corrected_row_comes_in_and_only_that(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(BAD + "004;=D;also;acme;\n")
    report, rejects = rejected(capsys, folder)
    assert f"etl retry {report['run_id']}" in etl(capsys, "report")[1]
    text = rejects.read_text()
    assert "'=D" in text, "harmless in a spreadsheet"
    rejects.write_text(text.replace(";much;", ";3,50;"))
    server.reset_counters()
    code, again = as_json(capsys, "retry")
    assert (code, again["rows"]["read"], again["rows"]["loaded"]) == (4, 2, 1)
    assert again["codes"] == {"TYPE": 1}
    assert server.writes == again["requests"]["writes"] == 1
    assert numbers(server) == {"001", "002", "003"}
    _, newest = as_json(capsys, "report")
    assert newest["run_id"] == again["run_id"]
    left = folder / again["reports"]["rejects"]
    left.write_text(left.read_text().replace(";also;", ";4;"))
    code, last = as_json(capsys, "retry")
    assert (code, last["rows"]["loaded"]) == (0, 1)
    names = {row["number"]: row["name"] for row in server.installation.store["Product"]}
    assert names["004"] == "=D", "the apostrophe was ours"
    code, _, err = etl(capsys, "retry", last["run_id"])
    assert (code, "has no rejected rows" in err) == (2, True)


def test_a_row_that_has_come_in_meanwhile_is_not_sent_again(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(BAD)
    report, rejects = rejected(capsys, folder)
    (folder / "products.csv").write_text(BAD.replace("much", "3,50"))
    as_json(capsys, "run", "products.yaml")
    rejects.write_text(rejects.read_text().replace(";much;", ";3,50;"))
    server.reset_counters()
    code, again = as_json(capsys, "retry", report["run_id"])
    assert (code, again["rows"]["unchanged"], server.writes) == (0, 1, 0)


@pytest.mark.usefixtures("server")
def test_an_older_run_is_retried_only_by_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(BAD)
    rejected(capsys, folder)
    (folder / "products.csv").write_text(BAD.replace("003;C;much", "003;New;3"))
    as_json(capsys, "run", "products.yaml")
    code, _, err = etl(capsys, "retry")
    assert (code, "name an older run by its id" in err) == (2, True)


def test_nothing_is_concluded_from_rows_that_are_not_in_the_file(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(BAD)
    _, rejects = rejected(capsys, folder)
    rejects.write_text(rejects.read_text().replace(";much;", ";3,50;"))
    as_json(capsys, "retry")
    server.reset_counters()
    (folder / "products.csv").write_text(GOOD)
    code, report = as_json(capsys, "run", "products.yaml")
    assert (code, report["rows"]["unchanged"], server.writes) == (0, 2, 0)


def test_a_row_that_was_no_row_is_mended_when_its_code_is_empty(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "products.csv").write_text(GOOD + "003;C;1;acme\n")
    _, rejects = rejected(capsys, folder)
    code, report = as_json(capsys, "retry")
    assert (code, report["codes"]) == (4, {"RAGGED": 1})
    rejects = folder / report["reports"]["rejects"]
    rejects.write_text(rejects.read_text().replace(";RAGGED;", ";;"))
    code, report = as_json(capsys, "retry")
    assert (code, report["rows"]["loaded"]) == (0, 1)
    assert numbers(server) == {"001", "002", "003"}


def test_rejects_of_a_workbook(
    server: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["SKU", "Title", "Price", "Brand"])
    sheet.append(["001", "A", 1.5, "acme"])
    sheet.append(["2", "B", "x", ""])
    book.save(folder / "products.xlsx")
    mapping = folder / "products.yaml"
    mapping.write_text(
        mapping.read_text()
        .replace("products.csv", "products.xlsx")
        .replace("code: Brand, name: Brand}", 'code: Brand, name: Brand}\n    when: "{{ Brand }}"')
    )
    report, rejects = rejected(capsys, folder)
    assert report["codes"] == {"TYPE": 1}
    book = openpyxl.load_workbook(rejects)
    sheet = book.active
    assert sheet is not None
    sheet["C2"] = 2.25
    book.save(folder / "mended.xlsx")
    code, report = as_json(capsys, "retry", "--rejects", "mended.xlsx")
    assert (code, report["rows"]["loaded"]) == (0, 1), report
    prices = {row["number"]: row["price"] for row in server.installation.store["Product"]}
    assert prices == {"001": 1.5, "2": 2.25}


@pytest.mark.usefixtures("server")
def test_what_cannot_be_retried_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = etl(capsys, "retry")
    assert (code, "there is no run yet" in err) == (2, True)
    etl(capsys, "run", "products.yaml")
    code, _, err = etl(capsys, "retry")
    assert (code, "newest run has rejected rows" in err) == (2, True)
    code, _, err = etl(capsys, "retry", "x")
    assert (code, "no run 'x'" in err) == (2, True)
    (folder / "products.csv").write_text(BAD)
    _, rejects = rejected(capsys, folder)
    code, _, err = etl(capsys, "retry", "--sandbox")
    assert (code, "name the same connection" in err) == (2, True)
    rejects.write_text(rejects.read_text().replace("_code", "code"))
    code, _, err = etl(capsys, "retry")
    assert (code, "_row, _code, _column, _message are gone" in err) == (2, True)
    rejects.unlink()
    code, _, err = etl(capsys, "retry")
    assert (code, "there is no such file" in err) == (2, True)
