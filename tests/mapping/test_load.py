"""Files that are no mapping, and the YAML that mappings are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import MappingError
from etl.mapping import load_mapping
from etl.mapping.marked import read_marked

if TYPE_CHECKING:
    from pathlib import Path

    from etl.model import Problem

GOOD = "version: 1\nsource: {path: x.csv}\nrecords: [{entity: E, key: a, fields: {a: A}}]\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"a: [", "m.yaml:1:5"),
        (b"a: &x [*x]", "too deep or too large"),
        (b"a: 1\na: 2\n" + GOOD.encode(), "2:1: the key 'a' stands here a second time"),
        (b"? [a]\n: b\n" + GOOD.encode(), "a key must be a plain text"),
        (b"\xff\xfe", "is no UTF-8"),
        (b"x" * (4 * 1024 * 1024 + 1), "too large"),
        (GOOD.replace("version: 1", "version: 2").encode(), "1:10: version: Input should be 1"),
        (GOOD.replace("version: 1\n", "").encode(), "the key 'version' is missing"),
        (GOOD.replace("key: a", "key: []").encode(), "key: Value should have at least 1 item"),
        (b"- a list", "1:1"),
        (GOOD.encode() + b"name: ../evil\n", "String should match pattern"),
        (b"\x07", "1:1"),
        (b"[" * 5000, "too deep or too large"),
    ],
)
def test_what_is_no_mapping_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    found: list[Problem] = []
    load_mapping(path, found)
    assert told in "\n".join(problem.text() for problem in found)
    with pytest.raises(MappingError):
        load_mapping(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"nope\.yaml: cannot be read"):
        load_mapping(tmp_path / "nope.yaml")


def test_a_good_one_has_a_name_and_positions(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text("\ufeff" + GOOD + "connection: pim\n", encoding="utf-8")
    mapping = load_mapping(path)
    assert mapping is not None
    assert (mapping.name, mapping.connection, mapping.damaged) == ("catalog", "pim", False)
    problem = mapping.problem("x", "records", 0, "fields", "a", 0, "column")
    assert (problem.line, problem.position) == (3, 43)
    assert mapping.key_problem("x", "records", 0, "key").position == 23


def test_scalars_are_those_of_yaml_1_2() -> None:
    problems: list[Problem] = []
    text = "[yes, on, true, False, null, ~, 010, 1_0, 2026-01-31, 1.5, .5, 1e3, '1', 0x1f, 12:30]"
    found = read_marked(text, "f", problems)
    assert not problems
    assert found is not None
    assert found.content == [
        *("yes", "on", True, False, None, None, "010", "1_0", "2026-01-31", 1.5, 0.5, 1000.0, "1"),
        *("0x1f", "12:30"),
    ]


def test_aliases_are_read_and_bombs_are_not() -> None:
    problems: list[Problem] = []
    found = read_marked("a: &x [1]\nb: *x", "f", problems)
    assert found is not None
    assert found.content == {"a": [1], "b": [1]}
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 7)]
    assert read_marked("\n".join(lines), "f", problems) is None
    assert "too large" in problems[0].message
