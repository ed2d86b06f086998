"""A pipe: from the cells of some columns to the values under some payload keys.

It works on distinct values and remembers them from chunk to chunk: a catalog has five hundred
brands in a million rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    ) -> list[Sequence[Any]]:
        """The values of each output for all rows; what does not pass is noted and kept out."""
        results = self._results(columns, rows)
        if self._spoiled:
            self._note(results, numbers, found)
        if len(self.outputs) == 1:
            return [results]
        return [[pair[0] for pair in results], [pair[1] for pair in results]]

    def _results(self, columns: Sequence[Sequence[str]], rows: int) -> list[Any]:
        if not self.places:
            result = self.compute(())
            self._spoiled = self._spoiled or self._is_spoiled(result)
            return [result] * rows
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
        compute, pair = self.compute, len(self.outputs) > 1
        for cell in distinct.difference(memo):
            result = memo[cell] = compute((cell,) if single else cell)
            if self._is_spoiled(result) if pair else result.__class__ in _TO_LOOK_AT:
                self._spoiled = True
        return [memo[cell] for cell in cells]

    def _is_spoiled(self, result: Any) -> bool:  # noqa: ANN401 - any value
        first = result[0] if len(self.outputs) > 1 and isinstance(result, tuple) else result
        return first.__class__ in _TO_LOOK_AT

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
