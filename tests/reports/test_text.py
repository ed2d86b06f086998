from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from etl.model.known import RunEntry
from etl.model.problem import Problem
from etl.model.report import RowCounts, RunStatus
from etl.reports import as_text, history_text, write_json
from tests.reports.samples import REPORT, UNUSED, report

if TYPE_CHECKING:
    from pathlib import Path


def test_a_report_on_a_screen() -> None:
    assert as_text(REPORT) == (
        "catalog: done, some rows were rejected (exit 4) in 1 min 15 s\n"
        "  target    atrocore https://pim.example.com\n"
        "  rows      1,300 read = 6 rejected + 1 unchanged + 1,293 loaded\n"
        "  Brand     12 created\n"
        "  Product   1,200 created, 93 updated, 1 not modified, 1 unchanged, 2 failed\n"
        "  requests  120 sent, 30 writes, 2 retried\n"
        "  rejected  OPTION_UNKNOWN 4, REQUIRED 1, TYPE 1\n"
        "  unused    columns Notes\n"
        "  results   runs/a b/results.csv\n"
        "  rejects   runs/a b/rejects#1.csv\n"
        "  report    runs/a b/report.html\n"
        "Next: correct the source (runs/a b/rejects#1.csv says where), then run it again; "
        "or correct that file, then: etl retry 1f2e3d4c"
    )


def test_a_run_with_nothing_to_do_is_short() -> None:
    done = report(
        status=RunStatus.DONE,
        exit_code=0,
        duration=0.42,
        rows=RowCounts(),
        records={},
        codes={},
        warnings=(),
        reports={"rejects": None},
        requests=type(REPORT.requests)(),
        files={"uploaded": 1, "linked": 2},
    )
    assert as_text(done) == (
        "catalog: done in 0.4 s\n"
        "  target    atrocore https://pim.example.com\n"
        "  rows      0 read\n"
        "  files     1 uploaded, 2 linked\n"
        "  requests  0 sent, 0 writes"
    )


def test_a_column_that_is_left_out_is_told_with_its_reason() -> None:
    why = replace(UNUSED, code="COLUMN_LEFT_OUT", message="Product has no attribute 'Notes'")
    assert "  left out  column 'Notes': Product has no attribute 'Notes'\n" in as_text(
        report(warnings=(why,))
    )


@pytest.mark.parametrize(
    ("code", "step"),
    [
        (5, "correct the source (rejects says where), then run it again"),
        (6, "see that the target can be reached, then run it again: it goes on where it stopped"),
        (9, "run it again with --full; if the rows still do not add up, it is a bug: report it"),
        (130, "run it again: it goes on where it stopped"),
    ],
)
def test_each_end_says_what_to_do_next(code: int, step: str) -> None:
    told = as_text(report(status=RunStatus.FAILED, exit_code=code, reports={}))
    assert told.endswith(f"\nNext: {step}")


def test_an_unexpected_end_has_its_error_and_no_advice() -> None:
    told = as_text(report(status=RunStatus.FAILED, exit_code=1, error="disk full\nat 3%"))
    assert "  error     disk full\n    at 3%\n" in told
    assert "Next" not in told


def test_signs_that_would_steer_the_terminal_are_shown_as_unknown() -> None:
    told = as_text(report(error="\x1b[2J\udcfc\rnot\tgood"))
    assert "  error     \ufffd[2J\ufffd\ufffdnot\tgood\n" in told


def test_rows_that_do_not_add_up_are_told_so() -> None:
    assert "  rows      3 read ≠ 2 loaded\n" in as_text(report(rows=RowCounts(read=3, loaded=2)))


def test_a_record_count_of_nothing_says_none() -> None:
    nothing = type(REPORT.records["Brand"])()
    assert "  Brand     none\n" in as_text(report(records={"Brand": nothing}))


def test_many_warnings_are_cut() -> None:
    told = as_text(report(warnings=(Problem("WIPED", "the target was wiped"),) * 25))
    assert told.count("  warning   the target was wiped\n") == 20
    assert "  warning   … and 5 more in report.json\n" in told


def test_unused_columns_take_one_line() -> None:
    unused = [replace(UNUSED, column=f"c{number}") for number in range(23)]
    told = as_text(report(warnings=unused))
    assert "  unused    columns c0, c1, c2, c3, " in told
    assert "c18, c19 and 3 more\n" in told


@pytest.mark.parametrize(("seconds", "told"), [(3725.0, "1 h 02 min"), (60.0, "1 min 00 s")])
def test_long_runs_are_told_in_hours_and_minutes(seconds: float, told: str) -> None:
    assert as_text(report(duration=seconds)).partition("\n")[0].endswith(f" in {told}")


def test_the_history_takes_figures_from_the_reports(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_json(REPORT, path)
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    shared = ("catalog", REPORT.target, REPORT.started)
    entries = [
        RunEntry("1f2e3d4c", *shared, "rejects", 4, str(path)),
        RunEntry("22222222", *shared, "failed", 6, str(tmp_path / "broken.json")),
        RunEntry("33333333", *shared, "running", None, None),
    ]
    assert history_text(entries) == (
        "run       started (UTC)        mapping  status       read  loaded  rejected        took\n"
        "1f2e3d4c  2026-01-31 12:30:05  catalog  rejects     1,300   1,293         6  1 min 15 s\n"
        "22222222  2026-01-31 12:30:05  catalog  failed (6)\n"
        "33333333  2026-01-31 12:30:05  catalog  running"
    )


def test_an_empty_history_says_so() -> None:
    assert history_text([]) == "There is no run yet."
