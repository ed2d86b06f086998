"""Each row's answer, in the order of the source, and the figures of a run."""

from __future__ import annotations

from collections import Counter
from heapq import merge
from typing import TYPE_CHECKING

from etl.engine.gather import known_rows
from etl.model.problem import Problem, Severity
from etl.model.record import Reject
from etl.model.report import RecordCounts, RowCounts, RowResult, RowStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.engine.stage import Stage
    from etl.engine.task import Tally, Task

_ROWS = """
SELECT row.seq, number, file, row.key, filtered,
    max(record.state = 'done' AND dropped = 0), count(record.id),
    sum(record.state IN ('done', 'same')),
    (SELECT target_id FROM record_row AS of JOIN record AS last ON last.id = of.record
        LEFT JOIN outcome ON outcome.record = last.id
        WHERE of.seq = row.seq ORDER BY last.entry IN ({repeating}), last.entry DESC LIMIT 1)
FROM row LEFT JOIN record_row USING (seq) LEFT JOIN record ON record.id = record_row.record
GROUP BY row.seq ORDER BY row.seq
"""


def answers(task: Task, stage: Stage, tally: Tally) -> Iterator[RowResult]:
    """One result a row. A row with no answer is left out, and the accounting finds it."""
    # a sequence stands in one of the two only, so no comparison goes further than that
    for _, result in merge(_known(task, tally), _staged(task, stage)):
        yield result


def _known(task: Task, tally: Tally) -> Iterator[tuple[int, RowResult]]:
    again, unchanged = tally.again, RowStatus.UNCHANGED
    for seq, number, file, key, filtered in known_rows(task):
        if seq not in again:
            status = RowStatus.FILTERED if filtered else unchanged
            yield seq, RowResult(number, status, key, "", "", "", file)


def _staged(task: Task, stage: Stage) -> Iterator[tuple[int, RowResult]]:
    repeating = ",".join(str(plan.index) for plan in task.transformer.plans if plan.repeats)
    rows = stage.db.execute(_ROWS.format(repeating=repeating))
    for seq, number, file, key, filtered, sent, records, settled, target_id in rows:
        errors, warnings = troubles(stage, seq)
        told = errors or warnings
        if errors:
            status = RowStatus.REJECTED
        elif filtered:
            status = RowStatus.FILTERED
        elif records and settled == records:
            status = RowStatus.LOADED if sent else RowStatus.UNCHANGED
        else:
            continue
        name = key or (told[0].key if told else "")
        code, message = (told[0].problem.code, one_message(told)) if told else ("", "")
        yield seq, RowResult(number, status, name, target_id or "", code, message, file)


def one_message(told: Sequence[Reject]) -> str:
    """All that is to say about a row, in one cell."""
    texts = (
        f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        for problem in (reject.problem for reject in told)
    )
    return "; ".join(dict.fromkeys(texts))


def troubles(stage: Stage, seq: int) -> tuple[list[Reject], list[Reject]]:
    """(errors, warnings) of a row, in the order they were found."""
    found: dict[str, list[Reject]] = {Severity.ERROR: [], Severity.WARNING: []}
    for entry, key, code, message, column, value, severity, hint in stage.db.execute(
        "SELECT entry, key, code, message, col, value, severity, hint FROM trouble WHERE seq = ? "
        "ORDER BY rowid",
        (seq,),
    ):
        problem = Problem(code, message, column=column, value=value, hint=hint)
        found[severity].append(Reject(0, problem, entry, key or ""))
    return found[Severity.ERROR], found[Severity.WARNING]


def all_problems(stage: Stage) -> Iterator[Problem]:
    """Every error and warning of every row, in the order of the source."""
    for file, number, code, message, column, value, severity, hint in stage.db.execute(
        "SELECT file, number, code, message, col, value, severity, hint FROM trouble "
        "JOIN row USING (seq) ORDER BY seq, trouble.rowid"
    ):
        yield Problem(
            code, message, number, column, value, Severity(severity), file or None, hint=hint
        )


class Counts:
    """What the answers add up to."""

    def __init__(self) -> None:
        self.filtered = self.unchanged = self.loaded = self.rejected = 0
        self.codes: Counter[str] = Counter()

    def of(self, results: Iterator[RowResult]) -> Iterator[RowResult]:
        """Passes the results on, and counts them."""
        for result in results:
            status = result.status
            if status is RowStatus.UNCHANGED:
                self.unchanged += 1
            elif status is RowStatus.LOADED:
                self.loaded += 1
            elif status is RowStatus.FILTERED:
                self.filtered += 1
            else:
                self.rejected += 1
                self.codes[result.code] += 1
            yield result

    def rows(self, read: int) -> RowCounts:
        """The figures that must add up to the rows read."""
        return RowCounts(read, self.filtered, self.rejected, self.unchanged, self.loaded)


def record_counts(task: Task, stage: Stage, tally: Tally) -> dict[str, RecordCounts]:
    """By entity, in the mapping's order."""
    counts: dict[str, Counter[str]] = {plan.entity: Counter() for plan in task.transformer.plans}
    for plan in task.transformer.plans:
        for keys in stage.unchanged_keys(plan.index):
            for known in task.scope.known_records(plan.index, keys).values():
                tally.records[plan.index].add(known.number)
    for entry, result, number in stage.db.execute(
        "SELECT entry, CASE state WHEN 'failed' THEN 'failed' ELSE result END, count(*) "
        "FROM record LEFT JOIN outcome ON outcome.record = id WHERE state != 'same' GROUP BY 1, 2"
    ):
        counts[task.plan(entry).entity][result] += number
    for entry, seen in tally.records.items():
        counts[task.plan(entry).entity]["unchanged"] += len(seen)
    for (what, entity), number in tally.swept.items():
        counts[entity][what] += number
    names = ("created", "updated", "not_modified", "unchanged", "failed", "deleted")
    return {
        entity: RecordCounts(**{name: found[name] for name in names})
        for entity, found in counts.items()
    }
