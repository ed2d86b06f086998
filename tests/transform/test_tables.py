"""`tables`: expressions look rows up in CSV files beside the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.transform.table import ENTRY, HEAD, compiled, worked

if TYPE_CHECKING:
    from pathlib import Path

    from etl.model import Problem

VARIANTS = (
    "code;family;variant-attributes_1;items;values\n"
    "size;shoes;sku,name,weight;2;\n"
    '"colour;size";clothes;;0;  \n'
    "\n"
    ";nobody;;;\n"
    "size;shoes;sku,name,weight;2;\n"
    "short\n"
)
FIELDS = "\ufeffattribute,field\nsku,number\nname,name\n"
TABLES = "tables:\n  x: {file: x/v.csv, key: code}\n  fields: {file: f.csv, key: attribute}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "v.csv").write_text(VARIANTS, encoding="utf-8")
    (tmp_path / "f.csv").write_text(FIELDS, encoding="utf-8")
    return tmp_path


def text(template: str, tables: str = TABLES) -> str:
    return f'{HEAD}{tables}{ENTRY}      name: {{template: "{template}"}}\n'


def made(folder: Path, template: str, cell: str = "size") -> Any:  # noqa: ANN401
    """The text that comes out, or the message of the row's reject."""
    done = worked(folder, text(template), ("key", cell))
    if done.rejects:
        assert done.rejects[0].problem.code == "TEMPLATE"
        return done.rejects[0].problem.message
    return done.records[0].values["name"]


@pytest.mark.parametrize(
    ("template", "cell", "name"),
    [
        ("{{ table.x[B].family }}", "size", "shoes"),
        ("{{ table['x'][B]['family'] }}", "colour;size", "clothes"),
        ("{{ table[C or 'x'][B].family }}", "size", "shoes"),
        ("{{ table.x[B].items }}", "size", "2"),  # no methods: columns
        ("{{ table.x[B].values }}.", "colour;size", "."),
        ("{{ table.x[B]['variant-attributes_1'] }}.", "short", "."),
        ("{{ B in table.x }}", "size", "True"),
        ("{{ B in table.x }}", "Size", "False"),
        ("{{ '' in table.x }}", "", "False"),
        ("{{ 'family' in table.x[B] }}", "size", "True"),
        ("{{ table.x | length }}", "", "3"),
        ("{{ table.x | join('/') }}", "", "size/colour;size/short"),
        (
            (
                "{{ table.x[B]['variant-attributes_1'].split(',') | reject('in', table.fields)"
                " | join(',') }}"
            ),
            "size",
            "weight",
        ),
        (
            (
                "{{ table.x[B]['variant-attributes_1'].split(',') | select('in', table.fields)"
                " | list | length }}"
            ),
            "size",
            "2",
        ),
    ],
)
def test_rows_are_looked_up(folder: Path, template: str, cell: str, name: str) -> None:
    assert made(folder, template, cell) == name


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ table.x[B].family }}", "the table 'x' has no row 'nope'"),
        ("{{ table.x['size'][B] }}", "the table 'x' has no column 'nope'"),
        ("{{ table.x.size.famly }}", "the table 'x' has no column 'famly'"),
        ("{{ table[B].x }}", "there is no table 'nope'"),
        ("{{ table.x['size'] }}", "name a row and a column of 'x': table.x[key].column"),
        ("{{ table.x }}", "name a row and a column of 'x': table.x[key].column"),
        ("{{ table }}", "name a table, a row and a column: table.name[key].column"),
        ("{{ table.x._rows }}", "SecurityError: "),
        ("{{ table.x['size'].__class__ }}", "SecurityError: "),
    ],
)
def test_what_is_not_there_fails_its_row(folder: Path, template: str, told: str) -> None:
    assert made(folder, template, "nope").startswith(told)


def test_conditions_look_up_as_well(folder: Path) -> None:
    condition = "{{ B in table.x and table.x[B].family == 'shoes' }}"
    done = worked(
        folder,
        f'{HEAD}{TABLES}{ENTRY}    when: "{condition}"\n',
        *(("a", "size"), ("b", "colour;size"), ("c", "nope")),
    )
    assert [record.key for record in done.records] == [("a",)]
    assert list(done.filtered) == [3, 4]


def problems(folder: Path, given: str) -> list[str]:
    found: list[Problem] = []
    compiled(folder, given, collect=found)
    return [problem.text().removeprefix(f"{folder}/m.yaml:") for problem in found]


def test_a_table_that_is_none_is_told_before_any_row(folder: Path) -> None:
    place = "11:24: "
    hint = "there is no table 'field' (did you mean 'fields'?)"
    assert problems(folder, text("{{ table.field[B].x }}")) == [f"{place}{hint}"]
    assert problems(folder, text("{{ table['field'][B].x }}")) == [f"{place}{hint}"]
    assert problems(folder, text("{{ table.qq[B].x }}")) == [
        f"{place}there is no table 'qq' (tables: x, fields)"
    ]
    assert problems(folder, text("{{ table.x }}", "")) == [
        "8:24: there is no table: the mapping has no tables:"
    ]


def test_without_tables_a_column_may_be_called_so(folder: Path) -> None:
    columns = ("A", "table")
    (record,) = worked(folder, text("{{ table }}", ""), ("a", "cell"), columns=columns).records
    assert record.values["name"] == "cell"
    template = "{{ row['table'] }}/{{ table.x.size.family }}"
    (record,) = worked(folder, text(template), ("a", "cell"), columns=columns).records
    assert record.values["name"] == "cell/shoes"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code;family\na;b\n\na;c\n", "v.csv, line 4: 'a' stands there twice, with other content"),
        (b"code;family\na;b;c\n", "v.csv, line 2: has more cells than the header"),
        (b"cod;family\n", "v.csv has no column 'code'"),
        (b"code;a;a\n", "v.csv has column 'a' 2 times"),
        (b"", "v.csv has no column 'code'"),
        (b"code\n\xff\n", "v.csv cannot be read"),
        (b"code\n" + b"x" * 200_000 + b"\n", "v.csv is no table"),
    ],
)
def test_a_wrong_file_is_told_once(folder: Path, content: bytes, told: str) -> None:
    (folder / "x" / "v.csv").write_bytes(content)
    (problem,) = problems(folder, text("{{ table.x[B].family }}"))
    assert problem.startswith("4:6: ")
    assert told in problem


def test_a_file_that_is_not_there_is_told(folder: Path) -> None:
    (problem,) = problems(folder, text("{{ B }}").replace("f.csv", "nope.csv"))
    assert "5:11: " in problem
    assert "nope.csv cannot be read" in problem


def test_cells_beyond_the_header_may_be_empty(folder: Path) -> None:
    (folder / "x" / "v.csv").write_text("code;family;;\nsize;boots;;;\n")
    assert made(folder, "{{ table.x[B].family }}") == "boots"


def test_content_counts_in_the_fingerprint_and_places_do_not(folder: Path) -> None:
    def of(given: str) -> bytes:
        found = compiled(folder, given)
        assert found is not None
        return found.fingerprint

    first = of(text("{{ B }}"))
    (folder / "moved.csv").write_text(FIELDS.replace("\ufeff", ""))
    assert of(text("{{ B }}").replace("f.csv", "moved.csv")) == first
    lines = FIELDS.replace("\ufeff", "").splitlines()
    turned = [";".join(reversed(line.split(","))) for line in (lines[0], lines[2], lines[1])]
    (folder / "f.csv").write_text("\n".join(turned))
    assert of(text("{{ B }}")) == first, "other order, other delimiter, equal content"
    (folder / "f.csv").write_text(FIELDS + "ean,ean\n")
    assert of(text("{{ B }}")) != first
    (folder / "f.csv").write_text(FIELDS)
    assert of(text("{{ B }}").replace("  fields: {", "  other: {")) != first
    assert of(text("{{ B }}", "")) != first


def test_map_files_may_move_as_well(folder: Path) -> None:
    line = "      name: {column: B, map: {file: f.csv, key: attribute, value: field}}\n"
    (folder / "moved.csv").write_text(FIELDS)
    one = compiled(folder, HEAD + ENTRY + line)
    other = compiled(folder, HEAD + ENTRY + line.replace("f.csv", "moved.csv"))
    assert one is not None
    assert other is not None
    assert one.fingerprint == other.fingerprint
