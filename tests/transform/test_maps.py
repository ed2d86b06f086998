"""`map` tables: inline and from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.mapping import ValueSpec
from etl.transform.value_maps import value_table
from etl.transform.words import WordError
from tests.transform.table import value

if TYPE_CHECKING:
    from pathlib import Path

FILE = {"file": "map.csv", "key": "erp", "value": "pim"}


def spec(table: object, *, ignore_case: bool = False) -> ValueSpec:
    return ValueSpec.model_validate({"column": "A", "map": table, "ignore_case": ignore_case})


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_every_delimiter_are_read(tmp_path: Path, delimiter: str, end: str) -> None:
    rows = (("erp", "more", "pim"), ('"r;o,t"', "", "red"), ("grün", "x", "green"), ("short",))
    text = end.join(delimiter.join(row) for row in rows)
    (tmp_path / "map.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert value_table(spec(FILE), tmp_path) == {"r;o,t": "red", "grün": "green", "short": ""}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"erp;pim\na;1\nb;2\na;2\n", "line 4: 'a' stands there twice"),
        (b"erp;other\n", "has no column 'pim'"),
        (b"", "has no column 'erp'"),
        (b"erp;pim\n\xff;1\n", "cannot be read"),
        (b"erp;pim\n" + b"x" * 200_000 + b";1\n", "is no table"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "map.csv").write_bytes(content)
    with pytest.raises(WordError, match=told) as raised:
        value_table(spec(FILE), tmp_path)
    assert raised.value.key == "map"


def test_a_path_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(WordError, match="cannot be read"):
        value_table(spec({**FILE, "file": "a\0b"}), tmp_path)


def test_a_file_beyond_all_measure_is_told(tmp_path: Path) -> None:
    with (tmp_path / "map.csv").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(WordError, match="is too large"):
        value_table(spec(FILE), tmp_path)


def test_a_file_without_its_columns_is_told(tmp_path: Path) -> None:
    with pytest.raises(WordError, match="takes file:, key: and value:"):
        value_table(spec({"file": "map.csv", "key": "erp"}), tmp_path)


def test_without_case_two_keys_may_be_one() -> None:
    from pathlib import Path

    assert value_table(spec({"A": "x", "a": "x"}, ignore_case=True), Path()) == {"a": "x"}
    with pytest.raises(WordError, match="'a' twice when case does not count"):
        value_table(spec({"A": "x", "a": "y"}, ignore_case=True), Path())
    assert value_table(spec({"A": "x", "a": "y"}), Path()) == {"A": "x", "a": "y"}
    assert value_table(ValueSpec(column="A"), Path()) is None


@pytest.mark.parametrize(
    ("spec", "cell", "made"),
    [
        ("{column: B, map: {'': none}}", "", {"name": "none"}),
        ("{column: B, map: {'': none}}", "  ", {"name": "none"}),
        ("{column: B, map: {N/A: none, a: b}}", "N/A", {"name": "none"}),
        ("{column: B, map: {a: b}}", "N/A", {}),
        ("{column: B, map: {a: b, else: keep}}", "", {}),
        ("{column: B, apply: digits, map: {'1': one}}", "abc", {}),
        ("{column: B, apply: digits, map: {'1': one, '': none}}", "abc", {"name": "none"}),
        ("{column: B, map: {a: N/A}}", "a", {}),
        ("{column: B, map: {a: 1.5}}", "a", {"name": "1.5"}),
        ("{column: B, map: {a: true}}", "a", {"name": "true"}),
        ("{column: B, split: ',', map: {a: b, else: clear}}", "a,x", {"name": "b"}),
        ("{column: B, split: ',', map: {a: b}}", "a,x", "MAP_UNKNOWN"),
    ],
)
def test_the_map_comes_before_the_question_whether_it_is_empty(
    tmp_path: Path, spec: str, cell: str, made: object
) -> None:
    assert value(tmp_path, spec, cell, empty_values=("N/A",), decimal=",") == made


def test_a_number_of_a_map_is_a_number(tmp_path: Path) -> None:
    spec = "{column: B, map: {a: 1.5}}"
    assert value(tmp_path, spec, "a", name="ratio", decimal=",") == {"ratio": 1.5}
