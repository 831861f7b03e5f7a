"""An edited run beside the untouched one: what differs, by how much, and from which event on."""

from __future__ import annotations

import torch

import gradviz
from gradviz.spec.edits import GradEdit, ValueEdit
from gradviz.trace.events import BufferChanged, ParamUpdated
from tests.engine.plainloop import cnn, mlp, run_plain

ITERATIONS = 4


def test_a_comparison_holds_against_plain_runs() -> None:
    mine = gradviz.Session(*cnn())
    for _ in range(ITERATIONS):
        mine.run_iteration()
    rule = mine.edit(GradEdit("fc.weight", "scale", 0.0, first=1))
    found = mine.compare()
    untouched = run_plain(cnn, [], iterations=ITERATIONS)
    edited = run_plain(cnn, [rule], iterations=ITERATIONS)
    named = [difference.param for difference in (*found.params, *found.buffers)]
    differ = [name for name, old in untouched.values.items() if not old.equal(edited.values[name])]
    assert sorted(named) == sorted(differ)
    for difference in (*found.params, *found.buffers):
        gap = edited.values[difference.param].double() - untouched.values[difference.param].double()
        assert difference.largest == gap.abs().max().item()
        assert difference.distance == gap.norm().item()
    names = [name for name, _ in mine.model.named_parameters()]
    states = [run.state["state"] for run in (untouched, edited)]
    told = {(d.param, d.key): d for d in found.optimizer}
    for number, name in enumerate(names):
        for key in ("exp_avg", "exp_avg_sq"):
            old, new = (state[number][key].double() for state in states)
            assert ((name, key) in told) == (not old.equal(new))
            if not old.equal(new):
                assert told[name, key].largest == (new - old).abs().max().item()
    assert ("fc.weight", "step") not in told


def test_it_tells_from_which_event_on_each_differs() -> None:
    mine = gradviz.Session(*cnn())
    for _ in range(ITERATIONS):
        mine.run_iteration()
    mine.edit(GradEdit("fc.weight", "scale", 0.5, first=1))
    found = mine.compare()
    events = mine.trace.events
    assert events[found.first].iteration == 1
    assert events[found.first].phase == "backward"
    begins = {d.param: events[d.first] for d in (*found.params, *found.buffers)}
    assert isinstance(begins["fc.weight"], ParamUpdated)
    assert (begins["fc.weight"].param, begins["fc.weight"].iteration) == ("fc.weight", 1)
    # The other parameters hear of it by the next forward, the running means one step later.
    assert begins["fc.bias"].iteration == begins["conv1.weight"].iteration == 2
    assert isinstance(begins["bn1.running_mean"], BufferChanged)
    assert begins["bn1.running_mean"].iteration == 3
    for difference in found.optimizer:
        assert events[difference.first].param == difference.param
        assert difference.first > found.first


def test_what_is_not_a_number_is_told_and_equal_ones_are_not() -> None:
    mine = gradviz.Session(*mlp())
    for _ in range(2):
        mine.run_iteration()
    mine.edit(GradEdit("fc2.bias", "replace", [float("nan"), 0.0]))
    found = {difference.param: difference for difference in mine.compare().params}
    assert found["fc2.bias"].largest != found["fc2.bias"].largest
    alike = gradviz.Session(*mlp())
    alike.edit(ValueEdit("target", "replace", float("nan")))
    alike.run_iteration()
    rule = alike.edit(GradEdit("fc2.bias", "scale", 1.0))
    assert torch.isnan(alike.model.get_parameter("fc2.bias")).all()
    with_nan = alike.trace
    alike.unedit(rule)
    params = gradviz.trace.compare.compare(alike.trace, with_nan).params
    assert params == ()
