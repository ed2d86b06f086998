"""What is found out about a CSV file that nothing is pinned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import SourceError
from tests.sources import build

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = "SKU;Titel\n1;Stühle für große Räume\n2;Bänke € 5, schön\n3;Küchenmöbel\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, told: str) -> None:
    source = build.text(tmp_path / "a.csv", GERMAN.encode(encoding))
    assert source.info.settings["encoding"] == told
    assert source.info.columns == ("SKU", "Titel")
    assert build.rows(source)[0] == ["1", "Stühle für große Räume"]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"])
def test_byte_order_marks(tmp_path: Path, mark: bytes) -> None:
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    codec |= {b"\xff\xfe\0\0": "utf-32-le", b"\0\0\xfe\xff": "utf-32-be"}
    source = build.text(tmp_path / "a.csv", mark + '"a",b\n1,ü\n'.encode(codec[mark]))
    assert source.info.columns == ("a", "b")
    assert build.rows(source) == [["1", "ü"]]


def test_a_byte_order_mark_goes_whatever_encoding_is_pinned(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", b'\xef\xbb\xbf"a",b\n1,2\n', encoding="utf-8")
    assert source.info.columns == ("a", "b")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("cp1251", "Код;Название\n1;Кресло офисное\n2;Стол письменный\n3;Шкаф для одежды\n"),
        ("cp1250", "kód;název\n1;Židle dřevěná\n2;Stůl kuchyňský\n3;Skříň šatní\n"),
        ("cp932", "番号;名前\n1;椅子の名前\n2;机と本棚\n"),
        ("gb18030", "编号;名称\n1;办公椅子\n2;书桌木头\n"),
        ("cp1252", "code;nom\n1;Chaise très légère\n2;Étagère à épices\n3;Fenêtre\n"),
    ],
)
def test_legacy_pages_are_guessed_with_a_note(tmp_path: Path, encoding: str, content: str) -> None:
    source = build.text(tmp_path / "a.csv", content.encode(encoding))
    assert source.info.settings["encoding"] == encoding
    assert any("pin it when in doubt" in note for note in source.info.settings["notes"])


def test_few_letters_are_taken_for_cp1252(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b\n1,\u00a9\n".encode("cp1252"))
    assert source.info.settings["encoding"] == "cp1252"
    assert build.rows(source) == [["1", "\u00a9"]]


def test_a_byte_that_cp1252_does_not_have_is_of_another_page(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b\n1,Stühle\n2,Bühne\n".encode("cp850"))
    assert source.info.settings["encoding"] != "cp1252"


def test_bytes_of_no_page_at_all_are_cell_faults(tmp_path: Path) -> None:
    source = build.text(
        tmp_path / "a.csv", b"a,b\n" + b"1,\x81\x8d\x81\xff\x81\x90\xff\xa0\xfe\xfd\n"
    )
    assert source.info.columns == ("a", "b")
    assert len(build.rows(source)) == 1


def test_the_first_letter_beyond_ascii_may_come_late(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,plain\n" * 200_000 + b"2,K\xfcche\n")
    assert build.opened(path).info.settings["encoding"] == "cp1252"
    path.write_bytes(b"a,b\n" + b"1,plain\n" * 200_000 + "2,Küche\n".encode() * 50_000)
    assert build.opened(path).info.settings["encoding"] == "utf-8"


def test_an_unknown_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.csv: there is no encoding 'latin-99'"):
        build.text(tmp_path / "a.csv", "a,b\n", encoding="latin-99")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "~", "^"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    content = "a,b,c\n1,x y,2\n3,z,4\n".replace(",", delimiter)
    source = build.text(tmp_path / "a.csv", content)
    assert source.info.settings["delimiter"] == delimiter
    assert build.rows(source) == [["1", "x y", "2"], ["3", "z", "4"]]


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),  # decimal commas in every row
        ('a,b\n"x;y;z","p;q"\n"x;y","r"\n', ","),
        ("a\tb\nx, y\tz, w\nx, y\tz, w\n", "\t"),
        ("name;text\nA;one, two, three\nB;one, two\n", ";"),
        ("code\n1\n2\n", ","),
        ("url;at\nhttp://x:1;12:30:45\nhttp://y:2;12:30:46\n", ";"),
    ],
)
def test_delimiters_in_doubt(tmp_path: Path, content: str, delimiter: str) -> None:
    assert build.text(tmp_path / "a.csv", content).info.settings["delimiter"] == delimiter


def test_excels_sep_line(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "\ufeffsep=|\r\na|b\r\n1|2,3;4\r\n")
    assert source.info.settings["delimiter"] == "|"
    assert source.info.settings["header"] == 2
    assert build.rows(source) == [["1", "2,3;4"]]
    assert build.numbers(source) == [3]


def test_single_quotes_are_found_where_they_enclose_cells(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "'a','b'\n'1','x,y'\n'2','it''s'\n")
    assert source.info.settings["quote"] == "'"
    assert build.rows(source) == [["1", "x,y"], ["2", "it's"]]


def test_quotes_that_only_stand_for_inches_quote_nothing(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.tsv", 'a\tb\n1\t"24" screen\n2\t17"\n')
    assert source.info.settings["quote"] == ""
    assert build.rows(source) == [["1", '"24" screen'], ["2", '17"']]


def test_a_broken_row_does_not_unquote_a_quoted_file(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", 'a,b\n1,"x"\n2,"24" screen"\n')
    assert source.info.settings["quote"] == '"'
    assert build.rows(source) == [["1", "x"]]


@pytest.mark.parametrize(
    ("content", "line", "columns"),
    [
        ("a,b,c\n1,2,3\n", 1, ("a", "b", "c")),
        ("\n\n\na,b,c\n1,2,3\n", 4, ("a", "b", "c")),
        ("Products 2024\n\na,b,c\n1,2,3\n4,5,6\n", 3, ("a", "b", "c")),
        ("Products,,\na,b,c\n1,2,3\n4,5,6\n", 2, ("a", "b", "c")),
        ("# made by x\nid,name\n1,y\n2,z\n", 2, ("id", "name")),
        ("Name\nSmith\nJones\n", 1, ("Name",)),
        ("x,,\n1,2,3\n4,5,6\n", 1, ("x", "B", "C")),  # numbers are no header
        ("a,,c, \n1,2,3,4\n1,2,3,4\n", 1, ("a", "B", "c", "D")),
        ("a,b,a\n1,2,3\n", 1, ("a", "b", "a")),
        (' a ,"b\nc",d\n1,2,3\n', 1, (" a ", "b\nc", "d")),
        ("title\nonly,two,three,four\n", 1, ("title",)),
        ("Goods,\nid,name\n1,y\n2,z\n", 1, ("Goods", "B")),
        ("x,,\n" * 31 + "a,b,c\n" * 40, 1, ("x", "B", "C")),
    ],
)
def test_headers(tmp_path: Path, content: str, line: int, columns: tuple[str, ...]) -> None:
    source = build.text(tmp_path / "a.csv", content)
    assert source.info.settings["header"] == line
    assert source.info.columns == columns


def test_a_pinned_header_leaves_out_what_stands_before_it(tmp_path: Path) -> None:
    content = 'some "odd" text\nmore,of,it\n\na,b\n1,2\n'
    source = build.text(tmp_path / "a.csv", content, header=4)
    assert source.info.columns == ("a", "b")
    assert build.numbers(source) == [5]
    assert source.info.settings["pinned"] == ("header",)


def test_a_header_that_is_not_there_is_told(tmp_path: Path) -> None:
    for header, told in ((3, "line 3"), ([1, 3], "line 1 and 3"), (9, "line 9")):
        with pytest.raises(SourceError, match=rf"a\.csv: has no .*{told}"):
            build.text(tmp_path / "a.csv", "a,b\n1,2\n\n3,4\n", header=header)


def test_a_header_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.csv: line 1 cannot be read: a quoted cell ends"):
        build.text(tmp_path / "a.csv", '"a"x,b\n1,"2"\n')
    with pytest.raises(SourceError, match=r"a\.csv: has no header line and no rows: line 1"):
        build.text(tmp_path / "a.csv", '"a\n')
    with pytest.raises(SourceError, match=r"a\.csv: has NUL characters in its header"):
        build.text(tmp_path / "a.csv", "a\0,b\n1,2\n")


@pytest.mark.parametrize("content", ["", "\n\n", " \n,,\n", "\ufeff"])
def test_an_empty_file_is_told(tmp_path: Path, content: str) -> None:
    with pytest.raises(SourceError, match=r"a\.csv: (is empty|has no header line)"):
        build.text(tmp_path / "a.csv", content)


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    source = build.text(tmp_path / "a.csv", "a,b")
    assert source.info.columns == ("a", "b")
    assert list(source.chunks()) == []


def test_a_line_without_end_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x" * (70 * 1024 * 1024))
    with pytest.raises(SourceError, match=r"a\.csv: has a line of more than 64 MiB"):
        build.opened(path)
    path.write_bytes(b"x" * 200_000 + b"\n1\n")
    assert build.rows(build.opened(path)) == [["1"]]
