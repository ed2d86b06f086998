"""Rows of equal key: the entry's policy says which of them counts.

An equal payload is one record and no duplicate; the stage has put most of those together already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.codec import record_digest, value_token
from etl.model.problem import Problem, Severity
from etl.model.record import LinkRefs, Record

if TYPE_CHECKING:
    from etl.engine.stage import Stage, Staged
    from etl.engine.task import Task
    from etl.model.record import Value

_TOLD = 5  # row numbers named in a message


def settle_duplicates(task: Task, stage: Stage) -> None:
    """Afterwards at most one staged record of each key is still to be sent."""
    groups = stage.db.execute(
        "SELECT entry, key_digest FROM record GROUP BY entry, key_digest HAVING count(*) > 1"
    ).fetchall()
    with stage.transaction():
        for entry, key in groups:
            group = stage.records("entry = ? AND key_digest = ? ORDER BY id", (entry, key))
            distinct = _put_together(stage, group)
            if len(distinct) > 1:
                _settle(task, stage, task.duplicates[entry], distinct)


def _put_together(stage: Stage, group: list[Staged]) -> list[Staged]:
    """One of each content, in the order of their first rows."""
    first: dict[bytes, Staged] = {}
    for staged in group:
        kept = first.setdefault(staged.record.digest, staged)
        if kept is not staged:
            _move_rows(stage, staged, kept, dropped=False)
    return sorted(first.values(), key=lambda staged: stage.rows_of(staged.id))


def _move_rows(stage: Stage, of: Staged, to: Staged, *, dropped: bool) -> None:
    stage.db.execute(
        "INSERT OR IGNORE INTO record_row (record, seq, dropped) "
        "SELECT ?, seq, ? FROM record_row WHERE record = ?",
        (to.id, int(dropped), of.id),
    )
    stage.db.execute("DELETE FROM record_row WHERE record = ?", (of.id,))
    stage.db.execute("DELETE FROM record WHERE id = ?", (of.id,))
    stage.db.execute("DELETE FROM content WHERE record = ?", (of.id,))


def _settle(task: Task, stage: Stage, policy: str, group: list[Staged]) -> None:
    if policy == "merge":
        _merge(task, stage, group)
    elif policy in {"first", "last"}:
        _keep(stage, group[0] if policy == "first" else _last(stage, group), group)
    else:
        rows = sorted(number for staged in group for number in stage.numbers(staged.id))
        for staged in group:
            stage.fail(staged, _refused(staged.record, rows))


def _last(stage: Stage, group: list[Staged]) -> Staged:
    return max(group, key=lambda staged: stage.rows_of(staged.id)[-1])


def _keep(stage: Stage, kept: Staged, group: list[Staged]) -> None:
    number = stage.numbers(kept.id)[0]
    for staged in group:
        if staged is not kept:
            stage.warn(staged, _outdone(staged.record, number))
            _move_rows(stage, staged, kept, dropped=True)


def _refused(record: Record, rows: list[int]) -> Problem:
    some = ", ".join(str(number) for number in rows[:_TOLD])
    more = f" and {len(rows) - _TOLD} more" if len(rows) > _TOLD else ""
    return Problem(
        "DUPLICATE_KEY",
        f"rows {some}{more} have the same key {record.key_text()!r} and different content",
        hint="make the key unique, or say duplicates: first, last or merge in the mapping",
    )


def _outdone(record: Record, number: int) -> Problem:
    return Problem(
        "DUPLICATE_KEY",
        f"row {number} has the same key {record.key_text()!r} and counts instead",
        severity=Severity.WARNING,
    )


def _merge(task: Task, stage: Stage, group: list[Staged]) -> None:
    """Per field the last value that is not empty; lists are united."""
    group = sorted(group, key=lambda staged: stage.rows_of(staged.id)[-1])
    values: dict[str, Value] = {}
    for staged in group:
        for name, value in staged.record.values.items():
            values[name] = _united(values.get(name), value)
    record = replace(group[0].record, values=values)
    tokens = [value_token(name, values[name]) for name in sorted(values)]
    digest = record_digest(task.transformer.fingerprint, record.entity, tokens)
    record = replace(record, digest=digest)
    kept = group[0]
    for staged in group[1:]:
        _move_rows(stage, staged, kept, dropped=False)
    stage.replace(kept.id, record)
    known = task.scope.known_records(record.entry, [kept.key_digest]).get(kept.key_digest)
    same = known is not None and known.digest == record.digest and not task.options.full
    stage.set_state([kept.id], "same" if same else "pending")


def _united(old: Value, new: Value) -> Value:
    if new is None:
        return old
    if isinstance(old, LinkRefs) and isinstance(new, LinkRefs):
        return replace(new, refs=tuple(dict.fromkeys((*old.refs, *new.refs))))
    if isinstance(old, tuple) and isinstance(new, tuple):
        return tuple(dict.fromkeys((*old, *new)))
    return new
