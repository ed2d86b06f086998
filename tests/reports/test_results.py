from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from etl.model.report import RowResult, RowStatus
from etl.reports import ResultsFile

if TYPE_CHECKING:
    from pathlib import Path

LOADED = RowResult(2, RowStatus.LOADED, "00042", "a1b2")
REJECTED = RowResult(
    3, RowStatus.REJECTED, "=1+1", "", "TYPE", "'zwölf' is no number,\nsee it", "b.csv"
)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_each_row_is_a_line(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.csv") as file:
        file.add(LOADED)
        file.add_many(iter([REJECTED]))
    assert read(file.path) == [
        ["key", "_row", "_status", "_id", "_code", "_message"],
        ["00042", "2", "loaded", "a1b2", "", ""],
        ["'=1+1", "3", "rejected", "", "TYPE", "'zwölf' is no number,\nsee it"],
    ]
    assert not file.path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_several_files_are_told_in_the_last_column(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.csv", files=True) as file:
        file.add_many([LOADED, REJECTED])
    assert [line[-1] for line in read(file.path)] == ["_file", "", "b.csv"]


def test_bytes_that_were_no_text_do_not_break_the_file(tmp_path: Path) -> None:
    with ResultsFile(tmp_path / "results.csv") as file:
        file.add(RowResult(2, RowStatus.REJECTED, "M\udcfcller"))
    assert read(file.path)[1][0] == r"M\udcfcller"
