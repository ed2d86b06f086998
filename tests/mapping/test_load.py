"""Files that are no mapping, and the YAML that mappings are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import MappingError
from etl.mapping import WildcardSpec, load_mapping
from etl.mapping.marked import read_marked
from etl.mapping.value_spec import STEPS, STEPS_WITH

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


def told(folder: Path, text: str) -> list[str]:
    """`line:column: message` of all that is wrong with the file."""
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    found: list[Problem] = []
    load_mapping(path, found)
    assert {problem.file for problem in found} == {str(path)}
    return [problem.text().removeprefix(f"{path}:") for problem in found]


ENTRY = "version: 1\nsource: {path: x.csv}\nrecords:\n  - entity: E\n    key: a\n    fields:\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a: {colum: A}", "7:11: unknown key 'colum' (did you mean 'column'?)"),
        ("a: {column: A, qqqq: 1}", "7:22: unknown key 'qqqq'"),
        ("a: [{column: A}, {columm: B}]", "7:25: unknown key 'columm' (did you mean 'column'?)"),
        ("a: {}", "7:10: a: needs one of column, columns, value, template; has none"),
        (
            "a: {column: A, value: null}",
            "7:10: a: needs one of column, columns, value, template; has column and value",
        ),
        ("a: []", "7:10: a: Value should have at least 1 item after validation, not 0"),
        ("a: {column: A, mode: put}", "7:28: mode: Input should be 'add', 'set' or 'remove'"),
        (
            "a: {value: [x]}",
            "7:18: value: Input should be"
            + " or".join(f" a valid {kind}" for kind in ("string", "integer", "number", "boolean")),
        ),
        (
            "a: {column: A, apply: [{prefix: }]}",
            "7:30: the step 'prefix' needs an argument: {prefix: …}",
        ),
        *(
            (
                f"a: {{column: A, apply: [{step}]}}",
                f"7:30: no such step: {shown}; there are {', '.join((*STEPS, *STEPS_WITH))}",
            )
            for step, shown in (("{strip: 1}", "{'strip': 1}"), ("5", "5"), ("trim", "'trim'"))
        ),
        (
            "a: {column: A, map: {x: y, else: no}}",
            "7:40: else: Input should be 'keep', 'reject' or 'clear'",
        ),
        ("a: {column: A, unit: {colum: U}}", "7:29: unknown key 'colum' (did you mean 'column'?)"),
    ],
)
def test_a_value_that_is_wrong_is_told_once(tmp_path: Path, line: str, message: str) -> None:
    assert told(tmp_path, f"{ENTRY}      {line}\n") == [message]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("delimiter: ';;'", "2:34: delimiter: String should have at most 1 character"),
        (
            "header: 0",
            "2:31: header: Input should be greater than or equal to 1 or a valid tuple",
        ),
        ("skip_last: -1", "2:34: skip_last: Input should be greater than or equal to 0"),
        ("separator: ''", "2:34: separator: String should have at least 1 character"),
        ("decimals: ','", "2:23: unknown key 'decimals' (did you mean 'decimal'?)"),
    ],
)
def test_a_source_that_is_wrong_is_told(tmp_path: Path, given: str, message: str) -> None:
    text = f"{ENTRY}      a: A\n".replace("x.csv}", f"x.csv, {given}}}")
    (found,) = told(tmp_path, text)
    assert found.startswith(message)


def test_what_is_left_of_a_damaged_mapping_keeps_its_places(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "version: 1\nsource: {path: x.csv}\nrecords:\n"
        "  - {entty: One, key: a, fields: {a: A}}\n"
        "  - {entty: Two, key: a, fields: {a: A}}\n"
        "  - {entity: Three, key: a, fields: {a: A, b: [{colum: X, column: B}, {value: 1}]}}\n"
        "  - {entity: Four, key: a, fields: {a: A}}\n"
    )
    found: list[Problem] = []
    mapping = load_mapping(path, found)
    assert mapping is not None
    assert mapping.damaged
    assert sorted((problem.line, problem.message) for problem in found) == [
        (4, "the key 'entity' is missing"),
        (4, "unknown key 'entty'"),
        (5, "the key 'entity' is missing"),
        (5, "unknown key 'entty'"),
        (6, "unknown key 'colum'"),
    ]
    assert [entry.entity for entry in mapping.records] == ["Three", "Four"]
    assert mapping.problem("x", "records", 0, "entity").line == 6
    assert mapping.problem("x", "records", 1, "entity").line == 7
    assert [value.column for value in mapping.records[0].fields["b"]] == ["B", None]


def test_names_and_shorthands(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "version: 1\nname: our-name\nsource: {path: x.csv, header: [1, 2], sheet: 2}\nrecords:\n"
        "  - entity: E\n    key: [a, b]\n    each: [x, y]\n    fields:\n      a: A\n"
        "      b: {column: B, apply: [strip, {truncate: 5}], map: {x: 1, else: keep}, unit: kg}\n"
        "    attributes: {c: C, '*': {match: '(?P<code>x)'}}\n"
        "  - {entity: F, key: a, each: {column: L, split: ','}, fields: {a: '@item'}}\n"
    )
    mapping = load_mapping(path)
    assert mapping is not None
    assert (mapping.name, mapping.connection) == ("our-name", None)
    assert (mapping.source.header, mapping.source.sheet) == ((1, 2), 2)
    first, second = mapping.records
    assert (first.key, second.key) == (("a", "b"), ("a",))
    assert first.each is not None
    assert second.each is not None
    assert (first.each.items, second.each.column, second.each.split) == (("x", "y"), "L", ",")
    assert first.wildcard is not None
    assert (first.wildcard.match, first.wildcard.code) == ("(?P<code>x)", "{code}")
    assert list(first.attributes) == ["c"]
    (value,) = first.fields["b"]
    assert [(step.name, step.argument) for step in value.apply] == [
        ("strip", None),
        ("truncate", 5),
    ]
    assert value.map is not None
    assert value.unit is not None
    assert (value.map.inline, value.map.otherwise, value.unit.value) == ({"x": 1}, "keep", "kg")


@pytest.mark.parametrize(
    ("star", "message"),
    [
        ("5", "10:12: *: takes keys such as match: and code:, or nothing"),
        ("{mach: x}", "10:13: unknown key 'mach' (did you mean 'match'?)"),
        ("{column: B}", "10:13: unknown key 'column'"),
        ("{match: '('}", "10:20: match: '(' is no regular expression: missing ), "),
        ("{match: x}", "10:12: *: match has no group 'code' (there are: none)"),
        ("{code: '{cod}'}", "10:19: code: match has no group 'cod' (there are: code)"),
        ("{code: '{}'}", "10:19: code: '{}': braces stand around the name of a group only"),
        ("{code: '{code'}", "10:19: code: '{code': braces stand around"),
        ("{locale: '{locale}'}", "10:21: locale: match has no group 'locale'"),
        ("{channel: '{x}'}", "10:22: channel: match has no group 'x'"),
        ("{unit: {column: '{x}'}}", "10:19: unit: match has no group 'x'"),
        ("{unit: {colum: x}}", "10:20: unknown key 'colum'"),
        ("{options: {code: x}}", "10:22: options: 'x' needs {item} once"),
        ("{options: {code: '{item}{item}'}}", "10:22: options: '{item}{item}' needs {item} once"),
        ("{options: {code: '{q}{item}'}}", "10:22: options: match has no group 'q'"),
        ("{options: cod}", "10:22: options: Input should be 'code', 'name' or 'id'"),
        ("{options: {cod: '{item}'}}", "10:22: options: takes code, name or id, or one of them"),
        (
            "{map: {a: b}, options: {code: '{code}{item}'}}",
            "10:35: options: a text with {item} is made before map: is looked up",
        ),
        ("{apply: [trim]}", "10:21: no such step: 'trim'"),
        ("{mode: put}", "10:19: mode: Input should be 'add', 'set' or 'remove'"),
    ],
)
def test_a_wrong_star_is_told_where_it_stands(tmp_path: Path, star: str, message: str) -> None:
    text = f"{ENTRY}      a: A\n    attributes:\n      b: B\n      '*': {star}\n"
    (found,) = told(tmp_path, text)
    assert found.startswith(message)


def test_a_star_stands_under_attributes(tmp_path: Path) -> None:
    for key in ("wildcard", "'*'"):
        (found,) = told(tmp_path, f"{ENTRY}      a: A\n    {key}: {{match: x}}\n")
        assert "8:5: unknown key" in found


@pytest.mark.parametrize("star", ["", "{}", "null"])
def test_a_star_may_be_all_defaults(tmp_path: Path, star: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"{ENTRY}      a: A\n    attributes:\n      '*': {star}\n")
    mapping = load_mapping(path)
    assert mapping is not None
    assert mapping.records[0].wildcard == WildcardSpec()


def test_tables_have_names_files_and_keys(tmp_path: Path) -> None:
    text = f"{ENTRY}      a: A\ntables:\n"
    assert told(tmp_path, f"{text}  x: {{file: f}}\n") == ["9:6: the key 'key' is missing"]
    assert told(tmp_path, f"{text}  x: {{fil: f, file: f, key: k}}\n") == [
        "9:7: unknown key 'fil' (did you mean 'file'?)"
    ]
    (found,) = told(tmp_path, f"{text}  a-b: {{file: f, key: k}}\n")
    assert found.startswith("9:8: a-b: String should match pattern")


def test_where_nothing_is_left_there_is_no_mapping(tmp_path: Path) -> None:
    text = ENTRY.replace("key: a", "key: [[a]]") + "      a: A\n"
    assert told(tmp_path, text) == ["5:11: Input should be a valid string"]
    assert load_mapping(tmp_path / "m.yaml", []) is None
    path = tmp_path / "m.yaml"
    path.write_text(path.read_text() + "  - {entity: F, key: b, fields: {b: B}}\n")
    mapping = load_mapping(path, [])
    assert mapping is not None
    assert [entry.entity for entry in mapping.records] == ["F"]
    assert mapping.problem("x", "records", 0, "key").line == 8
