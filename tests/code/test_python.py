"""Projects as PyTorch code: it runs alone, and gives the same bits."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import black
import pytest
import torch
from msgspec.structs import replace
from torch import Tensor, nn
from torch.utils.data import DataLoader

import gradviz
from gradviz.blocks.catalogue import BLOCKS, LOSSES, OPTIMIZERS, SCHEDULERS
from gradviz.blocks.kinds import BlockKind
from gradviz.code.program import to_python
from gradviz.engine.building.blockmodel import flat
from gradviz.errors import BuildError
from gradviz.resources import assets
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Wire
from gradviz.spec.project import Project, Training
from tests.blocks.test_catalogue import SCHEDULED, SETTINGS, inputs_of

POINT = Block("point", "Input", {"shape": [4]})
OUT = Block("out", "Output")


def wires(*names: str) -> tuple[Wire, ...]:
    return tuple(Wire(a, b) for a, b in pairwise(names))


def project(model: Model, **training: Any) -> Project:
    asked = Training(**{"loss": Choice("MSELoss"), "optimizer": Choice("SGD"), **training})
    data = Data(Choice("Moons", {"count": 32}), batch_size=8)
    return Project(name="net", model=model, data=data, training=asked)


def namespace(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), found)
    return found


def exported(asked: Project) -> nn.Module:
    """The model that the code makes, from the project's seed."""
    made = namespace(to_python(asked))
    torch.manual_seed(asked.training.seed)
    model = made["Net"]()
    assert isinstance(model, nn.Module)
    return model


def same(asked: Project, *inputs: Tensor) -> None:
    """The code's model has the state, the values and the gradients of the one that was built."""
    built, written = gradviz.build(asked), exported(asked)
    mine, theirs = built.state_dict(), written.state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    outs = []
    for model in (built, written):
        torch.manual_seed(5)
        outs.append(list(flat(model(*inputs))))
    assert all(torch.equal(a, b) for a, b in zip(*outs, strict=True))
    for out in outs:
        if any(each.requires_grad for each in out):
            torch.stack([each.double().sum() for each in out]).sum().backward()
    for a, b in zip(built.parameters(), written.parameters(), strict=True):
        assert a.requires_grad == b.requires_grad
        assert (a.grad is None) == (b.grad is None)
        assert a.grad is None or b.grad is None or torch.equal(a.grad, b.grad)


@pytest.mark.parametrize("kind", list(BLOCKS), ids=lambda kind: kind.name)
def test_every_block_is_written_as_it_runs(kind: BlockKind) -> None:
    if kind.group == "ends":
        return
    inputs = [each.float() if each.is_floating_point() else each for each in inputs_of(kind)]
    ends = [
        Block(
            f"in{n}",
            "Input",
            {"shape": list(each.shape[1:]), "dtype": str(each.dtype).removeprefix("torch.")},
        )
        for n, each in enumerate(inputs)
    ]
    ports = [chr(97 + n) for n in range(len(inputs))] if kind.variadic else kind.inputs
    tested = Block("tested", kind.name, SETTINGS.get(kind.name, {}))
    outs = [Block(f"out{n}", "Output") for n in range(len(kind.outputs))]
    if kind.sort == "source":
        ends = [Block("in0", "Input", {"shape": [2, 3]})]
        inputs = [torch.zeros(1, 2, 3)]
    model = Model(
        (*ends, tested, *outs),
        (
            *(Wire(end.name, f"tested.{port}") for end, port in zip(ends, ports, strict=False)),
            *(
                Wire(f"tested.{port}", out.name)
                for port, out in zip(kind.outputs, outs, strict=True)
            ),
        ),
    )
    if kind.sort == "source":
        model = replace(model, wires=model.wires[-1:])
    if kind.name == "View":
        return  # its shape is whole, so it cannot have the batch of the meta device
    same(project(model), *inputs)


OTHERS: list[tuple[Block, tuple[int, ...]]] = [
    (Block("b", "GELU", {"approximate": "tanh"}), (4,)),
    (Block("b", "Softplus", {"threshold": 1.0}), (4,)),
    (Block("b", "AvgPool2d", {"kernel_size": 3, "padding": 1, "count_include_pad": False}),
     (2, 6, 6)),
    (Block("b", "AvgPool3d", {"kernel_size": 2, "ceil_mode": True, "divisor_override": 3}),
     (2, 5, 5, 5)),
    (Block("b", "MaxPool1d", {"kernel_size": 2, "dilation": 2, "ceil_mode": True}), (2, 9)),
    (Block("b", "Upsample", {"size": [5, 7], "mode": "bilinear", "align_corners": True}),
     (2, 4, 4)),
    (Block("b", "Upsample", {"scale_factor": 2, "mode": "linear"}), (2, 4)),
    (Block("b", "InstanceNorm2d", {"num_features": 2, "track_running_stats": True}), (2, 4, 4)),
    (Block("b", "TransformerEncoderLayer", {"d_model": 4, "nhead": 2, "bias": False,
                                            "layer_norm_eps": 0.1}), (3, 4)),
    (Block("b", "Mean", {"dim": 1}), (3, 4)),
    (Block("b", "Mean", {"dim": [1, 2]}), (3, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("block", "shape"), OTHERS, ids=lambda each: getattr(each, "kind", ""))
def test_settings_are_written_as_they_run(block: Block, shape: tuple[int, ...]) -> None:
    start = replace(POINT, settings={"shape": list(shape)})
    model = Model((start, block, OUT), wires("point", "b", "out"))
    same(project(model), torch.randn(2, *shape))


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_an_lstm_may_project_what_it_gives() -> None:
    settings: dict[str, Any] = {"input_size": 4, "hidden_size": 6, "proj_size": 2}
    start = replace(POINT, settings={"shape": [3, 4]})
    same(
        project(Model((start, Block("b", "LSTM", settings), OUT), wires("point", "b", "out"))),
        torch.randn(2, 3, 4),
    )


def test_keys_and_values_may_be_of_other_sizes() -> None:
    settings: dict[str, Any] = {"embed_dim": 4, "num_heads": 2, "kdim": 3, "vdim": 5}
    ends = [
        Block(name, "Input", {"shape": [6, size]})
        for name, size in zip("qkv", (4, 3, 5), strict=True)
    ]
    model = Model(
        (*ends, Block("b", "MultiheadAttention", {**settings, "add_bias_kv": True}), OUT),
        (Wire("q", "b.query"), Wire("k", "b.key"), Wire("v", "b.value"), Wire("b", "out")),
    )
    same(project(model), *(torch.randn(2, 6, size) for size in (4, 3, 5)))


@pytest.mark.parametrize(
    ("loss", "written"),
    [
        (Choice("CrossEntropyLoss", {"weight": [0.2, 0.8]}),
         "nn.CrossEntropyLoss(weight=torch.tensor((0.2, 0.8)))"),
        (Choice("CrossEntropyLoss"), "nn.CrossEntropyLoss()"),
    ],
)  # fmt: skip
def test_classes_may_count_differently(loss: Choice, written: str) -> None:
    model = Model(
        (Block("point", "Input", {"shape": [2]}),
         Block("fc", "Linear", {"in_features": 2, "out_features": 2}), OUT),
        wires("point", "fc", "out"),
    )  # fmt: skip
    asked = project(model, loss=loss)
    assert f"loss_fn = {written}\n" in to_python(asked)
    mine, theirs = trained(asked, 1)
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)
    elsewhere = to_python(project(model, loss=loss, device="auto"))
    assert ("tensor" in written) == (f"loss_fn = {written}.to(device)\n" in elsewhere)


@pytest.mark.parametrize(
    ("training", "place"),
    [
        ({"loss": Choice("Nothing")}, "training.loss"),
        ({"loss": Choice("MSELoss", {"reduction": "none"})}, "training.loss"),
        ({"optimizer": Choice("Nothing")}, "training.optimizer"),
        ({"optimizer": Choice("SGD", {"lr": "fast"})}, "training.optimizer"),
        ({"scheduler": Choice("StepLR")}, "training.scheduler"),
    ],
    ids=str,
)
def test_what_training_has_wrong_is_told_with_its_place(
    training: dict[str, Any], place: str
) -> None:
    with pytest.raises(BuildError, match=place):
        to_python(project(MODELS["composite"], **training))


def test_data_that_there_is_not_is_told_with_its_place() -> None:
    asked = replace(project(MODELS["composite"]), data=Data(Choice("Nothing")))
    with pytest.raises(BuildError, match=r"data\.dataset"):
        to_python(asked)


RESIDUAL = Composite(
    name="Residual",
    note="A block that adds to what it gets.",
    parameters={"width": 4, "hidden": "=width * 2", "power": 2.0},
    blocks=(
        Block("x", "Input"),
        Block("up", "Linear", {"in_features": "=width", "out_features": "=hidden"}),
        Block("act", "ReLU"),
        Block("down", "Linear", {"in_features": "=hidden", "out_features": "=width"}),
        Block("square", "Power", {"exponent": "=power"}),
        Block("add", "Add"),
        Block("y", "Output"),
    ),
    wires=(*wires("x", "up", "act", "down", "square"), Wire("x", "add.a"), Wire("square", "add.b"),
           Wire("add", "y")),
)  # fmt: skip
CELL = Composite(
    name="Cell",
    blocks=(
        Block("x", "Input"), Block("h", "Input"), Block("both", "Concat"),
        Block("mix", "Linear", {"in_features": 8, "out_features": 4}), Block("act", "Tanh"),
        Block("y", "Output"), Block("state", "Output"),
    ),
    wires=(Wire("x", "both.a"), Wire("h", "both.b"), *wires("both", "mix", "act", "y"),
           Wire("mix", "state")),
)  # fmt: skip
STAGE = Composite(
    name="Stage",
    parameters={"depth": 2, "wide": True, "mode": "same"},
    blocks=(
        Block("x", "Input"),
        Block("blocks", "Residual", {"hidden": "=6 + index"}, repeat="=depth"),
        Block("again", "Residual", repeat="=depth + 1", shared=True),
        Block("y", "Output"),
    ),
    wires=wires("x", "blocks", "again", "y"),
)
NOISE = Composite(
    name="Noise",
    grad=False,
    blocks=(Block("x", "Input"), Block("fc", "Linear", {"in_features": 4, "out_features": 4}),
            Block("y", "Output")),
    wires=wires("x", "fc", "y"),
)  # fmt: skip


def of(body: Block, *composites: Composite) -> Model:
    return Model((POINT, body, OUT), wires("point", "body", "out"), composites)


# fmt: off
MODELS = {
    "composite": of(Block("body", "Residual", {"hidden": 6}), RESIDUAL),
    "repeated": of(Block("body", "Residual", repeat=3), RESIDUAL),
    "shared": of(Block("body", "Residual", repeat=3, shared=True), RESIDUAL),
    "numbered": of(
        Block("body", "Linear", {"in_features": "=4 + index", "out_features": "=5 + index"},
              repeat=2)
    ),
    "stages": of(Block("body", "Stage", {"depth": "=index + 1"}, repeat=2), RESIDUAL, STAGE),
    "no gradients": of(Block("body", "Noise"), NOISE),
    "an operation again and again": of(Block("body", "Scale", {"factor": 2.0}, repeat=3)),
    "an operation with its number": of(Block("body", "Shift", {"amount": "=index"}, repeat=3)),
    "initialised": of(
        Block("body", "Residual", repeat=2, frozen=True,
              init={"up.weight": Choice("kaiming_normal_", {"mode": "fan_out"}),
                    "down.bias": Choice("constant_", {"val": 0.5})}),
        RESIDUAL,
    ),
    "initialised parameter": Model(
        (POINT, Block("token", "Parameter", {"shape": [4]}, init={"value": Choice("normal_")}),
         Block("scale", "Constant", {"shape": [4], "value": 2.0}),
         Block("add", "Add"), Block("times", "Multiply"), OUT),
        (Wire("point", "add.a"), Wire("token", "add.b"), Wire("add", "times.a"),
         Wire("scale", "times.b"), Wire("times", "out")),
    ),
    "names that are taken": Model(
        (replace(POINT, name="x"), Block("torch", "Tanh"), Block("F", "Add"),
         Block("nn", "ReLU"), OUT),
        (Wire("x", "torch"), Wire("torch", "F.a"), Wire("x", "F.b"), Wire("F", "nn"),
         Wire("nn", "out")),
    ),
    "several outputs": Model(
        (POINT, Block("split", "Split", {"size": 1}), Block("both", "Concat"),
         Block("first", "Output"), OUT),
        (Wire("point", "split"), Wire("split.second", "both.a"), Wire("split.first", "both.b"),
         Wire("point", "both.c"), Wire("both", "out"), Wire("split.first", "first")),
    ),
    "tensors of another type": Model(
        (POINT, Block("token", "Parameter", {"shape": [4]}, dtype="float64", frozen=True,
                      init={"value": Choice("normal_", {"std": 0.3})}),
         Block("scale", "Constant", {"shape": [4], "value": 0.1}, dtype="float64"),
         Block("add", "Add"), Block("times", "Multiply"), OUT),
        (Wire("point", "add.a"), Wire("token", "add.b"), Wire("add", "times.a"),
         Wire("scale", "times.b"), Wire("times", "out")),
    ),
    "of another type": Model(
        (replace(POINT, settings={"shape": [4], "dtype": "float64"}),
         Block("body", "Linear", {"in_features": 4, "out_features": 2}, dtype="float64"), OUT),
        wires("point", "body", "out"),
    ),
}
# fmt: on


@pytest.mark.parametrize("name", MODELS)
def test_models_are_written_as_they_run(name: str) -> None:
    model = MODELS[name]
    x = torch.randn(3, 4, dtype=torch.float64 if name == "of another type" else torch.float32)
    same(project(model), x)


@pytest.mark.parametrize("shared", [False, True])
def test_repetitions_hand_on_what_they_can(shared: bool) -> None:
    model = Model(
        (POINT, Block("start", "Input", {"shape": [4]}),
         Block("cell", "Cell", repeat=3, shared=shared), Block("first", "Output"), OUT),
        (Wire("point", "cell.x"), Wire("start", "cell.h"), Wire("cell.y", "first"),
         Wire("cell.state", "out")),
        (CELL,),
    )  # fmt: skip
    same(project(model), torch.randn(3, 4), torch.randn(3, 4))


def trained(asked: Project, epochs: int) -> tuple[nn.Module, nn.Module]:
    """The models after training: by the session, and by the code's own ``main``."""
    session = gradviz.Session.from_project(asked)
    assert isinstance(session.loader, DataLoader)
    session.step_iteration(epochs * len(session.loader))
    code = to_python(asked).replace("\n    print(", "\n    return model\n    print(")
    code = code.replace("        print(f", "        pass  #").replace(
        'if __name__ == "__main__"', "MODELS = []\nif False"
    )
    made = namespace(code.replace("loss_fn = ", "MODELS.append(model)\n    loss_fn = ", 1))
    torch.manual_seed(99)
    made["main"](epochs)
    return session.model, made["MODELS"][0]


@pytest.mark.parametrize(
    "training",
    [
        {},
        {"optimizer": Choice("Adam", {"lr": 0.05})},
        {"optimizer": Choice("LBFGS", {"max_iter": 3})},
        {"scheduler": Choice("StepLR", {"step_size": 3})},
        {"scheduler": Choice("ReduceLROnPlateau", {"patience": 0})},
        {"accumulate": 3},
        {"order": ("forward", "loss", "backward", "step")},
        {"evaluate": True},
        {"seed": 11},
    ],
    ids=str,
)
def test_the_loop_trains_to_the_same_bits(training: dict[str, Any]) -> None:
    model = Model(
        (Block("point", "Input", {"shape": [2]}),
         Block("fc1", "Linear", {"in_features": 2, "out_features": 8}),
         Block("drop", "Dropout", {"p": 0.3}), Block("act", "Tanh"),
         Block("fc2", "Linear", {"in_features": 8, "out_features": 2}), OUT),
        wires("point", "fc1", "drop", "act", "fc2", "out"),
    )  # fmt: skip
    asked = project(model, **{"loss": Choice("CrossEntropyLoss"), **training})
    mine, theirs = trained(asked, 2)
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("sort", [LOSSES, OPTIMIZERS, SCHEDULERS], ids=lambda sort: sort.sort)
def test_every_part_of_training_is_written(sort: Any) -> None:
    for kind in sort:
        name = {"loss": "loss", "optimizer": "optimizer", "scheduler": "scheduler"}[sort.sort]
        text = to_python(
            project(MODELS["composite"], **{name: Choice(kind.name, SCHEDULED.get(kind.name, {}))})
        )
        assert f"{kind.name}(" in text
        ast.parse(text)


def test_the_code_is_formatted_and_says_little_that_is_default(examples: Path) -> None:
    text = to_python(gradviz.load(examples / "moons_mlp.gradviz"))
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text
    assert "self.fc1 = nn.Linear(2, 8)\n" in text
    assert "import torch\nfrom torch import Tensor, nn, optim\n" in text
    assert "gradviz" not in text


def test_the_code_of_the_demo_runs_alone(examples: Path, tmp_path: Path) -> None:
    demo = gradviz.load(examples / "letters_cnn.gradviz")
    (tmp_path / "model.py").write_text(to_python(demo), "utf-8")
    sample = "notMNIST_sample.tar.gz"
    (tmp_path / sample).write_bytes((assets() / "letters" / sample).read_bytes())
    ran = subprocess.run(
        [sys.executable, "-I", "model.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stderr == ""
    session = gradviz.Session.from_project(demo)
    session.run_iteration()
    assert ran.stdout.startswith("epoch 1: loss ")


def test_words_of_a_project_cannot_leave_their_docstring() -> None:
    note = 'ends """\nimport os\n\\'
    asked = replace(project(MODELS["composite"]), note=note, name='a"; b')
    tree = ast.parse(to_python(asked))
    assert not any(
        isinstance(node, ast.Import) and node.names[0].name == "os" for node in ast.walk(tree)
    )


@pytest.mark.parametrize("words", ["\0", "a\rb", "a\u2028b", "\x0c", "\n\n", "a" * 9000])
def test_all_words_of_a_project_are_text(words: str) -> None:
    noted = replace(RESIDUAL, note=words)
    asked = project(of(Block("body", "Residual"), noted))
    text = to_python(replace(asked, note=words, name=words))
    assert "main" in namespace(text)
    text.encode()
    assert max(map(len, to_python(replace(asked, name=words, note="")).splitlines())) < 9100
    assert len(text.partition("model = ")[2].partition("(")[0]) <= 60


def test_an_iteration_may_do_nothing() -> None:
    made = namespace(to_python(project(MODELS["composite"], order=())))
    made["main"](2)


def test_a_long_note_is_a_docstring_of_several_lines() -> None:
    said = "A note of many words, as people write them. " * 5
    model = of(Block("body", "Residual"), replace(RESIDUAL, note=f"{said}\n\n{said}"))
    text = to_python(replace(project(model), note=said))
    assert max(map(len, text.splitlines())) <= 100
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text
    made = namespace(text)
    assert made["Residual"].__doc__.split() == (said + said).split()


def test_a_parameter_may_be_called_like_a_block() -> None:
    inner = Composite(
        name="Part",
        parameters={"size": 2},
        blocks=(
            Block("x", "Input"),
            Block("size", "Linear", {"in_features": 4, "out_features": 4}),
            Block("view", "Reshape", {"shape": [-1, "=size"]}),
            Block("y", "Output"),
        ),
        wires=(Wire("x", "size"), Wire("size", "view"), Wire("view", "y")),
    )
    model = Model((POINT, Block("part", "Part"), OUT), wires("point", "part", "out"), (inner,))
    asked = project(model)
    assert "self.size_ = size" in to_python(asked)
    same(asked, torch.randn(3, 4))
