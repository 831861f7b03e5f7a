"""Every node has a place that names it alone; a wrong place is told with what there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import gradviz
from gradviz.engine.edits.gradplaces import choose, place_of
from gradviz.errors import UsageError
from gradviz.spec.edits import GradEdit
from gradviz.spec.places import parse
from gradviz.trace.events import GradEdited, NodeRan
from tests.engine.compare import same
from tests.engine.plainloop import Parts, cnn, mlp, outcome, run_plain, two


class Speaker(nn.Module):
    """Tied weights, a dict as output, and an encoder called twice, once by keyword."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(7, 4)
        self.lstm = nn.LSTM(4, 4, batch_first=True)
        self.encode = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, dropout=0.1)
        self.out = nn.Linear(4, 7, bias=False)
        self.out.weight = self.words.weight

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        hidden, (last, _) = self.lstm(self.words(x))
        with torch.no_grad():
            self.words(x)
        return {"logits": self.out(self.encode(src=self.encode(hidden))), "last": last}


def speaker() -> Parts:
    torch.manual_seed(0)
    model = Speaker()

    def loss_fn(output: dict[str, Tensor], target: Tensor) -> Tensor:
        loss = nn.functional.cross_entropy(output["logits"].flatten(0, 1), target.flatten())
        return loss + output["last"].square().mean()

    data = TensorDataset(torch.randint(7, (8, 3)), torch.randint(7, (8, 3)))
    return model, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1), DataLoader(data, 4)


def places(session: gradviz.Session) -> dict[str, int]:
    graph = session.trace.graphs[-1]
    nodes = [node.id for node in graph.nodes if node.variable is None]
    named = {place_of(graph, node, session.model): node for node in nodes}
    assert len(named) == len(nodes)
    return named


@pytest.mark.parametrize("build", [mlp, cnn, two, speaker])
def test_every_node_has_a_place_of_its_own(build: Callable[[], Parts]) -> None:
    mine = gradviz.Session(*build())
    mine.run_iteration()
    graph = mine.trace.graphs[-1]
    for where, node in places(mine).items():
        assert choose(graph, parse(where), where=where, model=mine.model) == node
        assert graph.by_id[node].name in where


def test_the_place_of_a_node_gives_its_gradient_and_the_same_bits_in_plain_pytorch() -> None:
    first = gradviz.Session(*speaker())
    first.run_iteration()
    named = places(first)
    assert "words/EmbeddingBackward0" in named
    for where, node in list(named.items())[::9]:
        mine = gradviz.Session(*speaker())
        rule = mine.edit(GradEdit(where, "scale", 3.0))
        for _ in range(2):
            assert mine.run_iteration()
        told = next(event for event in mine.trace.events if isinstance(event, GradEdited))
        ran = next(e for e in first.trace.events if isinstance(e, NodeRan) and e.node == node)
        before = mine.trace.value(told.before)
        assert torch.equal(before, first.trace.value(ran.grad_outputs[0]))
        assert torch.equal(mine.trace.value(told.after), before * 3)
        plain = run_plain(speaker, [rule], iterations=2)
        live = outcome(mine.model, mine.loop.optimizer, plain.losses)
        for one, other in zip(live, plain, strict=True):
            assert same(one, other), rule.as_code()


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")  # torch says so too
@pytest.mark.parametrize(
    ("build", "edit", "said"),
    [
        (mlp, {"where": "fc1.wieght"}, "take one of: fc1.weight"),
        (mlp, {"where": "fc1.weight[0]"}, "no parameter or module"),
        (mlp, {"where": "fc1/AdmmBackward0"}, "take one of: fc1/AddmmBackward0"),
        (mlp, {"where": "fc3/AddmmBackward0"}, "no module “fc3”"),
        (mlp, {"where": "MSELoss/MseLossBackward0"}, "whole graph: /MseLossBackward0#1"),
        (mlp, {"where": "/AddmmBackward0"}, "fc1/AddmmBackward0, fc2/AddmmBackward0"),
        (mlp, {"where": "/AddmmBackward0#3"}, "has this node"),
        (mlp, {"where": "fc2/AddmmBackward0[5]"}, "[0] fc2.bias, [1] TanhBackward0, [2] TBack"),
        (mlp, {"where": "/AccumulateGrad"}, "name the parameter"),
        (mlp, {"where": "fc1"}, "the gradient of slot 0 is None"),
        (mlp, {"where": "fc2", "slot": 3}, "the gradient of slot 3 is None"),
        (mlp, {"where": "fc2[1]", "slot": 3}, "says slot 1, and the edit slot 3"),
        (mlp, {"where": "fc2.output[1]"}, "gave a Tensor"),
        (mlp, {"where": "fc2#2.output"}, "no gradient comes here"),
        (mlp, {"where": "fc2#2"}, "fc2#2.output"),
        (mlp, {"where": "fc1//x"}, "names no place"),
        (mlp, {"where": ""}, "names no place"),
        (cnn, {"where": "relu/ReluBackward0"}, "relu#1/ReluBackward0, relu#2/ReluBackward0"),
        (cnn, {"where": "/AddBackward0"}, "/AddBackward0#1, /AddBackward0#2"),
        (two, {"where": "cross/MulBackward0"}, "cross/MulBackward0#2"),
        (two, {"where": "cross.output"}, "cross.output[0], cross.output[1]"),
        (speaker, {"where": "lstm.output[1]"}, "take one of: lstm.output[0]"),
        (speaker, {"where": "output"}, "name a node"),
    ],
    ids=lambda value: str(value.get("where", "")) if isinstance(value, dict) else None,
)
def test_a_wrong_place_tells_what_there_is(
    build: Callable[[], Parts], edit: dict[str, Any], said: str
) -> None:
    mine = gradviz.Session(*build())
    mine.run_iteration()
    events = list(mine.trace.events)
    with pytest.raises(UsageError) as caught:
        mine.edit(GradEdit(what="zero", **edit))
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400
    assert mine.edits == ()
    assert list(mine.trace.events) == events
    assert mine.check_replay() is None


def test_what_needs_no_gradient_is_told() -> None:
    model, *rest = mlp()
    model.get_parameter("fc1.weight").requires_grad_(False)
    model.get_parameter("fc1.bias").requires_grad_(False)
    mine = gradviz.Session(model, *rest)
    with pytest.raises(UsageError, match="parameter requires no gradient"):
        mine.edit(GradEdit("fc1.weight", "zero"))
    rule = mine.edit(GradEdit("fc1.output", "zero"))
    for _ in range(2):
        with pytest.raises(UsageError, match="tensor requires no gradient"):
            mine.run_iteration()
    mine.unedit(rule)
    assert mine.run_iteration()


def test_a_part_that_the_loss_does_not_use_is_told() -> None:
    model, _, *rest = two()
    mine = gradviz.Session(model, lambda output, target: (output[0] - target).sum(), *rest)
    mine.run_iteration()
    for where in ("cross.right.bias", "cross.right", "cross.right.output", "cross.output[1]"):
        with pytest.raises(UsageError, match="no gradient comes here in iteration 0"):
            mine.edit(GradEdit(where, "zero"))
    assert mine.edit(GradEdit("cross.left.bias", "zero")) in mine.edits
    without = gradviz.Session(*mlp(), order=("forward", "loss"))
    without.run_iteration()
    with pytest.raises(UsageError, match="no backward runs"):
        without.edit(GradEdit("fc1.weight", "zero"))


def test_a_parameter_called_output_is_not_taken_for_one() -> None:
    model, *rest = mlp()
    model.fc2.output = nn.Parameter(model.fc2.weight.detach().clone())
    mine = gradviz.Session(model, *rest)
    with pytest.raises(UsageError, match="could also be what the module gave back"):
        mine.edit(GradEdit("fc2.output", "zero"))


def test_both_names_of_a_shared_parameter_are_one() -> None:
    mine = gradviz.Session(*two())
    mine.run_iteration()
    rule = mine.edit(GradEdit("cross.right.weight", "zero", via="post_accumulate"))
    assert rule.where == "cross.left.weight"
    assert not mine.trace.at(len(mine.trace.events) - 1).grads["cross.left.weight"].any()


def test_nodes_of_one_call_of_torch_are_numbered_as_torch_made_them() -> None:
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(4, 2)
    x = torch.randn(3, 1, 4)
    with gradviz.record(attention) as trace:
        output, _ = attention(x, x, x)
        output.sum().backward()
        waiting, made = [output.grad_fn], {}
        while waiting:
            node = waiting.pop()
            made[node._sequence_nr()] = type(node).__name__
            waiting += [producer for producer, _ in node.next_functions if producer]
    names = [name for _, name in sorted(made.items()) if name != "AccumulateGrad"]
    graph = trace.graphs[0]
    assert [node.name for node in graph.nodes if node.variable is None][:-1] == names
