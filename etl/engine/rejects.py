"""The rejected rows as they stand in the source, read once more from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.answers import one_message, troubles
from etl.engine.gather import parts
from etl.engine.stage import sequence
from etl.model.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.engine.gather import Part
    from etl.engine.stage import Stage
    from etl.engine.task import Task

RejectedRow = tuple[int, "Sequence[str]", Problem, str]  # number, cells, first problem, file


def rejected_rows(task: Task, stage: Stage) -> Iterator[RejectedRow]:
    """Each rejected row with its cells, in the order of the source.

    The problem is the row's first; its message tells all of them.
    """
    found = stage.db.execute(
        "SELECT DISTINCT seq FROM trouble WHERE severity = ? ORDER BY seq", (Severity.ERROR.value,)
    )
    wanted = next(found, None)
    if wanted is None:
        return
    for part in parts(task):
        for seq, number, cells in _rows(part):
            while wanted is not None and wanted[0] < seq:
                wanted = next(found, None)
            if wanted is None:
                return
            if wanted[0] == seq:
                yield number, cells, _problem(stage, seq), part.chunk.file


def _rows(part: Part) -> list[tuple[int, int, Sequence[str]]]:
    chunk = part.chunk
    rows = [
        (sequence(part.file, number), number, cells)
        for number, cells in zip(chunk.numbers, chunk.rows, strict=True)
    ]
    rows += [(sequence(part.file, number), number, cells) for number, cells, _ in chunk.broken]
    return sorted(rows, key=lambda row: row[0])


def _problem(stage: Stage, seq: int) -> Problem:
    errors, _ = troubles(stage, seq)
    first = errors[0].problem
    return Problem(first.code, one_message(errors), None, first.column, first.value)
