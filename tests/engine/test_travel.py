"""Travel: wherever one walks, replays and edits, the run ends in the bits of a plain loop."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gradviz.spec.edits import GradEdit
from gradviz.trace.events import BatchFetched, ParamUpdated
from tests.engine.compare import same
from tests.engine.loops import MAKERS, drawn, held, plain

MOST = 6


@cache
def straight(name: str, iterations: int, edits: tuple[GradEdit, ...]) -> dict[str, Any]:
    """What a plain loop ends in, with the hooks of these edits."""
    return plain(MAKERS[name](), iterations, edits)


class Walk(RuleBasedStateMachine):
    """A walk through a session of one of the loops."""

    name: str

    def __init__(self) -> None:
        super().__init__()
        self.parts = MAKERS[self.name]()
        self.session = self.parts.session()

    @property
    def may_run(self) -> bool:
        return self.session.iterations < MOST

    @property
    def can_step(self) -> bool:
        return self.may_run or self.session.index + 1 < len(self.session.trace.events)

    @precondition(lambda self: self.can_step)
    @rule(how=st.sampled_from(["step", "step_over", "step_phase", "step_iteration"]))
    def forwards(self, how: str) -> None:
        before = self.session.index
        event = getattr(self.session, how)()
        assert event.index == self.session.index > before

    @rule(count=st.integers(1, 40))
    def back(self, count: int) -> None:
        for _ in range(count):
            self.session.back()

    @precondition(lambda self: self.may_run)
    @rule(count=st.integers(1, 2))
    def run_on(self, count: int) -> None:
        self.session.run(iterations=min(count, MOST - self.session.iterations))

    @precondition(lambda self: self.may_run)
    @rule(condition=st.sampled_from(["loss > 0", "phase == 'step'", "grad_norm < 1e9"]))
    def run_until(self, condition: str) -> None:
        assert self.session.run(condition, iterations=1).event == self.session.event

    @rule(iteration=st.integers(0, MOST - 1), event=st.none() | st.integers(-1, 9))
    def goto(self, iteration: int, event: int | None) -> None:
        found = self.session.goto(iteration=iteration, event=event)
        if event is None or event >= 0:
            assert found.iteration == iteration

    @precondition(lambda self: len(self.session.edits) < 2)
    @rule(
        factor=st.sampled_from([0.0, -0.5, 3.0]),
        via=st.sampled_from(["tensor", "post_accumulate"]),
        place=st.integers(0, 1),
    )
    def edit(self, factor: float, via: str, place: int) -> None:
        names = [n for n, p in self.session.model.named_parameters() if p.requires_grad]
        if via == "post_accumulate" and self.parts.accumulate > 1:
            factor = 1.0  # what is scaled at rest is scaled again in the next iteration
        self.session.edit(GradEdit(names[-place], "scale", factor, via=via))

    @precondition(lambda self: self.session.edits)
    @rule(place=st.integers(0, 1))
    def unedit(self, place: int) -> None:
        edits = self.session.edits
        self.session.unedit(edits[min(place, len(edits) - 1)])

    @precondition(lambda self: self.session.iterations)
    @rule(iteration=st.integers(0, MOST - 1))
    def recall(self, iteration: int) -> None:
        self.session.recall(min(iteration, self.session.iterations - 1))

    @rule()
    def compare(self) -> None:
        trace = self.session.trace
        self.session.compare()
        assert self.session.trace is trace

    @rule()
    def check_replay(self) -> None:
        assert self.session.check_replay() is None

    @invariant()
    def is_as_the_plain_loop(self) -> None:
        session = self.session
        expected = dict(straight(self.name, session.iterations, session.edits))
        told, random = expected.pop("told"), expected.pop("random")
        for key, value in held(self.parts).items():
            assert same(value, expected[key]), key
        with session.recorded.random.running():
            state = session.recorded.random.state
            assert drawn() == random
        session.recorded.random.state = state
        events = session.trace.events
        fetched = [event for event in events if isinstance(event, BatchFetched)]
        for event, (x, y, rates) in zip(fetched, told, strict=True):
            if all(map(session.trace.store.holds, event.values.values())):
                assert same([session.trace.value(ref) for ref in event.values.values()], [x, y])
            updates = [e for e in events if e.iteration == event.iteration]
            moved = [e.settings["lr"] for e in updates if isinstance(e, ParamUpdated)]
            assert set(moved) <= set(rates)


class TightWalk(Walk):
    """The same where the store holds little more than one iteration."""

    def __init__(self) -> None:
        super().__init__()
        store = self.session.trace.store
        for _ in range(self.parts.accumulate):
            self.session.run_iteration()
        store.budget = 2 * store.bytes


@pytest.mark.parametrize("walk", [Walk, TightWalk])
@pytest.mark.parametrize("name", MAKERS)
def test_a_random_walk_ends_in_the_bits_of_a_plain_loop(name: str, walk: type[Walk]) -> None:
    case = type(walk.__name__, (walk,), {"name": name}).TestCase
    case.settings = settings(
        max_examples=2,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        print_blob=False,
    )
    case("runTest").runTest()
