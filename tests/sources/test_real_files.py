"""Every table that other people made: rows with sane numbers, or an error that names the file."""

from __future__ import annotations

import lzma
import re
import time
from typing import TYPE_CHECKING

import pytest

from etl.errors import SourceError
from etl.mapping.source_spec import SourceSpec
from etl.sources import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sources.opener import TableSource

pytestmark = pytest.mark.shared

_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xz"}
_INDEXED = re.compile(r"\| ([^|]+\.csv) \| \d+ \| (\d+) x (\d+) \|")


@pytest.mark.parametrize("group", ["nasty-csv", "nasty-excel", "hostile", "pim", "crm", "history"])
def test_every_file_is_read_or_refused_by_name(shared: Path, group: str) -> None:
    data = shared / "data"
    for path in sorted((data / group).rglob("*")):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        name, start = path.relative_to(data).as_posix(), time.monotonic()
        try:
            source = open_source(SourceSpec(path=name), data)
        except SourceError as error:
            assert name in str(error)  # noqa: PT017 - many files may also be read
        else:
            check(source)
        assert time.monotonic() - start < 60, name


def check(source: TableSource) -> int:
    """Rows and broken rows are sane; how many there are."""
    last, counted = 0, 0
    width = len(source.info.columns)
    for chunk in source.chunks():
        places = [(number, row) for number, row in zip(chunk.numbers, chunk.rows, strict=True)]
        places += [(number, cells) for number, cells, _ in chunk.broken]
        for number, cells in sorted(places):
            assert number > last
            assert all(isinstance(cell, str) for cell in cells)
            last = number
        assert all(len(row) == width for row in chunk.rows)
        assert all(0 <= at < len(chunk.rows) for at in chunk.faults)
        counted += len(places)
    return counted


@pytest.mark.parametrize("group", ["pim", "crm"])
def test_rows_and_columns_are_as_the_index_says(shared: Path, group: str) -> None:
    data, folder, compared = shared / "data", "", 0
    for line in (data / "INDEX.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            folder = line[3:].strip()
        found = _INDEXED.match(line)
        if not found or not folder.startswith(f"{group}/") or "ragged" in line or "blank" in line:
            continue
        if any(word in line for word in ("multi-character", "mislabelled", "empty file")):
            continue
        source = open_source(SourceSpec(path=f"{folder}/{found[1]}"), data)
        assert len(source.info.columns) == int(found[3]), line
        assert check(source) == int(found[2]) - 1, line
        compared += 1
    assert compared > 20


def test_a_whole_catalog(shared: Path) -> None:
    path = "pim/akeneo-icecat/products.csv"
    source = open_source(SourceSpec(path=path), shared / "data")
    assert sum(len(chunk.rows) for chunk in source.chunks()) == 1_239
    assert len(source.info.columns) == 111
    assert source.info.settings["delimiter"] == ";"
    assert source.info.settings["encoding"] == "utf-8"


def test_an_earlier_night_is_read_packed(shared: Path) -> None:
    path = next((shared / "data/history").rglob("products.csv.xz"))
    source = open_source(SourceSpec(path=path.name), path.parent)
    header = lzma.open(path, "rt", encoding="utf-8").readline()  # noqa: SIM115
    assert len(source.info.columns) == header.count(";") + 1
