"""Entries that are being compiled, and how their values come into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.transform.brew import brew, look_at
from etl.transform.references import find_reference
from etl.transform.wildcard import candidates, expand
from etl.transform.words import WordError, find_property, payload_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.mapping import EntrySpec, Mapping, ValueSpec
    from etl.model.plan import GonePolicy, LinkPolicy
    from etl.model.problem import Problem
    from etl.model.schema import EntitySchema, Property
    from etl.transform.brew import Kitchen, Numbered
    from etl.transform.expressions import Expression
    from etl.transform.pipe import Pipe

NO_ITEM = "there is no item here: the entry has no each:"


@dataclass(slots=True)
class Draft:
    """An entry that is being compiled. `schema` is None where the target has no such entity."""

    index: int
    spec: EntrySpec
    schema: EntitySchema | None = None
    pipes: list[Pipe] = field(default_factory=list)
    links: dict[str, LinkPolicy] = field(default_factory=dict)
    refers_to: set[str] = field(default_factory=set)
    key_fields: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)  # fields that are told already
    when: Expression | None = None
    each: Callable[[Sequence[str]], Sequence[str]] | None = None
    gone: GonePolicy | None = None


class Teller:
    """Tells what is wrong with a mapping, at its place."""

    def __init__(self, mapping: Mapping, problems: list[Problem]) -> None:
        self._mapping, self._problems = mapping, problems

    def tell(self, error: WordError, *path: str | int, key_itself: bool = False) -> None:
        """A word that means nothing, in the value (or in the key itself) under that path."""
        if key_itself:
            problem = self._mapping.key_problem(str(error), *path, hint=error.hint)
        else:
            at = path if error.source is None else (*path, error.source)
            at = (*at, error.key) if error.key and error.key != path[-1] else at
            problem = self._mapping.problem(str(error), *at, hint=error.hint)
        self._problems.append(problem)

    def add(
        self, told: str, *path: str | int, hint: str | None = None, code: str = "MAPPING"
    ) -> None:
        """Anything else."""
        self._problems.append(self._mapping.problem(told, *path, hint=hint, code=code))


class Values:
    """Brings the values of entries into their drafts; what is wrong with one is told.

    `coming` are the entities that others still make.
    """

    def __init__(
        self, mapping: Mapping, kitchen: Kitchen, teller: Teller, coming: frozenset[str]
    ) -> None:
        self._mapping, self._kitchen = mapping, kitchen
        self._teller, self._coming = teller, coming
        self._uncompiled: dict[str, None] = {}

    @property
    def uncompiled(self) -> tuple[str, ...]:
        """What was passed over: what it needs is still coming."""
        return tuple(self._uncompiled)

    def brew(self, draft: Draft, schema: EntitySchema) -> None:
        """The values that the entry names; its wildcard is only looked at."""
        for part in ("fields", "attributes"):
            named: dict[str, tuple[ValueSpec, ...]] = getattr(draft.spec, part)
            for name, specs in named.items():
                if not self._brew_named(draft, schema, part, name, specs):
                    draft.wrong.add(name)
        if draft.spec.wildcard is not None and not self._is_fine(draft):
            draft.wrong.add("*")

    def expand(self, drafts: Sequence[Draft]) -> dict[str, str]:
        """The columns that only the wildcards know; why each of the others is left out.

        Of a damaged mapping nobody knows which columns they are.
        """
        if self._mapping.damaged:
            return {}
        left_out: dict[str, str] = {}
        free = candidates(self._mapping.records, self._kitchen.info.columns)
        for draft in drafts:
            if draft.schema is not None and "*" not in draft.wrong:
                left_out = self._expand(draft, draft.schema, free) | left_out
        return left_out

    def _brew_named(
        self,
        draft: Draft,
        schema: EntitySchema,
        part: str,
        name: str,
        specs: Sequence[ValueSpec],
    ) -> bool:
        path = ("records", draft.index, part, name)
        numbered = list(enumerate(specs))
        try:
            prop = find_property(schema, name, attribute=part == "attributes")
        except WordError as error:
            if error.awaits in self._coming:
                self._pass_over(name, numbered, *path)
            else:
                self._teller.tell(error, *path, key_itself=True)
            return False
        awaited = [(i, spec) for i, spec in numbered if self._awaits(prop, spec)]
        if awaited:
            self._pass_over(name, awaited, *path)
        ready = [one for one in numbered if one not in awaited]
        return bool(ready) and self._brew(draft, prop, ready, *path)

    def _awaits(self, prop: Property, spec: ValueSpec) -> bool:
        """Whether the value is in a language that may still come."""
        try:
            payload_key(prop, spec)
        except WordError as error:
            return error.awaits in self._coming
        return False

    def _pass_over(self, name: str, specs: Sequence[Numbered], *path: str | int) -> None:
        self._uncompiled[name] = None
        try:
            look_at(self._kitchen, specs)
        except WordError as error:
            self._teller.tell(error, *path)

    def _brew(
        self, draft: Draft, prop: Property, specs: Sequence[Numbered], *path: str | int
    ) -> bool:
        """Adds the values of one field or attribute, unless something is wrong with them."""
        try:
            pipes, links = brew(self._kitchen, draft.spec, prop, specs)
        except WordError as error:
            self._teller.tell(error, *path)
            return False
        item = self._kitchen.item
        if draft.spec.each is None and any(item in pipe.places for pipe in pipes):
            self._teller.add(NO_ITEM, *path)
            return False
        draft.pipes += pipes
        draft.links |= links
        for _, spec in specs:
            refers = find_reference(self._kitchen.target, spec, prop) if spec.ref else None
            draft.refers_to |= refers.entities if refers else frozenset()
        return True

    def _is_fine(self, draft: Draft) -> bool:
        """What is wrong with a wildcard is told once, not for each of its columns."""
        path = ("records", draft.index, "attributes", "*")
        spec = draft.spec.wildcard
        try:
            done = self._kitchen.treatment(spec) if spec else None
        except WordError as error:
            self._teller.tell(error, *path)
            return False
        reads = done.when.columns if done and done.when else ()
        if draft.spec.each is None and self._kitchen.item in reads:
            self._teller.add(NO_ITEM, *path, "when")
            return False
        return True

    def _expand(self, draft: Draft, schema: EntitySchema, free: Sequence[str]) -> dict[str, str]:
        path = ("records", draft.index, "attributes", "*")
        columns = frozenset(self._kitchen.info.columns)
        made = expand(draft.spec, schema, free, columns, self._coming)
        for told in made.clashes:
            self._teller.add(told, *path, hint="name one under attributes, or narrow match:")
        for name, specs in () if made.clashes else made.values.items():
            self._brew(draft, schema.attributes[name], list(enumerate(specs)), *path)
        self._uncompiled |= dict.fromkeys(made.awaited)
        self._kitchen.used.update(made.awaited)
        return made.left_out
