"""Whatever a source does with its clock and pages, a refresh misses nothing and doubles nothing.

Clocks are up to an hour off and are set anew, records show up to a quarter of an hour late, several
carry one time, and some are edited between two pages of a reading.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from counterpoise.actions.refresh_reading import Plan, Rules, read_object
from counterpoise.connectors.sources.port import SourceUnreachable
from remote_system import RemoteSystem, unreachable

KEYS = st.sampled_from(["D-1", "D-2", "D-3", "D-4"])
RULES = Rules(timedelta(minutes=75), timedelta(days=1000), 0.5)


class Refreshes(RuleBasedStateMachine):
    """held: what arrived here, by key, as a mart would hold it."""

    def __init__(self):
        super().__init__()
        self.remote = RemoteSystem()
        self.folder = Path(tempfile.mkdtemp())
        self.held, self.state, self.number, self.value = {}, None, 0, 0

    @initialize()
    def begin(self):
        (self.folder / "desk").mkdir()
        self.refresh(page=2, edited=[])

    @rule(key=KEYS, late=st.integers(0, 15))
    def edit(self, key, late):
        self.value += 1
        self.remote.put(key, late=timedelta(minutes=late), name=f"version {self.value}")

    @rule(minutes=st.integers(0, 200))
    def wait(self, minutes):
        self.remote.pass_time(minutes=minutes)

    @rule(minutes=st.sampled_from([-60, -5, 0, 5, 60]))
    def set_clock(self, minutes):
        self.remote.skew = timedelta(minutes=minutes)

    @rule(page=st.integers(1, 3), edited=st.lists(KEYS, max_size=3))
    def refresh(self, page, edited):
        edits = list(edited)

        def meanwhile():
            if edits:
                self.edit(edits.pop(), 0)

        self.remote.page, self.remote.meanwhile = page, meanwhile
        for row in self._read():
            assert self.held.get(row["id"]) != row, "a record came twice"
            self.held[row["id"]] = row

    @rule(pages=st.integers(0, 1))
    @precondition(lambda self: self.state is not None)
    def fail(self, pages):
        self.remote.page, self.remote.meanwhile = 1, None
        before, self.remote.faults = self.state, [None] * pages + [unreachable()]
        try:
            self._read()
        except SourceUnreachable:
            assert self.state == before
        else:
            raise AssertionError("it had to fail")

    def teardown(self):
        """Once everything shows, one more refresh brings the rest."""
        self.remote.pass_time(minutes=15)
        self.refresh(page=2, edited=[])
        shutil.rmtree(self.folder)
        there = {key: values for _, key, values in self.remote.list_visible()}
        assert {key: row["name"] for key, row in self.held.items()} == {
            key: values["name"] for key, values in there.items()
        }
        assert self.state.rows_here == len(there)

    def _read(self):
        self.number += 1
        plan = Plan(
            source=self.remote,
            name="remote",
            known=self.folder / "known",
            desk=self.folder / "desk",
            rules=RULES,
            mark=str(self.number),
            now=self.remote.now,
            is_anew=False,
            since=None,
        )
        (described,) = self.remote.describe()
        done = read_object(plan, described, self.state, 1)
        self.state = done.state
        return [row for each in done.files for row in pq.read_table(each.landed.path).to_pylist()]


def run(examples, steps):
    run_state_machine_as_test(
        Refreshes,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.case("IMP-22")
def test_nothing_is_missed_and_nothing_comes_twice():
    run(15, 12)


@pytest.mark.soak
@pytest.mark.case("IMP-22")
def test_nothing_is_missed_and_nothing_comes_twice_in_ten_thousand_schedules():
    run(10_000, 12)
