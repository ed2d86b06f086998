"""Paths, globs, stdin and archives; and what is no table."""

from __future__ import annotations

import gc
import gzip
import io
import lzma
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from etl.errors import SourceError
from etl.mapping.source_spec import SourceSpec
from etl.sources import open_source
from etl.sources.locate import File, locate
from etl.sources.unpack import Limits, unpack
from tests.sources import build

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = "a,b\n1,2\n"


def refused(path: Path, **pinned: object) -> str:
    with pytest.raises(SourceError) as caught:
        build.opened(path, **pinned)
    assert path.name in str(caught.value)
    return str(caught.value)


def test_paths_are_relative_to_the_base(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "a.csv").write_text(CONTENT)
    source = open_source(SourceSpec(path="../a.csv"), tmp_path / "mappings")
    assert source.info.path == "../a.csv"
    assert build.only(source).file == "../a.csv"


def test_a_glob_reads_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.csv").write_text(f"k,v\n{name},1\n")
    (tmp_path / "d.csv").mkdir()
    source = build.opened(tmp_path / "*.csv")
    assert source.info.path == "*.csv"
    assert [(chunk.file, chunk.rows[0][0]) for chunk in source.chunks()] == [
        ("a.csv", "a"),
        ("b.csv", "b"),
        ("c.csv", "c"),
    ]


def test_skip_last_counts_in_each_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"k\n{name}\ntotal\n")
    assert build.rows(build.opened(tmp_path / "*.csv", skip_last=1)) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("header", "told"),
    [("k,w", "without v and with w"), ("v,k", "in another order"), ("k,v,x", "with x")],
)
def test_files_with_other_columns_are_told(tmp_path: Path, header: str, told: str) -> None:
    (tmp_path / "a.csv").write_text("k,v\n1,2\n")
    (tmp_path / "b.csv").write_text(f"{header}\n")
    with pytest.raises(SourceError, match=rf"b\.csv: has other columns than a\.csv: {told}"):
        build.opened(tmp_path / "?.csv")


def test_files_that_write_numbers_differently_are_noted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("k;v\n1;2,5\n")
    (tmp_path / "b.csv").write_text("k;v\n1;2.5\n")
    info = build.opened(tmp_path / "?.csv").info
    assert info.conventions.decimal == "."
    assert any("differently" in note for note in info.settings["notes"])


def test_a_name_that_looks_like_a_glob_is_a_name_first(tmp_path: Path) -> None:
    assert build.rows(build.text(tmp_path / "a[1].csv", CONTENT)) == [["1", "2"]]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "x.csv")
    assert "no file matches" in refused(tmp_path / "x*.csv")
    (tmp_path / "sub").mkdir()
    assert "is a folder" in refused(tmp_path / "sub")
    with pytest.raises(SourceError, match="download it first"):
        locate("https://example.com/a.csv", tmp_path)


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(CONTENT)

    def deny(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(SourceError, match=r"a\.csv: cannot be opened: Permission denied"):
        locate("a.csv", tmp_path)


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", CONTENT)
    (tmp_path / "a.csv").unlink()
    with pytest.raises(SourceError, match=r"a\.csv: cannot be read"):
        list(source.chunks())


def test_stdin_is_kept_for_another_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CONTENT.encode())))
    source = open_source(SourceSpec(path="-"), tmp_path)
    assert source.info.path == "stdin"
    assert build.rows(source) == build.rows(source) == [["1", "2"]]
    spool = source.tables[0].file.path
    del source
    gc.collect()
    assert not spool.exists()


@pytest.mark.parametrize(
    ("name", "pack"), [("a.csv.gz", gzip.compress), ("a.csv.xz", lzma.compress)]
)
def test_packed_files(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    source = build.text(tmp_path / name, pack(CONTENT.encode()))
    assert source.info.path == name
    assert build.rows(source) == build.rows(source) == [["1", "2"]]


def test_zips_with_one_table(tmp_path: Path) -> None:
    litter = {"__MACOSX/._a.csv": "x", ".DS_Store": "x", "folder/": ""}
    path = build.zipped(tmp_path / "a.zip", {**litter, "folder/a.csv": CONTENT})
    assert build.rows(build.opened(path)) == [["1", "2"]]
    build.zipped(path, {"a.csv": CONTENT, "readme.md": "x"})
    assert build.rows(build.opened(path)) == [["1", "2"]]
    build.zipped(path, {"data.dat": CONTENT})
    assert build.rows(build.opened(path)) == [["1", "2"]]


def test_a_packed_workbook(tmp_path: Path) -> None:
    inner = build.raw_xlsx(tmp_path / "a.xlsx", build.data("<c><v>1</v></c>"))
    path = build.zipped(tmp_path / "a.zip", {"a.xlsx": inner.read_bytes()})
    assert build.rows(build.opened(path)) == [["1"]]
    path = tmp_path / "b.xlsx.gz"
    path.write_bytes(gzip.compress(inner.read_bytes()))
    assert build.rows(build.opened(path)) == [["1"]]


def test_archives_without_one_table_are_told(tmp_path: Path) -> None:
    path = build.zipped(tmp_path / "a.zip", {"a.csv": CONTENT, "b.csv": CONTENT})
    assert "exactly one table, but holds a.csv, b.csv" in refused(path)
    assert "holds nothing" in refused(build.zipped(path, {".x": ""}))
    path.write_bytes(gzip.compress(gzip.compress(CONTENT.encode())))
    assert "an archive in an archive" in refused(path)


def test_damaged_archives_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    packed = gzip.compress(CONTENT.encode() * 1000)
    for content in (packed[:-30], packed[:20] + b"\0\0\0" + packed[23:]):
        path.write_bytes(content)
        assert "cannot be unpacked" in refused(path)
    path.write_bytes(lzma.compress(CONTENT.encode())[:-10])
    assert "cannot be unpacked" in refused(path)
    path.write_bytes(b"PK\x03\x04 no zip")
    assert "cannot be unpacked" in refused(path)


def test_an_archive_that_grows_too_much_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 20_000_000))
    limits = Limits(free=1_000_000, ratio=100, total=50_000_000)
    with pytest.raises(SourceError, match=r"bomb\.gz: .* looks like an attack"):
        unpack(File("bomb.gz", path, "bomb.gz"), limits)
    assert limits.exceeded(60_000_000, 60_000_000)
    assert not limits.exceeded(900_000, 1)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(CONTENT.encode()))
    monkeypatch.setattr("etl.sources.unpack._copy", full)
    assert "No space left" in refused(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"\n<!DOCTYPE html><html>", "HTML page"),
        (b"\xef\xbb\xbf<html>", "HTML page"),
        (b"<?xml version='1.0'?>", "an XML file"),
        (b"{\\rtf1", "a text document"),
        (b"\x89PNG\r\n", "a picture"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert told in refused(path)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert build.rows(build.text(tmp_path / "a.xls", CONTENT)) == [["1", "2"]]
    workbook = build.raw_xlsx(tmp_path / "b.csv", build.data("<c><v>1</v></c>"))
    assert build.opened(workbook).info.settings["format"] == "xlsx"
    assert "is a workbook (xlsx), not CSV" in refused(workbook, format="csv")
    (tmp_path / "c.xlsx").write_text(CONTENT)
    assert "is no workbook" in refused(tmp_path / "c.xlsx")
    assert build.rows(build.opened(tmp_path / "c.xlsx", format="csv")) == [["1", "2"]]
    (tmp_path / "d.csv").write_text(CONTENT)
    assert "is no workbook" in refused(tmp_path / "d.csv", format="excel")


def test_an_archive_that_needs_a_password_is_told(tmp_path: Path) -> None:
    path = build.zipped(tmp_path / "a.zip", {"a.csv": CONTENT})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        place = archive.start_dir
    content[6] |= 1
    content[place + 8] |= 1
    path.write_bytes(content)
    assert "cannot be unpacked" in refused(path)
