"""A compiled mapping at work: chunks of text in, records out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.ports import Transformed
from etl.model.problem import Problem
from etl.model.record import Reject
from etl.transform.outcomes import Fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.chunk import Chunk
    from etl.model.plan import EntryPlan
    from etl.model.record import Record
    from etl.transform.entry import Entry
    from etl.transform.expressions import Expression


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """A `Transformer`. `unused_columns` are those of the source that no entry reads.

    `left_out` has the columns, and why, that a wildcard looked at and could not write, and that
    nobody else reads. `uncompiled` names the fields, attributes and columns that were passed over
    because what they need is still coming: where it is not empty, no records are to be made.
    """

    entries: tuple[Entry, ...]
    where: Expression | None
    fingerprint: bytes
    row_fingerprint: bytes
    unused_columns: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    uncompiled: tuple[str, ...] = ()

    @property
    def plans(self) -> tuple[EntryPlan, ...]:
        """The plan of each entry, in the mapping's order."""
        return tuple(entry.plan for entry in self.entries)

    def transform(self, chunk: Chunk) -> Transformed:
        """The chunk's rows as records, rejects and filtered rows; never raises for a row."""
        records: list[Record] = []
        rejects = [Reject(number, problem) for number, _, problem in chunk.broken]
        warnings: list[Reject] = []
        chosen = self._chosen(chunk, rejects)
        left_out = set(chosen)
        for entry in self.entries if chosen else ():
            worked = entry.work(chunk, chunk.rows, chosen)
            records += worked.records
            rejects += worked.rejects
            warnings += worked.warnings
            left_out &= worked.left_out
        unwanted = left_out.union(range(len(chunk.rows))).difference(set(chosen) - left_out)
        refused = {reject.row for reject in rejects}
        filtered = [chunk.numbers[place] for place in sorted(unwanted)]
        return Transformed(
            records, rejects, [number for number in filtered if number not in refused], warnings
        )

    def _chosen(self, chunk: Chunk, rejects: list[Reject]) -> Sequence[int]:
        """The places of the rows for which the source's `where` is true."""
        if self.where is None:
            return range(len(chunk.rows))
        chosen = []
        for place, row in enumerate(chunk.rows):
            answer = self.where.evaluate([row[column] for column in self.where.columns])
            if isinstance(answer, Fail):
                told = Problem(answer.code, f"where: {answer.message}", chunk.numbers[place])
                rejects.append(Reject(chunk.numbers[place], told))
            elif answer:
                chosen.append(place)
        return chosen
