"""`"*"` under `attributes`: headers become attributes, as if each were written by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.mapping import GroupText, Step, TreatmentSpec, ValueSpec
from etl.mapping.value_spec import UnitSpec
from etl.model.schema import Kind
from etl.transform.values import MANY
from etl.transform.words import WordError, find_property, payload_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from etl.mapping import EntrySpec, WildcardSpec
    from etl.model.schema import EntitySchema, Property

Groups = dict[str, "str | None"]

_OPTIONS = frozenset({Kind.OPTION, Kind.OPTIONS})


@dataclass(slots=True)
class Expansion:
    """What a wildcard makes of a table's columns.

    `values` are the sources of each attribute by its code. `left_out` has why a column is not
    written, `awaited` the columns whose attribute or language may still come, `clashes` what is
    wrong: columns that mean the same.
    """

    values: dict[str, list[ValueSpec]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    awaited: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)


def candidates(entries: Iterable[EntrySpec], columns: Sequence[str]) -> list[str]:
    """The columns that no value of these entries names."""
    named = {name for entry in entries for name in _named(entry)}
    return [name for name in dict.fromkeys(columns) if name not in named]


def _named(entry: EntrySpec) -> Iterator[str]:
    for values in (*entry.fields.values(), *entry.attributes.values()):
        for value in values:
            yield from value.named_columns
    if entry.each is not None and entry.each.column is not None:
        yield entry.each.column


def expand(
    entry: EntrySpec,
    schema: EntitySchema,
    free: Sequence[str],
    columns: AbstractSet[str],
    coming: AbstractSet[str],
) -> Expansion:
    """The values that the entry's wildcard makes of the free columns among all `columns`.

    `coming` are entities that others still make. An entry without a wildcard makes nothing.
    """
    if entry.wildcard is None:
        return Expansion()
    reader = _Reader(entry, entry.wildcard, schema, columns, coming)
    found = [one for one in map(reader.read, free) if one is not None]
    units = {one.unit for one in found if one.value is not None or one.awaited}
    return _gathered([one for one in found if one.column not in units], schema)


@dataclass(slots=True)
class _Found:
    """A column that the wildcard matches: its value, or why there is none (yet).

    `unit` is the column of its units.
    """

    column: str
    code: str
    value: ValueSpec | None = None
    reason: str = ""
    awaited: bool = False
    unit: str | None = None


class _Reader:
    """Reads headers."""

    def __init__(
        self,
        entry: EntrySpec,
        spec: WildcardSpec,
        schema: EntitySchema,
        columns: AbstractSet[str],
        coming: AbstractSet[str],
    ) -> None:
        self._entry, self._spec, self._schema = entry, spec, schema
        self._columns, self._coming = columns, coming
        self._pattern = re.compile(spec.match)
        self._code = GroupText.parse(spec.code)
        self._locale = GroupText.parse(spec.locale_text)
        self._channel = GroupText.parse(spec.channel or "")
        self._unit_text = GroupText.parse((spec.unit.column if spec.unit else None) or "")
        shared = {name: getattr(spec, name) for name in TreatmentSpec.model_fields}
        self._shared = {**shared, "options": spec.options.by}

    def read(self, column: str) -> _Found | None:
        """What the header says; None where the wildcard does not match it."""
        matched = self._pattern.fullmatch(column)
        if matched is None:
            return None
        groups: Groups = matched.groupdict()
        code = self._code.fill(groups)
        if code != column and column in self._schema.attributes:
            code, groups = column, dict.fromkeys(groups)
            groups.update(dict.fromkeys(self._code.names[:1], column))
        return self._judged(column, code, groups)

    def _judged(self, column: str, code: str, groups: Groups) -> _Found:
        found = _Found(column, code)
        if code in self._entry.attributes:
            found.reason = f"the attribute {code!r} is given by itself"
        elif code not in self._schema.attributes:
            found.reason = f"{self._schema.name} has no attribute {code!r}"
            if code in self._schema.fields:
                found.reason += f" ({code!r} is a field: name it under fields)"
            found.awaited = "Attribute" in self._coming
            found.unit = self._unit_column(groups)
        else:
            self._judge(found, groups)
        return found

    def _judge(self, found: _Found, groups: Groups) -> None:
        try:
            prop = find_property(self._schema, found.code, attribute=True)
            value = self._value(found.column, prop, groups)
            payload_key(prop, value)
        except WordError as error:
            found.reason = f"{error} ({error.hint})" if error.hint else str(error)
            found.awaited = error.awaits in self._coming
        else:
            found.value = value
            found.unit = value.unit.column if value.unit else None

    def _value(self, column: str, prop: Property, groups: Groups) -> ValueSpec:
        shared = dict(self._shared)
        if prop.kind in _OPTIONS:
            before, behind = self._spec.options.around(groups)
            shared["apply"] = (*self._spec.apply, *_around(before, behind))
        if prop.kind not in MANY:
            shared["split"] = None
        return ValueSpec.model_construct(
            column=column,
            locale=self._locale.fill(groups) or None,
            channel=self._channel.fill(groups) or None,
            unit=self._unit(groups) if prop.unit_key else None,
            **shared,
        )

    def _unit(self, groups: Groups) -> UnitSpec | None:
        if self._spec.unit is None or self._spec.unit.column is None:
            return self._spec.unit
        column = self._unit_column(groups)
        return UnitSpec(column=column) if column else None

    def _unit_column(self, groups: Groups) -> str | None:
        column = self._unit_text.fill(groups)
        return column if column in self._columns else None


def _around(before: str, behind: str) -> Iterator[Step]:
    if before:
        yield Step(name="prefix", argument=before)
    if behind:
        yield Step(name="suffix", argument=behind)


def _gathered(found: Iterable[_Found], schema: EntitySchema) -> Expansion:
    made = Expansion()
    first: dict[str, str] = {}  # the column of each payload key
    for one in found:
        if one.awaited:
            made.awaited.append(one.column)
        elif one.value is None:
            made.left_out[one.column] = one.reason
        else:
            key = payload_key(schema.attributes[one.code], one.value)
            if first.setdefault(key, one.column) != one.column:
                made.clashes.append(_clash(first[key], one))
            made.values.setdefault(one.code, []).append(one.value)
    return made


def _clash(first: str, other: _Found) -> str:
    locale = other.value.locale if other.value else None
    where = f" in {locale}" if locale else ""
    return (
        f"the columns {first!r} and {other.column!r} both mean the attribute {other.code!r}{where}"
    )
