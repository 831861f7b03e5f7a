"""What queries find, against the gradients that torch itself computed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.errors import UsageError
from gradviz.render.drawing import Text, flat
from gradviz.render.pages.found import found_of, lines_of
from gradviz.render.render import picture
from gradviz.render.search.find import find
from gradviz.render.search.follow import follow
from gradviz.trace.trace import Trace


class Net(nn.Module):
    """Everything that there is to find: frozen, detached, unused, NaN, zero, shared."""

    def __init__(self) -> None:
        super().__init__()
        self.back = nn.Linear(4, 4).requires_grad_(False)
        self.fc1 = nn.Linear(4, 8)
        self.mid = nn.Linear(8, 8).requires_grad_(False)
        self.fc2 = nn.Linear(8, 2)
        self.gate = nn.Linear(8, 2)
        self.aux = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = self.mid(self.fc1(self.back(x)).relu())
        return self.fc2(h) * self.gate(h).detach()


@pytest.fixture(scope="module")
def net() -> Net:
    torch.manual_seed(0)
    return Net()


@pytest.fixture(scope="module")
def trace(net: Net) -> Trace:
    with gradviz.record(net) as trace:
        net(torch.randn(3, 4)).sum().backward()
    return trace


def found(trace: Trace, text: str, at: int | None = None) -> list[str]:
    graph = trace.graphs[0]
    return [
        match.leaf or graph.by_id[match.node or 0].variable or match.torch_name
        for match in find(text, graph, trace, at)
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("relu", ["ReluBackward0"]),
        ("op: linear and not node: T", ["AddmmBackward0"] * 3),
        ("param: fc2", ["fc2.bias", "fc2.weight"]),
        ("fc1.weight", ["fc1.weight"]),
        ("(8, 4)", ["fc1.weight"]),
        ("2x8", ["fc2.weight", "gate.weight", "aux.weight"]),
        ("3x8 and relu", ["ReluBackward0"]),
        ("frozen and 8x8", ["mid.weight"]),
        ("unused", ["aux.weight", "aux.bias"]),
        ("cut", ["MulBackward0", "gate.weight", "gate.bias"]),
        ("shape == (3, 2) and uses == 1 and op == 'mul'", ["MulBackward0"]),
        ("mul or frozen and 8x8", ["MulBackward0", "mid.weight"]),
        ("nan", []),
        ("nothing of this name", []),
    ],
)
def test_what_is_found(trace: Trace, text: str, wanted: list[str]) -> None:
    assert found(trace, text) == wanted


def test_norms_are_those_of_torch(trace: Trace, net: Net) -> None:
    norms = {
        name: float(parameter.grad.norm())
        for name, parameter in net.named_parameters()
        if parameter.grad is not None
    }
    bound = sorted(norms.values())[len(norms) // 2]
    wanted = {name for name, norm in norms.items() if norm >= bound * (1 - 1e-6)}
    assert set(found(trace, f"leaf and norm >= {bound * (1 - 1e-6)!r}")) == wanted
    (match,) = find("fc2.bias and norm > 0", trace.graphs[0], trace)
    assert f"norm = {norms['fc2.bias']:.4g}" in match.why


def test_what_has_no_gradient(trace: Trace, net: Net) -> None:
    without = {name for name, parameter in net.named_parameters() if parameter.grad is None}
    assert set(found(trace, "no grad")) == without
    whys = {match.name: match.why for match in find("no grad", trace.graphs[0], trace)}
    assert whys["mid.weight"] == "frozen: requires_grad=False"
    assert whys["gate.weight"] == "no path to the loss: ✂ detach"
    assert whys["aux.bias"] == "unused: no operation used it"


def test_a_moment_before_backward_knows_no_gradient(trace: Trace, net: Net) -> None:
    begins = trace.graphs[0].begins
    assert found(trace, "norm >= 0", begins - 1) == []
    assert set(found(trace, "no grad", begins - 1)) == {name for name, _ in net.named_parameters()}
    assert len(found(trace, "norm >= 0")) == len(trace.graphs[0].nodes)


def test_nan_infinity_and_zero() -> None:
    x, w, dead = (torch.ones(2, requires_grad=True) for _ in range(3))
    with gradviz.record() as trace:
        bad = (x * 0).sqrt() * 0
        huge = (w - 1).sqrt() + (dead * 0)
        (bad.sum() + huge.sum()).backward()
    assert torch.isnan(x.grad).all()  # type: ignore[arg-type]
    assert torch.isinf(w.grad).all()  # type: ignore[arg-type]
    graph = trace.graphs[0]
    leaves = [node.variable for node in graph.nodes if node.variable]
    told = {
        leaf: state
        for state in ("nan", "inf", "zero")
        for leaf in found(trace, f"{state} and leaf")
    }
    assert [told[leaf] for leaf in leaves] == ["nan", "inf", "zero"]
    assert all("NaN" in match.why for match in find("gradient is NaN", graph, trace))


def test_a_graph_alone_has_names_and_shapes() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    graph = gradviz.autograd_graph(model(torch.randn(2, 4)).sum(), model)
    assert [match.name for match in find("4x4", graph)] == ["0.weight", "t"]
    assert find("norm > 0 or nan", graph) == ()


def test_a_way_as_it_is_written(trace: Trace) -> None:
    graph = trace.graphs[0]

    def names(text: str) -> set[str]:
        way = follow(text, graph).way
        return {graph.by_id[id].variable or graph.by_id[id].op for id in way.nodes}

    assert names("fc1.weight") == {"fc1.weight", "linear", "relu", "mul", "sum"}
    assert names("relu..fc2") == {"relu", "linear"}
    assert {"fc1.weight", "relu"} <= names("..fc2") <= names("..loss")
    assert names("fc2..loss") == names("fc2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fc9", "the graph has no fc9"),
        ("mid.weight", "mid.weight is frozen"),
        ("loss..fc1", "the other way round: fc1..loss"),
        ("..", "no name to follow"),
        ("", "no name to follow"),
    ],
)
def test_a_way_that_is_not_there(trace: Trace, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        follow(text, trace.graphs[0])


MODULES = [
    ("Linear", ["back", "fc1", "mid", "fc2", "gate"]),
    ("fc1.weight", ["fc1"]),
    ("op: relu", [""]),
    ("frozen", ["back", "mid"]),
    ("not frozen and Linear", ["fc1", "fc2", "gate"]),
    ("cut", ["gate", "", ""]),
    ("shape: (3, 2)", ["fc2", "gate", "", "", ""]),
    ("8x4", ["fc1"]),
    ("saved > 0", ["fc1", "", "mid", "fc2", ""]),
    ('param == "fc2.bias"', ["fc2"]),
    ("nothing like this", []),
]


@pytest.mark.parametrize(("text", "wanted"), MODULES)
def test_a_module_graph_is_searched_with_the_same_words(
    trace: Trace, text: str, wanted: list[str]
) -> None:
    modules = gradviz.module_graph(trace)
    assert modules is not None
    matches = find(text, modules, trace)
    assert [match.module for match in matches] == wanted


def test_what_is_found_in_forward_is_numbered_in_its_picture(trace: Trace) -> None:
    for view, count in (("modules", 1), ("both", 2)):
        ones = [
            sum(isinstance(item, Text) and item.text == "1" for item in flat(drawing.items))
            for find in ("", "fc1.weight")
            for drawing in (picture(trace, at="end", view=view, find=find),)
        ]
        assert ones[1] - ones[0] == count, "a chip in each graph"
    told = found_of(trace, find="fc1.weight", view="both")
    assert [(m["number"], m["name"], m["module"]) for m in told["modules"]] == [
        (1, "linear", "fc1")
    ]
    assert [match["name"] for match in told["matches"]] == ["fc1.weight"]
    lines = lines_of(told)
    assert lines[0] == "“fc1.weight”: 1 found in forward"
    assert "fc1.weight" in lines[1]
    with pytest.raises(UsageError, match="a way leads through the autograd graph"):
        picture(trace, at="end", view="modules", follow="fc1.weight")


def test_a_module_graph_alone_is_searched_by_what_it_has(trace: Trace) -> None:
    modules = gradviz.module_graph(trace)
    assert modules is not None
    assert [match.module for match in find("Linear", modules)][:2] == ["back", "fc1"]
    assert find("norm > 0", modules) == ()
    assert find("norm > 0", modules, trace) != ()


def test_gradients_in_a_module_graph_are_those_at_the_moment(trace: Trace) -> None:
    modules = gradviz.module_graph(trace)
    assert modules is not None
    before = trace.index_at("forward:end")
    assert find("norm >= 0", modules, trace, before) == ()
    after = find("param == 'fc2.weight' and norm > 0", modules, trace)
    grad = trace.at("end").grads["fc2.weight"]
    assert grad is not None
    assert len(after) == 1
    assert f"{grad.norm().item():.4g}" in after[0].why
