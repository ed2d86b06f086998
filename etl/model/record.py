"""A record: what a row says about one entity, over natural keys, with no ids yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.problem import Problem

Scalar: TypeAlias = str | int | float | bool | None


class RefKind(StrEnum):
    """What a reference points at, for the target to know where to look."""

    RECORD = "record"
    OPTION = "option"  # an option of the list `scope`, by code, name or id
    UNIT = "unit"  # a unit of the measure `scope`, by code, then by name


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference by natural key, to be turned into an id.

    `by` names the fields, `key` has their values as text (a nested `Ref` where a key field is
    itself a reference). `scope` is the id of the option list or the measure. `ignore_case`
    compares without case. `token` is a text that equals another's exactly if the references are
    equal: a digest of a million records cannot ask each of them for its parts.
    """

    kind: RefKind
    entity: str
    by: tuple[str, ...]
    key: tuple[str | Ref, ...]
    scope: str | None = None
    ignore_case: bool = False
    _token: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def token(self) -> str:
        """Made when it is asked for the first time: most references are never asked again."""
        if not self._token:
            key = [part.token if isinstance(part, Ref) else part for part in self.key]
            parts = (self.kind.value, self.entity, self.by, key, self.scope, self.ignore_case)
            self._token.append(f"\0{parts!r}")
        return self._token[0]

    def text(self) -> str:
        """The key as people read it."""
        return " / ".join(part.text() if isinstance(part, Ref) else part for part in self.key)


class LinkMode(StrEnum):
    """What happens to the links of a many-valued link that the file does not name."""

    ADD = "add"
    SET = "set"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class LinkRefs:
    """The value of a many-valued link or option field: references, in the file's order."""

    refs: tuple[Ref, ...]
    mode: LinkMode = LinkMode.SET
    _token: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def token(self) -> str:
        """Made when it is asked for the first time."""
        if not self._token:
            tokens = "".join(ref.token for ref in self.refs)
            self._token.append(f"\0{self.mode.value}{tokens}")
        return self._token[0]


Value: TypeAlias = Scalar | tuple[Scalar, ...] | Ref | LinkRefs


@dataclass(frozen=True, slots=True)
class Record:
    """What some rows say about one entity.

    `entry` is the index of the mapping's `records` entry, `key` the natural key (one item for each
    key field), `values` the payload by the target's payload keys (`name`, `brandId`, `weight`,
    `weightUnitId`) with references still unresolved; `digest` is the content's digest, keyed with
    the mapping's fingerprint. `rows` are the rows that say so, the first one first.
    """

    entry: int
    entity: str
    key: tuple[str | Ref, ...]
    values: Mapping[str, Value]
    digest: bytes
    rows: tuple[int, ...]

    def key_text(self) -> str:
        """The natural key as people read it."""
        return " / ".join(part.text() if isinstance(part, Ref) else part for part in self.key)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that does not make it, and why; `entry` is None where the row as a whole is broken.

    `identity` is the natural key of the record that it would have made, where that could be read.
    """

    row: int
    problem: Problem
    entry: int | None = None
    key: str = ""
    identity: tuple[str | Ref, ...] | None = None
