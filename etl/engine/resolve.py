"""Records become changes: their references are found before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from etl.engine.refusals import ambiguous, identity_problem, not_found
from etl.engine.resolver import plain_key
from etl.model.change import Change, Links
from etl.model.plan import LinkPolicy, OnMissing
from etl.model.ports import MakeRequest
from etl.model.problem import Problem, Severity
from etl.model.record import LinkRefs, Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.engine.resolver import Ids, Resolver
    from etl.engine.stage import Staged
    from etl.model.change import Json
    from etl.model.plan import EntryPlan
    from etl.model.record import Value


class Missing(StrEnum):
    """What a missing record that the mapping itself makes means."""

    WAIT = "wait"  # it may still come: the record waits
    FINAL = "final"  # it will not come: the reference's policy decides
    PARTIAL = "partial"  # both ends wait for each other: write without, link afterwards


@dataclass(slots=True)
class Resolved:
    """What became of some staged records.

    `partial` are the stage's numbers of ready records that go out without a link, to be sent again
    with it; `late` of those that go out without a value that comes last.
    """

    ready: list[tuple[Staged, Change]] = field(default_factory=list)
    refused: list[tuple[Staged, Problem]] = field(default_factory=list)
    waiting: list[tuple[Staged, tuple[Ref, ...]]] = field(default_factory=list)
    warnings: list[tuple[Staged, Problem]] = field(default_factory=list)
    partial: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Mode:
    """How records are to be resolved.

    `held` are the payload keys whose values come last; with `making` off, nothing that is missing
    is made on the target.
    """

    missing: Missing = Missing.WAIT
    held: frozenset[str] = frozenset()
    making: bool = True


def resolve(resolver: Resolver, plan: EntryPlan, staged: Sequence[Staged], mode: Mode) -> Resolved:
    """Turns records of one entry into changes, or says why not."""
    ids = resolver.find(_references(staged))
    wanted = _wanted(resolver, plan, staged, ids, mode.missing) if mode.making else {}
    failed = resolver.make(wanted, ids)
    found = Resolved()
    for one in staged:
        _Resolution(resolver, plan, one, mode).sort(ids, failed, found)
    _identify(resolver, plan, found)
    return found


def own_ref(plan: EntryPlan, staged: Staged) -> Ref:
    """The reference by which the record itself is found."""
    return Ref(RefKind.RECORD, plan.entity, plan.key, staged.record.key)


def named_references(values: Mapping[str, Value]) -> Iterator[tuple[str, Ref]]:
    """(payload key, reference) of all references in a record's values."""
    for name, value in values.items():
        if isinstance(value, Ref):
            yield name, value
        elif isinstance(value, LinkRefs):
            for ref in value.refs:
                yield name, ref


def _references(staged: Sequence[Staged]) -> Iterator[Ref]:
    for one in staged:
        yield from (ref for _, ref in named_references(one.record.values))
        yield from (part for part in one.record.key if isinstance(part, Ref))


def _wanted(
    resolver: Resolver, plan: EntryPlan, staged: Sequence[Staged], ids: Ids, missing: Missing
) -> dict[Ref, MakeRequest]:
    """What is missing and to be made by policy, and will not be made by the mapping itself."""
    creating = {
        name: policy for name, policy in plan.links.items() if policy.on_missing is OnMissing.CREATE
    }
    if not creating:
        return {}
    return {
        ref: MakeRequest(ref, creating[name].create)
        for one in staged
        for name, ref in named_references(one.record.values)
        if name in creating
        and not ids[ref]
        and (missing is Missing.FINAL or not resolver.may_come(ref))
    }


def _identify(resolver: Resolver, plan: EntryPlan, found: Resolved) -> None:
    """Looks the records themselves up by key: what exists is updated, under its id."""
    ids = resolver.find(own_ref(plan, one) for one, _ in found.ready)
    ready, found.ready = found.ready, []
    for one, change in ready:
        own = ids[own_ref(plan, one)]
        problem = identity_problem(plan, one.record.key_text(), own)
        if problem:
            found.refused.append((one, problem))
            continue
        key = plain_key(one.record.key, ids)
        burnt = tuple(old for old in one.known if old not in own)
        new = replace(change, id=own[0] if own else None, key=key, burnt=burnt)
        found.ready.append((one, new))


class _Resolution:
    """One record on its way to a change."""

    def __init__(self, resolver: Resolver, plan: EntryPlan, staged: Staged, mode: Mode) -> None:
        self._resolver, self._plan, self._staged = resolver, plan, staged
        self._mode, self._held = mode.missing, mode.held
        self._ids: Ids = {}
        self._failed: dict[Ref, Problem] = {}
        self._missing: list[Ref] = []
        self._problem: Problem | None = None
        self._warnings: list[Problem] = []

    def sort(self, ids: Ids, failed: dict[Ref, Problem], found: Resolved) -> None:
        """Puts the record where it belongs."""
        self._ids, self._failed = ids, failed
        record = self._staged.record
        payload = self._payload()
        for part in record.key:
            if isinstance(part, Ref) and self._id(LinkPolicy(None), part) is None:
                self._lacks_key(part)
        if self._problem:
            found.refused.append((self._staged, self._problem))
        elif self._missing and self._mode is Missing.WAIT:
            found.waiting.append((self._staged, tuple(self._missing)))
        else:
            change = Change(
                record, None, (), payload, self._plan.action, key_fields=self._plan.key_fields
            )
            found.ready.append((self._staged, change))
            if self._missing:
                found.partial.add(self._staged.id)
            if any(record.values.get(name) for name in self._held):
                found.late.add(self._staged.id)
            found.warnings.extend((self._staged, warning) for warning in self._warnings)

    def _payload(self) -> dict[str, Json]:
        payload: dict[str, Json] = {}
        for name, value in self._staged.record.values.items():
            if name in self._held and value:
                continue
            policy = self._plan.links.get(name) or LinkPolicy(None)
            if isinstance(value, Ref):
                found = self._id(policy, value)
                if found is not None:
                    payload[name] = found
                elif policy.on_missing is OnMissing.CLEAR:
                    payload[name] = None
            elif isinstance(value, LinkRefs):
                ids = [found for ref in value.refs if (found := self._id(policy, ref)) is not None]
                payload[name] = Links(tuple(dict.fromkeys(ids)), value.mode)
            else:
                payload[name] = value
        return payload

    def _id(self, policy: LinkPolicy, ref: Ref) -> str | None:
        """The reference's id; None where it is left out, waited for, or a problem."""
        ids = self._ids[ref]
        if len(ids) == 1:
            return ids[0]
        if ids:
            self._problem = self._problem or ambiguous(policy, ref, ids)
        elif self._mode is not Missing.FINAL and self._resolver.may_come(ref):
            self._missing.append(ref)
        elif policy.on_missing in {OnMissing.OMIT, OnMissing.CLEAR}:
            self._warnings.append(replace(not_found(policy, ref), severity=Severity.WARNING))
        else:
            self._problem = self._problem or self._not_found(policy, ref)
        return None

    def _lacks_key(self, ref: Ref) -> None:
        """A record can be written without a link, but not without a part of its key."""
        if self._mode is not Missing.WAIT:
            self._problem = self._problem or not_found(LinkPolicy(None), ref)

    def _not_found(self, policy: LinkPolicy, ref: Ref) -> Problem:
        failed = self._failed.get(ref)
        if failed is None:
            return not_found(policy, ref)
        return replace(failed, column=policy.column, value=ref.text())
