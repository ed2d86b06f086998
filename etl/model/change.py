"""A change: a record with its references turned into ids, ready to be sent; and its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from etl.model.record import LinkMode, Record, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Links:
    """Ids of a many-valued link or option field."""

    ids: tuple[str, ...]
    mode: LinkMode = LinkMode.SET


Json: TypeAlias = Scalar | tuple[Scalar, ...] | Links


@dataclass(frozen=True, slots=True)
class Change:
    """A record ready to be sent.

    `id` is the id of the record found on the target, None where it is to be made; `key` the key
    with its references resolved, `key_fields` the payload keys of its parts; `payload` what to
    store, by payload keys. `burnt` are ids that this record had before and that no longer live on
    the target: the record must not be made under one of them, or its old values come back.
    """

    record: Record
    id: str | None
    key: tuple[str, ...]
    payload: Mapping[str, Json]
    action: str = "upsert"
    burnt: tuple[str, ...] = ()
    key_fields: tuple[str, ...] = ()


class Status(StrEnum):
    """What became of a change."""

    CREATED = "created"
    UPDATED = "updated"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: its status, the record's id, and the problem of a failure."""

    change: Change
    status: Status
    id: str | None = None
    problem: Problem | None = None
