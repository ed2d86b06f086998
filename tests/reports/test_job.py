"""The summary of a job."""

from __future__ import annotations

from etl.model.report import RowCounts, RunStatus
from etl.reports import as_text, job_text
from tests.reports.samples import REPORT, report

DONE = report(
    mapping="brands",
    status=RunStatus.DONE,
    exit_code=0,
    duration=1.5,
    rows=RowCounts(read=10, unchanged=8, filtered=2),
    codes={},
    warnings=(),
)


def test_a_line_for_each_their_sums_and_what_there_is_to_say() -> None:
    assert job_text([DONE, REPORT], [("prices", "not begun: it builds upon catalog")]) == (
        "mapping     status    read  loaded  unchanged  filtered  rejected        took\n"
        "brands      done        10       0          8         2         0       1.5 s\n"
        "catalog     rejects  1,300   1,293          1         0         6  1 min 15 s\n"
        "2 mappings           1,310   1,293          9         2         6  1 min 16 s\n"
        "requests: 240 sent, 60 writes, 4 retried\n"
        "prices: not begun: it builds upon catalog\n"
        "\n"
        "catalog:\n"
        "  rejected  OPTION_UNKNOWN 4, REQUIRED 1, TYPE 1\n"
        "  unused    columns Notes\n"
        "  rejects   runs/a b/rejects#1.csv\n"
        "  next      correct the source (runs/a b/rejects#1.csv says where), then run it again; "
        "or correct that file, then: etl retry 1f2e3d4c"
    )


def test_a_run_that_failed_shows_its_exit_code_and_its_error() -> None:
    lost = report(status=RunStatus.FAILED, exit_code=6, error="gone\x1b[2J", codes={}, warnings=())
    text = job_text([DONE, lost])
    assert "failed (6)" in text
    assert "error     gone\ufffd[2J" in text


def test_a_single_run_is_told_in_full() -> None:
    assert job_text([REPORT]) == as_text(REPORT)
