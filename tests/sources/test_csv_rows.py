"""Rows of CSV files: cell for cell, with the right line numbers, and every fault told."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from etl.sources.csv_careful import Dialect, QuoteFault, careful_row
from etl.sources.csv_rows import Rows
from etl.sources.csv_table import CsvTable
from etl.sources.decoding import Damage, read_lines
from etl.sources.locate import File
from tests.sources import build

CELL = st.text(
    st.one_of(
        st.sampled_from("\"',;\t|\n\r "), st.characters(blacklist_characters="\0", codec="utf-8")
    ),
    max_size=8,
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


def written(table: list[list[str]], delimiter: str, quoting: int, end: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows(table)
    return out.getvalue()


def line_of(table: list[list[str]], end: str) -> list[int]:
    """The line on which each row begins, counted as an editor does."""
    starts, line = [], 1
    for row in table:
        starts.append(line)
        whole = written([row], ",", csv.QUOTE_ALL, end)
        line += len(io.StringIO(whole, newline="").readlines())
    return starts


@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_csv_writes_is_read_cell_for_cell(
    table: list[list[str]], delimiter: str, quoting: int, end: str
) -> None:
    header = [f"h{at}" for at in range(len(table[0]))]
    assume(
        quoting == csv.QUOTE_ALL or not any({"\r", "\n"} & {*cell} for row in table for cell in row)
    )
    content = written([header, *table], delimiter, quoting, end)
    kept = [row for row in table if "".join(row).strip()]
    starts = line_of([header, *table], end)[1:]
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(content.encode())
        source = build.opened(path, delimiter=delimiter, quote='"', header=1, encoding="utf-8")
        assert build.rows(source) == kept
        assert build.numbers(source) == [
            start for start, row in zip(starts, table, strict=True) if "".join(row).strip()
        ]
        assert build.broken(source) == []


@given(TABLES, st.integers(1, 5))
def test_batches_change_nothing(table: list[list[str]], size: int) -> None:
    lines = io.StringIO(written(table, ",", csv.QUOTE_ALL, "\n"), newline="").readlines()
    batches = list(Rows(iter(lines), Dialect(), len(table[0]), batch=size))
    assert [row for batch in batches for row in batch.rows] == table
    assert [line for batch in batches for line in batch.lines] == lines
    numbers = [number for batch in batches for number in batch.numbers()[: len(batch.rows)]]
    assert numbers == line_of(table, "\n")


@given(TABLES)
def test_the_careful_parser_agrees_with_the_fast_one(table: list[list[str]]) -> None:
    lines = iter(io.StringIO(written(table, ",", csv.QUOTE_ALL, "\n"), newline="").readlines())
    assert [careful_row(lines, 1, Dialect()) for _ in table] == table


@given(st.text(st.sampled_from('ab",\n'), max_size=40))
def test_any_text_is_read_to_its_end_and_each_line_once(content: str) -> None:
    lines = content.splitlines(keepends=True)
    batches = list(Rows(iter(lines), Dialect(), 2, batch=3))
    assert [line for batch in batches for line in batch.lines] == lines


def test_text_stays_text(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b,c\n00042,NA,123456789012345678\n 1 ,1e5,\u00a0x\n")
    assert build.rows(source) == [["00042", "NA", "123456789012345678"], [" 1 ", "1e5", "\u00a0x"]]


def test_blank_rows_are_not_read(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "\n\na,b\n\n,\n \t, \n1,2\n,3\n\n")
    assert build.rows(source) == [["1", "2"], ["", "3"]]
    assert build.numbers(source) == [7, 8]


def test_rows_with_too_few_or_too_many_cells_are_ragged(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b\n1,2\n3\n4,5,6\n7,8, ,\n9,10\n")
    assert build.rows(source) == [["1", "2"], ["7", "8"], ["9", "10"]]
    number, cells, problem = build.only(source).broken[1]
    assert (number, list(cells), problem.code) == (4, ["4", "5", "6"], "RAGGED")
    assert "3 cells, the header 2" in problem.message
    assert (problem.file, problem.row, problem.line) == ("a.csv", 4, 4)


def test_text_after_a_closing_quote_breaks_its_row_only(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a,b\n1,x\n2,"5" screen"\n3,"y"\n4,ab"c\n')
    assert build.rows(source) == [["1", "x"], ["3", "y"], ["4", 'ab"c']]
    number, cells, problem = build.only(source).broken[0]
    assert (number, problem.code, problem.line, problem.position) == (3, "QUOTE", 3, 5)
    assert list(cells) == ['2,"5" screen"']


def test_an_open_quote_gives_back_the_rows_it_swallowed(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a,b\n1,x\n2,"open\n3,y\n4,"z"\n5,w\n')
    assert build.rows(source) == [["1", "x"], ["3", "y"], ["4", "z"], ["5", "w"]]
    assert build.numbers(source) == [2, 4, 5, 6]
    assert build.broken(source) == [(3, "QUOTE")]


def test_an_open_quote_at_the_end_gives_back_too(tmp_path: Path) -> None:
    rows = "".join(f"{number},x\n" for number in range(3, 40))
    source = build.text(tmp_path / "a.csv", f'a,b\n1,"x"\n2,"open\n{rows}')
    assert build.broken(source) == [(3, "QUOTE")]
    assert len(build.rows(source)) == 38
    assert "never closed" in build.only(source).broken[0][2].message


def test_prose_in_a_broken_cell_does_not_come_back_as_rows(tmp_path: Path) -> None:
    text = '2,"He said\nnothing much\nat all\n"hello" to me",y\n3,z,w\n'
    source = build.text(tmp_path / "a.csv", f"a,b,c\n1,x,x\n{text}")
    assert build.rows(source) == [["1", "x", "x"], ["3", "z", "w"]]
    number, cells, problem = build.only(source).broken[0]
    assert number == 3
    assert cells == ['2,"He said\nnothing much\nat all\n"hello" to me",y']
    assert "lines 3 to 6" in problem.message
    assert (problem.line, problem.position) == (6, 1)


def test_one_column_never_gives_prose_back(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a\n"x\ny"z\nw\n')
    assert build.rows(source) == [["w"]]
    assert build.broken(source) == [(2, "QUOTE")]


def test_every_row_with_an_open_quote_is_told(tmp_path: Path) -> None:
    rows = "".join(f'{number},"x\n' for number in range(200))
    source = build.text(tmp_path / "a.csv", f'a,b\n1,"ok"\n{rows}')
    assert len(build.broken(source)) == 200


def test_nul_characters_break_their_row(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a,b\n1,x\n2,"p\nq\0r"\n3,y\n')
    assert build.rows(source) == [["1", "x"], ["3", "y"]]
    problem = build.only(source).broken[0][2]
    assert (problem.code, problem.row, problem.line, problem.position) == ("NUL", 3, 4, 2)


def test_undecodable_bytes_are_faults_of_their_cell(tmp_path: Path) -> None:
    content = "a,b\n1,größe\n2,weiß\n3,gr".encode() + b"\xfc\xdfe\n4,x\n"
    source = build.text(tmp_path / "a.csv", content)
    assert source.info.settings["encoding"] == "utf-8"
    assert any("no UTF-8" in note for note in source.info.settings["notes"])
    assert build.rows(source)[2] == ["3", "gr\ufffd\ufffde"]
    assert build.faults(source) == [(4, "b", "ENCODING")]
    (problem,) = build.only(source).faults[2]
    assert problem.value == "gr\\xfc\\xdfe"


def test_undecodable_bytes_of_utf_16_are_faults_too(tmp_path: Path) -> None:
    content = b"\xff\xfe" + "a,b\n1,x\n2,".encode("utf-16-le") + b"\x00\xd8" + b"\n\x00"
    source = build.text(tmp_path / "a.csv", content)
    assert build.faults(source) == [(3, "b", "ENCODING")]


def test_bytes_that_end_in_the_middle_are_a_fault(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b\n1,ä\n2,ö\n3,ü".encode()[:-1])
    assert build.faults(source) == [(4, "b", "ENCODING")]


def test_cells_beyond_the_csv_modules_limit_are_read(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    long, quoted = "x" * (limit + 10), "y\n" * limit
    source = build.text(tmp_path / "a.csv", f'a,b\n1,{long}\n2,"{quoted}"\n3,z\n')
    assert build.rows(source) == [["1", long], ["2", quoted], ["3", "z"]]
    assert build.numbers(source) == [2, 3, 4 + limit]
    assert csv.field_size_limit() == limit


def test_an_open_quote_is_bounded() -> None:
    lines = iter(['1,"x\n', *(["y" * 1_000_000 + "\n"] * 20)])
    found = careful_row(lines, 1, Dialect())
    assert isinstance(found, QuoteFault)
    assert found.open_end
    assert len(list(lines)) == 3


def test_nothing_is_quoted_without_a_quote_sign(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a,b\n"1",5"\n', quote="")
    assert build.rows(source) == [['"1"', '5"']]
    long = "x" * (csv.field_size_limit() + 1)
    source = build.text(tmp_path / "b.csv", f'a,b\n"1,{long}\n', quote="")
    assert build.rows(source) == [['"1', long]]


def test_lines_are_the_same_wherever_blocks_end(tmp_path: Path) -> None:
    rows = [f"{at},{'ä' * (at % 50)}" for at in range(20_000)]
    path = tmp_path / "a.csv"
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes((end.join(rows) + end).encode())
        file = File("a.csv", path, "a.csv")
        assert [line.rstrip("\r\n") for line in read_lines(file, "utf-8", Damage())] == rows


def test_chunks_are_bounded_by_rows_and_by_text(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b\n" + "1,2\n" * 12_000)
    assert [len(chunk.rows) for chunk in source.chunks()] == [5_000, 5_000, 2_000]
    long = "x" * 40_000
    source = build.text(tmp_path / "b.csv", "a,b\n" + f"1,{long}\n" * 900)
    assert [len(chunk.rows) for chunk in source.chunks()] == [500, 400]


@pytest.mark.parametrize("skip", [0, 1, 3, 5_001, 11_999, 12_000, 13_000])
def test_the_last_rows_are_left_out_over_chunks(tmp_path: Path, skip: int) -> None:
    rows = "".join(f"{at},2\n" if at % 3 else f"{at}\n" for at in range(12_000))
    source = build.text(tmp_path / "a.csv", f"a,b\n{rows}", skip_last=skip)
    seen = len(build.rows(source)) + len(build.broken(source))
    assert seen == max(0, 12_000 - skip)


def test_faults_of_rows_that_are_left_out_go_too(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", b"a,b\n1,\xc3\xa4\xc3\xa4\n2,\xff\n", skip_last=1)
    assert isinstance(source.tables[0], CsvTable)
    assert build.rows(source) == [["1", "ää"]]
    assert build.faults(source) == []
