"""Several mappings as one job, as a user types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.state import open_state
from tests.cli.test_commands import as_json, etl, folder, server

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sandbox import Sandbox

__all__ = ["folder", "server"]

BRANDS = """
version: 1
source: {path: brands.csv}
records:
  - entity: Brand
    key: code
    fields: {code: Code, name: Name}
"""
PRODUCTS = """
version: 1
source: {path: products.csv}
records:
  - entity: Product
    key: number
    fields:
      number: SKU
      name: Title
      brand: {column: Brand, ref: Brand.code}
"""


@pytest.fixture
def job(folder: Path) -> Path:
    """A folder whose mappings refer to each other against the alphabet."""
    inside = folder / "catalog"
    inside.mkdir()
    (inside / "a-products.yaml").write_text(PRODUCTS)
    (inside / "b-brands.yml").write_text(BRANDS)
    (inside / "notes.txt").write_text("no mapping")
    (inside / "products.csv").write_text("SKU;Title;Brand\n1;A;x\n2;B;y\n")
    (inside / "brands.csv").write_text("Code;Name\nx;X\ny;Y\n")
    return inside


def test_a_folder_is_one_job_in_the_order_of_references(
    server: Sandbox, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = as_json(capsys, "run", str(job))
    assert (code, found["status"], found["exit_code"]) == (0, "done", 0)
    assert [run["mapping"] for run in found["runs"]] == ["b-brands", "a-products"]
    assert [run["rows"]["loaded"] for run in found["runs"]] == [2, 2]
    writes = sum(run["requests"]["writes"] for run in found["runs"])
    assert writes == server.writes > 0
    server.reset_counters()
    code, out, _ = etl(capsys, "run", str(job))
    assert (code, server.writes) == (0, 0)
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:4] == ["mapping", "status", "read", "loaded"]
    assert lines[1][:5] == ["b-brands", "done", "2", "0", "2"]
    assert lines[3][:2] == ["2", "mappings"]


def test_all_that_is_wrong_in_any_mapping_is_told_before_the_first_write(
    server: Sandbox, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job / "a-products.yaml").write_text(PRODUCTS.replace("name: Title", "nam: Title"))
    (job / "c-more.yaml").write_text(BRANDS.replace("Name}", "Nam}"))
    code, out, err = etl(capsys, "run", str(job))
    assert (code, out, server.writes) == (2, "", 0)
    assert "a-products.yaml:9:7" in err
    assert "c-more.yaml" in err
    assert "Nam" in err


def test_a_file_that_is_missing_stops_the_job_before_the_first_write(
    server: Sandbox, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job / "products.csv").unlink()
    code, _, err = etl(capsys, "run", str(job))
    assert (code, server.writes) == (2, 0)
    assert "products.csv" in err


def test_what_builds_upon_a_mapping_that_failed_does_not_begin(
    server: Sandbox, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job / "c-groups.yaml").write_text(BRANDS.replace("entity: Brand", "entity: ProductGroup"))
    state = open_state("sqlite:///.etl/state.db")
    with state.scope(f"atrocore {server.url}", "b-brands").lock():
        code, found = as_json(capsys, "run", str(job))
        text = etl(capsys, "run", str(job))[1]
    state.close()
    assert code == 7
    ended = {run["mapping"]: (run["exit_code"], run["error"]) for run in found["runs"]}
    assert ended["c-groups"] == (0, None)
    assert ended["b-brands"][0] == 7
    assert ended["a-products"][0] == 7
    assert "not begun: it builds upon Brand, and b-brands failed" in ended["a-products"][1]
    assert "not begun" in text


@pytest.mark.usefixtures("server")
def test_rejects_of_one_mapping_do_not_stop_the_others(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job / "brands.csv").write_text("Code;Name\nx;X\n;Y\n")
    code, found = as_json(capsys, "run", str(job))
    assert code == 4
    assert [run["status"] for run in found["runs"]] == ["rejects", "rejects"]
    assert [run["codes"] for run in found["runs"]] == [{"KEY_EMPTY": 1}, {"REF_NOT_FOUND": 1}]
    _, out, _ = etl(capsys, "run", str(job))
    assert "REF_NOT_FOUND 1" in out
    assert "rejects.csv" in out


@pytest.mark.usefixtures("server")
def test_a_check_counts_what_other_mappings_make(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = as_json(capsys, "check", str(job))
    assert (code, [run["exit_code"] for run in found["runs"]]) == (0, [0, 0])
    (job / "products.csv").write_text("SKU;Title;Brand\n1;A;x\n2;B;nowhere\n")
    code, found = as_json(capsys, "check", str(job))
    assert code == 3
    problems = [problem for run in found["runs"] for problem in run["problems"]]
    assert [(one["code"], one["row"], one["column"]) for one in problems] == [
        ("REF_NOT_FOUND", 3, "Brand")
    ]


@pytest.mark.usefixtures("server")
def test_folders_and_names_that_make_no_job(
    folder: Path, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    code, _, err = etl(capsys, "run", "empty")
    assert code == 2
    assert "no mapping" in err
    (folder / "b-brands.yaml").write_text(BRANDS.replace("brands.csv", "catalog/brands.csv"))
    code, _, err = etl(capsys, "run", str(job), "b-brands.yaml")
    assert code == 2
    assert "another mapping of the job is called 'b-brands'" in err


def test_a_strict_job_writes_nothing_when_any_mapping_has_an_error(
    server: Sandbox, job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (job / "products.csv").write_text("SKU;Title;Brand\n1;A;x\n2;B;nowhere\n")
    code, _, err = etl(capsys, "run", str(job), "--strict")
    assert (code, server.writes) == (3, 0)
    assert "the check found errors in a-products (1 rows); nothing was written" in err
    (job / "products.csv").write_text("SKU;Title;Brand\n1;A;x\n2;B;y\n")
    assert etl(capsys, "run", str(job), "--strict")[0] == 0
