"""Records that wait for others: in trees and knots of references, which go first.

Rounds go on as long as something moves: what a record refers to is there before the record is
written. When nothing moves, what is missing will not come, or both ends wait for each other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etl.engine.made import named_by
from etl.engine.resolve import Missing
from etl.model.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.engine.stage import Stage, Staged
    from etl.model.plan import EntryPlan
    from etl.model.record import Ref

_Name = tuple[str, tuple[str, ...], str]  # entity, key fields, key as canonical text
_FOLDED = "~"  # before a text that is compared without case


def put_back(stage: Stage, waiting: Iterable[tuple[Staged, tuple[Ref, ...]]]) -> None:
    """These records wait; what for is noted."""
    stage.db.executemany(
        "UPDATE record SET state = 'waiting', missing = ? WHERE id = ?",
        [(json.dumps([[*_wanted(ref)] for ref in refs]), staged.id) for staged, refs in waiting],
    )


def wake(stage: Stage) -> None:
    """All that wait are tried again."""
    stage.db.execute("UPDATE record SET state = 'pending' WHERE state = 'waiting'")


def settle_waiting(parties: Sequence[tuple[Stage, Sequence[EntryPlan]]]) -> Missing:
    """Nothing moved: decides how the records that it wakes are to be resolved now.

    A party is a mapping of the job: its stage and its entries. FINAL wakes those that wait for
    something which no waiting record makes. Those that wait for them go on waiting: what is missing
    may be made after all, by the reference's policy. PARTIAL wakes all: they wait for each other
    only.
    """
    needs = {
        (place, number): names
        for place, (stage, _) in enumerate(parties)
        for number, names in _needs(stage)
    }
    asked = {(entity, by) for names in needs.values() for entity, by, _ in names}
    made = {name for party in parties for name in _made(*party, asked)}
    hopeless = {one for one, names in needs.items() if not made.issuperset(names)}
    woken = hopeless or needs.keys()
    for place, (stage, _) in enumerate(parties):
        stage.set_state([number for at, number in woken if at == place], "pending")
    return Missing.FINAL if hopeless else Missing.PARTIAL


def _wanted(ref: Ref) -> _Name:
    """What a reference waits for."""
    text = encode(ref.key)
    return ref.entity, ref.by, _FOLDED + text.casefold() if ref.ignore_case else text


def _needs(stage: Stage) -> Iterator[tuple[int, list[_Name]]]:
    """What each waiting record of a mapping waits for."""
    found = stage.db.execute("SELECT id, missing FROM record WHERE state = 'waiting'")
    for number, missing in found:
        yield number, [(entity, tuple(by), key) for entity, by, key in json.loads(missing)]


def _made(
    stage: Stage, plans: Sequence[EntryPlan], asked: set[tuple[str, tuple[str, ...]]]
) -> Iterator[_Name]:
    """What the waiting records of a mapping are called by the references that are asked for."""
    for staged in stage.each("state = 'waiting'"):
        plan = plans[staged.record.entry]
        for by in (by for entity, by in asked if entity == plan.entity):
            key = named_by(plan, staged.record, by)
            if key is not None:
                text = encode(key)
                yield plan.entity, by, text
                yield plan.entity, by, _FOLDED + text.casefold()
