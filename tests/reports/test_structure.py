from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from etl.model.problem import Problem
from etl.model.report import RunReport
from etl.reports import as_json, from_json, read_report, write_json
from tests.reports.samples import REPORT, files_in, report


def test_the_keys_of_the_interface_are_there() -> None:
    found = as_json(REPORT)
    assert (
        found
        | {
            "run_id": "1f2e3d4c",
            "mapping": "catalog",
            "status": "rejects",
            "exit_code": 4,
            "error": None,
            "duration_s": 75.25,
            "rows": {"read": 1300, "filtered": 0, "rejected": 6, "unchanged": 1, "loaded": 1293},
            "files": {"uploaded": 0, "linked": 0, "unchanged": 0, "failed": 0},
            "requests": {"sent": 120, "writes": 30, "retried": 2},
            "started": "2026-01-31T12:30:05+00:00",
            "codes": {"TYPE": 1, "OPTION_UNKNOWN": 4, "REQUIRED": 1},
        }
        == found
    )
    assert found["records"]["Brand"] == {
        "created": 12,
        "updated": 0,
        "not_modified": 0,
        "unchanged": 0,
        "failed": 0,
        "deleted": 0,
    }
    assert found["warnings"][0]["severity"] == "warning"


def test_a_report_comes_back_from_its_file(tmp_path: Path) -> None:
    write_json(REPORT, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == REPORT
    assert files_in(tmp_path) == ["report.json"]


def test_bytes_that_were_no_text_come_back(tmp_path: Path) -> None:
    odd = report(warnings=(Problem("ENCODING", "bad", value="M\udcfcller"),))
    write_json(odd, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == odd


def test_finds_that_json_has_no_word_for_are_text() -> None:
    found = as_json(report(source={"path": Path("a.csv"), "notes": ("x", Path("b"))}))
    assert json.loads(json.dumps(found["source"])) == {"path": "a.csv", "notes": ["x", "b"]}


def test_keys_of_another_version_are_left_out() -> None:
    found = as_json(REPORT)
    found["rows"]["skipped"] = 3
    found["warnings"][0]["colour"] = "red"
    assert from_json(found | {"more": 1}) == REPORT


@pytest.mark.parametrize(
    "change",
    [{"rows": None}, {"status": "nonsense"}, {"warnings": [{"code": "X"}]}, {"started": "soon"}],
)
def test_what_is_no_report_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(as_json(REPORT) | change)


def test_an_empty_object_is_refused_with_the_key_that_is_missing() -> None:
    with pytest.raises(
        ValueError, match=re.escape("this is no report of a run: KeyError('run_id')")
    ):
        from_json({})


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.mkdir()
    with pytest.raises(OSError, match=r"report\.json"):
        write_json(REPORT, path)
    assert files_in(tmp_path) == ["report.json"]


def test_defaults_stay_defaults() -> None:
    bare = RunReport("1", "m", "t", REPORT.status, 0, REPORT.started, 0.0)
    assert from_json(as_json(bare)) == bare
