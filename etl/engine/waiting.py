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
    from collections.abc import Iterable, Sequence

    from etl.engine.stage import Stage, Staged
    from etl.model.plan import EntryPlan
    from etl.model.record import Ref

_Name = tuple[str, tuple[str, ...], str]  # entity, key fields, key as canonical text


def put_back(stage: Stage, waiting: Iterable[tuple[Staged, tuple[Ref, ...]]]) -> None:
    """These records wait; what for is noted."""
    stage.db.executemany(
        "UPDATE record SET state = 'waiting', missing = ? WHERE id = ?",
        [
            (json.dumps([[ref.entity, list(ref.by), encode(ref.key)] for ref in refs]), staged.id)
            for staged, refs in waiting
        ],
    )


def wake(stage: Stage) -> None:
    """All that wait are tried again."""
    stage.db.execute("UPDATE record SET state = 'pending' WHERE state = 'waiting'")


def settle_waiting(stage: Stage, plans: Sequence[EntryPlan]) -> Missing:
    """Nothing moved: decides how the records that it wakes are to be resolved now.

    FINAL wakes those that wait for something which no waiting record makes. Those that wait for
    them go on waiting: what is missing may be made after all, by the reference's policy. PARTIAL
    wakes all: they wait for each other only.
    """
    made: dict[_Name, int] = {}
    needs: dict[int, list[_Name]] = {}
    found = stage.db.execute(
        "SELECT id, entry, key, missing FROM record JOIN content ON record = id "
        "WHERE state = 'waiting'"
    ).fetchall()
    for number, entry, key, missing in found:
        plan = plans[entry]
        made[plan.entity, plan.key, encode(decode_key(key))] = number
        needs[number] = [(entity, tuple(by), ref) for entity, by, ref in json.loads(missing)]
    hopeless = _hopeless(made, needs)
    stage.set_state(hopeless or needs, "pending")
    return Missing.FINAL if hopeless else Missing.PARTIAL


def _hopeless(made: dict[_Name, int], needs: dict[int, list[_Name]]) -> set[int]:
    """Records that lack something which nobody who waits will make."""
    return {number for number, names in needs.items() if any(name not in made for name in names)}
