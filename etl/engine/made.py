"""What the sources of a job make: for a check, which writes nothing and finds nothing of it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.digest import key_digest_of
from etl.model.codec import encode
from etl.model.record import Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.engine.stage import Stage
    from etl.engine.task import Task
    from etl.model.plan import EntryPlan
    from etl.model.record import Record

_Index = tuple[str, tuple[str, ...], bool]  # entity, fields, without case


class Made:
    """The records that the mappings of a job make, by whatever field they are referred to."""

    def __init__(self, makers: Sequence[tuple[Stage, Task]]) -> None:
        self._makers = makers
        self._known: dict[_Index, set[str]] = {}

    def has(self, ref: Ref) -> bool:
        """True if a row of one of the sources makes what the reference names."""
        if ref.kind is not RefKind.RECORD:
            return self._has_any(ref)
        plans = [pair for pair in self._plans(ref.entity) if pair[1].key == ref.by]
        if plans and not ref.ignore_case:
            key = key_digest_of(ref.entity, ref.key)
            return any(stage.is_made(plan.index, key) for stage, plan in plans)
        index = ref.entity, ref.by, ref.ignore_case
        if index not in self._known:
            self._known[index] = set(self._keys(*index))
        return _folded(encode(ref.key), ignore_case=ref.ignore_case) in self._known[index]

    def _has_any(self, ref: Ref) -> bool:
        """An option or a unit by its code or name: of which list or measure shows at the run."""
        spellings = ("code", "name") if ref.kind is RefKind.UNIT else ref.by
        plain = [
            Ref(RefKind.RECORD, ref.entity, (by,), ref.key, ignore_case=True) for by in spellings
        ]
        return any(self.has(one) for one in plain)

    def _plans(self, entity: str) -> Iterator[tuple[Stage, EntryPlan]]:
        for stage, task in self._makers:
            yield from ((stage, plan) for plan in task.transformer.plans if plan.entity == entity)

    def _keys(self, entity: str, by: tuple[str, ...], ignore_case: bool) -> Iterator[str]:  # noqa: FBT001 - an index's part
        for stage, plan in self._plans(entity):
            for one in stage.each("state != 'failed' AND entry = ?", (plan.index,)):
                key = named_by(plan, one.record, by)
                if key is not None:
                    yield _folded(encode(key), ignore_case=ignore_case)


def named_by(plan: EntryPlan, record: Record, by: tuple[str, ...]) -> tuple[str | Ref, ...] | None:
    """The record's values of these fields, as a reference would name them."""
    known = dict(zip(plan.key, record.key, strict=True))
    found: list[str | Ref] = []
    for name in by:
        value = known.get(name, record.values.get(name))
        if value is None or isinstance(value, tuple):
            return None
        found.append(value if isinstance(value, (str, Ref)) else str(value))
    return tuple(found)


def _folded(text: str, *, ignore_case: bool) -> str:
    return text.casefold() if ignore_case else text
