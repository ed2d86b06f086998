"""What an upsert's answers mean for each parcel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.change import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.targets.atrocore.parcels import Parcel
    from etl.targets.atrocore.server import Row

_STATUSES = {
    "Created": Status.CREATED,
    "Updated": Status.UPDATED,
    "NotModified": Status.NOT_MODIFIED,
    "Failed": Status.FAILED,
}
_TOLD = 500  # characters of the server's message


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server says of a parcel. `id` is None where it has still to be looked up."""

    parcel: Parcel
    status: Status
    id: str | None
    message: str = ""

    @property
    def lost_race(self) -> bool:
        """True if somebody else made the same record at the same moment (v1 023, race_results)."""
        return (
            self.status is Status.FAILED
            and self.parcel.new
            and "database constraints" in self.message
        )


def judge(parcel: Parcel, answers: Sequence[Row], *, sure: bool) -> Verdict:
    """The verdict over a parcel's items together: one failure fails it.

    `sure` says that an id of our own was the only way to find the record: else the answer to an
    update names the id that was sent, whatever record it went to (catalog 120, 121).
    """
    statuses = [_STATUSES[answer["status"]] for answer in answers]
    if Status.FAILED in statuses:
        failed = answers[statuses.index(Status.FAILED)]
        return Verdict(parcel, Status.FAILED, parcel.id, str(failed.get("message") or ""))
    order = (Status.CREATED, Status.UPDATED, Status.NOT_MODIFIED)
    status = next(one for one in order if one in statuses)
    return Verdict(parcel, status, _id(parcel, answers[0], sure=sure))


def _id(parcel: Parcel, answer: Row, *, sure: bool) -> str | None:
    if parcel.id is None:
        entity = answer.get("entity")
        return str(entity["id"]) if entity else None
    certain = not parcel.new or sure or answer["status"] == "Created"
    return parcel.id if certain else None


def is_forbidden(answer: Row) -> bool:
    """True for an item that lacks a right (v1 284)."""
    return answer["status"] == "Failed" and "Code: 403." in str(answer.get("message"))


def plain(message: str) -> str:
    """The server's message for people: without its code, markup and SQL."""
    text = re.sub(r"^Code: (\d+)\. Message: ", "", message.partition("<a ")[0]).strip()
    if not text:
        code = re.search(r"Code: (\d+)", message)
        text = "no right to write this record" if code and code[1] == "403" else "no reason given"
    return text[:_TOLD]
