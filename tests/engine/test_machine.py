"""A machine runs files against a flaky target; in the end the target is as the file says."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from etl.engine.task import Options
from etl.model.plan import GonePolicy
from tests.engine.parts import Bench, Crash, Keeper, Rules

names = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
values = st.sampled_from(["1", "2", "3", "bad"])
parents = st.none() | names

OFF = GonePolicy({"active": "no"}, share=None)


class FlakyRuns(RuleBasedStateMachine):
    """Rows come, change and go; runs break off in every way; undisturbed runs put all right."""

    @initialize(
        policy=st.sampled_from(["reject", "first", "last"]), gone=st.sampled_from([None, OFF])
    )
    def begin(self, policy: str, gone: GonePolicy | None) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name), Keeper(), policy, rules=Rules(gone=gone))
        self.rows: dict[str, tuple[str, str | None]] = {}
        self.fingerprint = 1

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def _rows(self) -> list[str]:
        return [self._row(name) for name in self.rows]

    def _row(self, name: str) -> str:
        value, parent = self.rows[name]
        return f"Node;{name};{value};{f'Node:{parent}' if parent else ''}"

    @rule(name=names, value=values, parent=parents)
    def set_row(self, name: str, value: str, parent: str | None) -> None:
        self.rows[name] = (value, parent)

    @rule(name=names)
    def drop_row(self, name: str) -> None:
        self.rows.pop(name, None)

    @rule(name=names)
    def delete_on_target(self, name: str) -> None:
        """Somebody deletes a record that nothing refers to."""
        number = next(
            (i for i, found in self.bench.target.records.items() if found["key"] == name), None
        )
        parents = {found.get("parentId") for found in self.bench.target.records.values()}
        if number and number not in parents:
            del self.bench.target.records[number]
            self.bench.options = Options(full=True)

    @rule()
    def change_the_mapping(self) -> None:
        self.fingerprint += 1
        print_ = bytes([self.fingerprint % 256]) * 16
        self.bench.rules = replace(self.bench.rules, fingerprint=print_)

    @rule(after=st.integers(0, 3))
    def run_with_an_outage(self, after: int) -> None:
        self.bench.target.lost_after = after
        self.bench.run(*self._rows())
        self.bench.target.lost_after = None

    @rule(after=st.integers(0, 3))
    def run_that_is_killed(self, after: int) -> None:
        """No answer, no report, no last words."""
        self.bench.target.crash_after = after
        try:
            self.bench.run(*self._rows())
        except Crash:
            self.bench.state.close()
        self.bench.target.crash_after = None

    @rule(times=st.integers(1, 3))
    def run_with_unanswered_batches(self, times: int) -> None:
        self.bench.target.cut = times
        self.bench.run(*self._rows())
        self.bench.target.cut = 0

    @rule(value=st.sampled_from(["1", "2"]))
    def run_with_poison(self, value: str) -> None:
        self.bench.target.poison = {value}
        self.bench.run(*self._rows())
        self.bench.target.poison = set()

    @rule(some=st.sets(names))
    def retry(self, some: set[str]) -> None:
        """Some rows alone: nothing is concluded from those that are not there."""
        before = self._off()
        self.bench.options = replace(self.bench.options, part=True)
        ran = self.bench.run(*[self._row(name) for name in sorted(some & self.rows.keys())])
        self.bench.options = Options(full=self.bench.options.full)
        assert ran.finished.error is None
        assert self._off() <= before

    @rule()
    def run_undisturbed(self) -> None:
        ran = self.bench.run(*self._rows())
        self.bench.options = Options()
        if self.rows:
            assert ran.finished.error is None
        found = self.bench.target.values()
        for name in self._good():
            value, parent = self.rows[name]
            stored, stored_parent = found[f"Node:{name}"]
            assert stored == value
            assert parent is None or stored_parent == parent
        writes = self.bench.target.writes
        self.bench.run(*self._rows())
        assert self.bench.target.writes == writes, "a second run sends nothing"

    def _good(self) -> set[str]:
        """Rows that must be in: valid, and so is all that they refer to; or it was there before."""
        there = {str(found["key"]) for found in self.bench.target.records.values()}
        return {
            name
            for name, (value, parent) in self.rows.items()
            if value != "bad" and (parent is None or parent in there)
        }

    def _off(self) -> set[str]:
        records = self.bench.target.records.values()
        return {str(found["key"]) for found in records if found.get("active") == "no"}

    @invariant()
    def no_duplicates(self) -> None:
        if hasattr(self, "bench"):
            keys = [found["key"] for found in self.bench.target.records.values()]
            assert len(keys) == len(set(keys))

    @invariant()
    def nothing_is_swept_that_is_kept(self) -> None:
        if hasattr(self, "bench") and self.bench.rules.gone is None:
            assert self._off() == set()


FlakyRuns.TestCase.settings = settings(max_examples=150, stateful_step_count=15, deadline=None)
TestFlakyRuns = FlakyRuns.TestCase


class ManyFlakyRuns(FlakyRuns):
    """The same, for a long night."""


ManyFlakyRuns.TestCase.settings = settings(max_examples=2000, stateful_step_count=25, deadline=None)
TestManyFlakyRuns = pytest.mark.soak(ManyFlakyRuns.TestCase)
