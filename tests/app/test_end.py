"""How a run ends: what ended it early counts more than what its rows did."""

from __future__ import annotations

import pytest

from etl.app.run import how_it_ended
from etl.engine.pipeline import Finished
from etl.errors import CheckFailed, RunStopped, SourceError, TargetUnreachable
from etl.model.report import RowCounts

GOOD = RowCounts(read=2, loaded=1, unchanged=1)
REJECTS = RowCounts(read=2, loaded=1, rejected=1)
LOST = RowCounts(read=2, loaded=1)


@pytest.mark.parametrize(
    ("finished", "signalled", "end"),
    [
        (Finished(GOOD), 0, ("done", 0)),
        (Finished(REJECTS), 0, ("rejects", 4)),
        (Finished(LOST), 0, ("failed", 9)),
        (Finished(LOST, error=RunStopped("x")), 0, ("failed", 9)),
        (Finished(REJECTS, error=RunStopped("x")), 0, ("stopped", 5)),
        (Finished(REJECTS, error=TargetUnreachable("x")), 0, ("failed", 6)),
        (Finished(REJECTS, error=CheckFailed("x")), 0, ("failed", 3)),
        (Finished(REJECTS, error=SourceError("x")), 0, ("failed", 2)),
        (Finished(REJECTS, interrupted=True), 143, ("stopped", 143)),
        (Finished(REJECTS, error=TargetUnreachable("x"), interrupted=True), 130, ("failed", 6)),
    ],
)
def test_status_and_exit_code(finished: Finished, signalled: int, end: tuple[str, int]) -> None:
    assert how_it_ended(finished, signalled) == end
