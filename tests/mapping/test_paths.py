"""`${VAR}` in a mapping: in the paths of files, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.mapping import load_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping as Variables
    from pathlib import Path

    from etl.mapping import Mapping
    from etl.model import Problem

TEXT = """version: 1
name: n
source: {path: "${DATA}/x.csv", where: "${DATA}"}
tables:
  t: {file: "${DATA:-d}/t.csv", key: "${DATA}"}
records:
  - entity: E
    key: a
    fields:
      a: {column: "${DATA}", map: {file: "${MAPS:-m}/m.csv", key: k, value: "${DATA}"}}
      b: {value: "${DATA}", map: {a: "${DATA}"}}
"""


def loaded(
    folder: Path, text: str, variables: Variables[str, str]
) -> tuple[Mapping | None, list[str]]:
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    found: list[Problem] = []
    mapping = load_mapping(path, found, variables)
    return mapping, [problem.text().removeprefix(f"{path}:") for problem in found]


def test_variables_are_put_into_paths_alone(tmp_path: Path) -> None:
    mapping, problems = loaded(tmp_path, TEXT, {"DATA": "/data"})
    assert problems == []
    assert mapping is not None
    assert mapping.source.path == "/data/x.csv"
    assert mapping.source.where == "${DATA}"
    table = mapping.spec.tables["t"]
    assert (table.file, table.key) == ("/data/t.csv", "${DATA}")
    (one,), (other,) = mapping.records[0].fields.values()
    assert one.map is not None
    assert other.map is not None
    assert (one.column, one.map.file, one.map.value) == ("${DATA}", "m/m.csv", "${DATA}")
    assert (other.value, other.map.inline) == ("${DATA}", {"a": "${DATA}"})


def test_the_environment_s_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", "/env")
    (tmp_path / "m.yaml").write_text(TEXT)
    mapping = load_mapping(tmp_path / "m.yaml")
    assert mapping is not None
    assert mapping.source.path == "/env/x.csv"


def test_all_that_are_not_set_are_named_where_they_stand(tmp_path: Path) -> None:
    text = TEXT.replace("${DATA:-d}", "${TABLES}").replace("${MAPS:-m}", "${MAPS}")
    mapping, problems = loaded(tmp_path, text, {"DATA": ""})
    assert sorted(problems) == [
        "10:42: file: the variable MAPS is not set (set it, or write a default: ${MAPS:-…})",
        "3:16: path: the variable DATA is not set (set it, or write a default: ${DATA:-…})",
        "5:13: file: the variable TABLES is not set (set it, or write a default: ${TABLES:-…})",
    ]
    assert mapping is None, "nobody knows its source"


def test_a_mapping_with_a_source_is_looked_at_further(tmp_path: Path) -> None:
    text = TEXT.replace("${DATA:-d}", "${TABLES}").replace("key: a\n", "key: a\n    kez: b\n")
    mapping, problems = loaded(tmp_path, text, {"DATA": "/data"})
    assert mapping is not None
    assert mapping.damaged
    assert [problem.partition(" ")[0] for problem in problems] == ["5:13:", "9:5:"]


@pytest.mark.parametrize("given", ["5", "[x]", "{a: b}"])
def test_what_is_no_path_is_told_as_ever(tmp_path: Path, given: str) -> None:
    text = TEXT.replace('"${DATA}/x.csv"', given)
    _, problems = loaded(tmp_path, text, {})
    assert problems == ["3:16: path: Input should be a valid string"]
