"""A pipe: from the cells of some columns to the values under some payload keys.

It works on distinct values and remembers them from chunk to chunk: a catalog has five hundred
brands in a million rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etl.model.codec import value_token
from etl.model.problem import Problem, Severity
from etl.transform.outcomes import KEEP, Fail, Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REMEMBERED = 100_000  # distinct cells of one pipe
_TO_LOOK_AT = frozenset({Fail, Warned})


@dataclass(slots=True)
class Troubles:
    """Problems of a chunk's rows, by the row's place in the chunk."""

    errors: dict[int, list[Problem]] = field(default_factory=dict)
    warnings: dict[int, list[Problem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """The values under one payload key, row by row, with their tokens for the digest."""

    name: str
    values: Sequence[Any]
    tokens: Sequence[str]


@dataclass(slots=True)
class Pipe:
    """One value's way, compiled.

    `compute` takes a tuple of the cells at `places` and gives one result, or a pair of results
    where there are two outputs: the value and its unit.
    """

    places: tuple[int, ...]
    outputs: tuple[str, ...]
    column: str | None
    compute: Callable[[tuple[str, ...]], Any]
    _memo: dict[Any, Any] = field(default_factory=dict)
    _spoiled: bool = False

    def run(
        self, columns: Sequence[Sequence[str]], rows: int, numbers: Sequence[int], found: Troubles
    ) -> list[Column]:
        """The values of each output for all rows; what does not pass is noted and kept out."""
        made = self._made(columns, rows)
        results, tokens = [one[0] for one in made], [one[1] for one in made]
        if self._spoiled:
            self._note(results, numbers, found)
        if len(self.outputs) == 1:
            return [Column(self.outputs[0], results, tokens)]
        return [
            Column(name, [pair[i] for pair in results], [pair[i] for pair in tokens])
            for i, name in enumerate(self.outputs)
        ]

    def _made(self, columns: Sequence[Sequence[str]], rows: int) -> list[tuple[Any, Any]]:
        """(result, token) of each row; a pair of each where there are two outputs."""
        if not self.places:
            return [self._one(())] * rows
        memo = self._memo
        single = len(self.places) == 1
        cells: Sequence[Any] = (
            columns[self.places[0]]
            if single
            else list(zip(*(columns[place] for place in self.places), strict=True))
        )
        distinct = set(cells)
        if len(distinct) * 2 > rows:
            memo = {}  # nearly every cell is another: remembering them costs more than it saves
        elif len(memo) > _REMEMBERED:
            memo.clear()
        for cell in distinct.difference(memo):
            memo[cell] = self._one((cell,) if single else cell)
        return [memo[cell] for cell in cells]

    def _one(self, cells: tuple[str, ...]) -> tuple[Any, Any]:
        result = self.compute(cells)
        if len(self.outputs) == 1:
            self._spoiled = self._spoiled or result.__class__ in _TO_LOOK_AT
            return result, _token(self.outputs[0], result)
        if isinstance(result, Fail):
            self._spoiled = True
            return result, ("", "")
        self._spoiled = self._spoiled or isinstance(result[0], Warned)
        tokens = tuple(_token(*pair) for pair in zip(self.outputs, result, strict=True))
        return result, tokens

    def _note(self, results: list[Any], numbers: Sequence[int], found: Troubles) -> None:
        """Puts problems aside, and the values that pass with a warning in their place."""
        pair = len(self.outputs) > 1
        for i, result in enumerate(results):
            first = result[0] if pair and isinstance(result, tuple) else result
            if isinstance(first, Fail):
                told = self._problem(first, numbers[i])
                found.errors.setdefault(i, []).append(told)
                results[i] = (KEEP, KEEP) if pair else KEEP
            elif isinstance(first, Warned):
                told = Problem(
                    first.code, first.message, numbers[i], self.column, severity=Severity.WARNING
                )
                found.warnings.setdefault(i, []).append(told)
                results[i] = (first.value, result[1]) if pair else first.value

    def _problem(self, fail: Fail, number: int) -> Problem:
        return Problem(fail.code, fail.message, number, self.column, fail.value, hint=fail.hint)


def _token(name: str, result: Any) -> str:  # noqa: ANN401 - any value
    """Empty where there is no value."""
    if result is KEEP or isinstance(result, Fail):
        return ""
    return value_token(name, result.value if isinstance(result, Warned) else result)
