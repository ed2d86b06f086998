"""Sends those of a batch's changes that may be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.change import Change, Outcome, Status
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Write = Callable[[Sequence[Change]], list[Outcome]]


def send(
    changes: Sequence[Change], ready: Sequence[Change | Problem], write: Write
) -> list[Outcome]:
    """One outcome for each change, in their order.

    `ready` has, for each, what to send instead, or why nothing is sent.
    """
    sent = [one for one in ready if isinstance(one, Change)]
    written = iter(write(sent) if sent else ())
    return [
        Outcome(change, Status.FAILED, change.id, one)
        if isinstance(one, Problem)
        else replace(next(written), change=change)
        for change, one in zip(changes, ready, strict=True)
    ]
