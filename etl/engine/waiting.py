"""Records that wait for others: in trees and knots of references, which go first.

Rounds go on as long as something moves: what a record refers to is there before the record is
written. When nothing moves, what is missing will not come, or both ends wait for each other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etl.engine.resolve import Missing
from etl.model.codec import decode_key, encode

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

    A party is a mapping of the task: its stage and its entries. FINAL wakes those that wait for
    something which no waiting record makes. Those that wait for them go on waiting: what is missing
    may be made after all, by the reference's policy. PARTIAL wakes all: they wait for each other
    only.
    """
    made: set[_Name] = set()
    needs: dict[tuple[int, int], list[_Name]] = {}
    for place, (stage, plans) in enumerate(parties):
        found = stage.db.execute(
            "SELECT id, entry, key, missing FROM record JOIN content ON record = id "
            "WHERE state = 'waiting'"
        )
        for number, entry, key, missing in found:
            plan = plans[entry]
            made.update(_names(plan, decode_key(key)))
            names = [(entity, tuple(by), ref) for entity, by, ref in json.loads(missing)]
            needs[place, number] = names
    hopeless = {one for one, names in needs.items() if not made.issuperset(names)}
    woken = hopeless or needs.keys()
    for place, (stage, _) in enumerate(parties):
        stage.set_state([number for at, number in woken if at == place], "pending")
    return Missing.FINAL if hopeless else Missing.PARTIAL


def _wanted(ref: Ref) -> _Name:
    """What a reference waits for."""
    text = encode(ref.key)
    return ref.entity, ref.by, _FOLDED + text.casefold() if ref.ignore_case else text


def _names(plan: EntryPlan, key: tuple[str | Ref, ...]) -> Iterator[_Name]:
    """What a record is called by references, with and without case."""
    text = encode(key)
    yield plan.entity, plan.key, text
    yield plan.entity, plan.key, _FOLDED + text.casefold()
