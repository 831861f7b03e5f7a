"""Blocks that are modules of a Python file as they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor, nn

import gradviz
from gradviz.cli import run
from gradviz.engine.building.shapes import infer
from gradviz.engine.catalogues.catalogues import catalogues_of
from gradviz.engine.catalogues.trusted import Trusted
from gradviz.errors import BuildError, GradvizError, ProjectError, UsageError
from gradviz.spec.data import Data
from gradviz.spec.model import Block, Choice, Composite, Model, Wire
from gradviz.spec.project import Project, Training
from gradviz.spec.pythonmodule import PythonModule

LAYERS = """
import pathlib
from dataclasses import dataclass

import torch
from torch import nn

pathlib.Path(__file__).with_suffix(".ran").touch()


@dataclass
class Output:
    logits: torch.Tensor
    aux: torch.Tensor = None


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.fc = nn.Linear(size, size)

    def forward(self, x, scale=1.0, *, mask=None):
        y = self.fc(x) * scale
        return {"logits": y, "parts": (x if mask is None else x * mask, None)}
"""
FILE = '''
"""A net as people write it."""
import pathlib

from torch import nn
from layers import Block, Output


class Net(nn.Module):
    """Some blocks in a row."""

    def __init__(self, size, *args, depth=1, **kwargs):
        super().__init__()
        self.blocks = nn.ModuleList([Block(size) for _ in range(depth)])
        self.drop = nn.Dropout(0.1)

    def forward(self, x, *more):
        for block in self.blocks:
            x = block(x)["logits"]
        for each in more:
            x = x + each
        return self.drop(x)


class Asking(nn.Module):
    def forward(self, x, y=0, *, z):
        return x + z


class Told(nn.Module):
    def forward(self, x):
        return Output(x + 1, x * 2)


def make_net(depth=2):
    return Net(4, depth=depth)


net = make_net()
size = 4

if __name__ == "__main__":
    raise SystemExit("main ran")
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "layers.py").write_text(LAYERS, encoding="utf-8")
    path = tmp_path / "model.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def project(*modules: PythonModule, model: Model | None = None) -> Project:
    """The modules in a row between an input and an output, or in a model."""
    if model is None:
        names = [f"b{i}" for i in range(len(modules))]
        ends = zip(["x", *names], [*names, "out"], strict=True)
        blocks = (Block(name, each.name) for name, each in zip(names, modules, strict=True))
        model = Model(
            (Block("x", "Input", {"shape": [4]}), *blocks, Block("out", "Output")),
            tuple(Wire(source, target) for source, target in ends),
        )
    training = Training(Choice("MSELoss"), Choice("SGD", {"lr": 0.1}), seed=3)
    return Project(
        name="wrapped",
        model=model,
        data=Data(Choice("Letters"), target="input"),
        training=training,
        modules=modules,
    )


def plain(file: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module as Python imports it."""
    monkeypatch.syspath_prepend(str(file.parent))
    import model  # type: ignore[import-not-found]  # as the file is called

    del sys.modules["model"], sys.modules["layers"]
    return model


def test_numbers_and_gradients_are_those_of_the_module(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = PythonModule(
        "Inner", str(file), "Net(4, depth=2)", "blocks.1", ("x", "mask"),
        "{logits: logits, parts: (x, _)}", {"scale": 2.0},
    )  # fmt: skip
    model = Model(
        (
            Block("x", "Input", {"shape": [4]}), Block("m", "Input", {"shape": [4]}),
            Block("b", "Inner"), Block("y", "Output"), Block("z", "Output"),
        ),
        (Wire("x", "b.x"), Wire("m", "b.mask"), Wire("b.logits", "y"), Wire("b.x", "z")),
    )  # fmt: skip
    built = gradviz.build(project(inner, model=model), trust=True)
    net = plain(file, monkeypatch).Net
    torch.manual_seed(3)
    theirs = net(4, depth=2).blocks[1]
    assert list(built.state_dict()) == [f"b.{name}" for name in theirs.state_dict()]
    assert type(built.b).__name__ == "Block"
    x, mask = torch.randn(3, 4, requires_grad=True), torch.randn(3, 4)
    y, z = built(x, mask)
    out = theirs(x, mask=mask, scale=2.0)
    assert torch.equal(y, out["logits"])
    assert torch.equal(z, out["parts"][0])
    mine = torch.autograd.grad(y.sum() + z.square().sum(), (x, *built.parameters()))
    wanted = torch.autograd.grad(
        out["logits"].sum() + out["parts"][0].square().sum(), (x, *theirs.parameters())
    )
    assert all(torch.equal(a, b) for a, b in zip(mine, wanted, strict=True))


@pytest.mark.parametrize("make", ["make_net()", "make_net", "Net(size=4, depth=2)", "net"])
def test_what_makes_it_may_be_a_class_a_function_or_an_object(make: str, file: Path) -> None:
    asked = project(PythonModule("Whole", str(file), make))
    first, second = gradviz.build(asked, trust=True), gradviz.build(asked, trust=True)
    assert len(first.b0.blocks) == 2
    pairs = list(zip(first.parameters(), second.parameters(), strict=True))
    assert pairs
    assert all(torch.equal(a, b) and a is not b for a, b in pairs)
    assert infer(asked.model, catalogues_of(asked, True).blocks).parameters["b0"] == 40


def test_tensors_go_where_forward_takes_any_number(file: Path) -> None:
    asked = PythonModule("Whole", str(file), "make_net()", inputs=("x", "a", "b"))
    made = catalogues_of(project(asked), True).blocks["Whole"].module({}, where="")
    made.eval()
    x, a, b = torch.randn(3, 2, 4)
    assert torch.equal(made(x, a, b)[0], made(x, torch.zeros(4), torch.zeros(4))[0] + a + b)


def test_a_data_class_is_taken_apart(file: Path) -> None:
    asked = PythonModule("Told", str(file), "Told", outputs="Output(logits, aux=twice)")
    kind = catalogues_of(project(asked), True).blocks["Told"]
    assert kind.outputs == ("logits", "twice")
    x = torch.randn(2, 4)
    y, twice = kind.module({}, where="")(x)
    assert torch.equal(y, x + 1)
    assert torch.equal(twice, x * 2)


def test_torchs_own_modules_need_no_trust() -> None:
    asked = project(
        PythonModule("Made", "torch.nn", "LSTM(4, 3, batch_first=True)", outputs="y, (h, c)"),
        model=Model(
            (Block("x", "Input", {"shape": [5, 4]}), Block("b", "Made"), Block("out", "Output")),
            (Wire("x", "b"), Wire("b.h", "out")),
        ),
    )
    assert asked.code == ()
    built = gradviz.build(asked)
    torch.manual_seed(3)
    theirs = nn.LSTM(4, 3, batch_first=True)
    x = torch.randn(2, 5, 4)
    assert torch.equal(built(x), theirs(x)[1][0])


def test_an_installed_module_is_trusted_as_its_file_is() -> None:
    asked = project(PythonModule("Made", "torch.nn.modules.linear", "Linear(4, 4)"))
    assert asked.code == (sys.modules["torch.nn.modules.linear"].__file__,)
    with pytest.raises(UsageError, match="has not been trusted"):
        gradviz.build(asked)
    assert isinstance(gradviz.build(asked, trust=True).b0, nn.Linear)


def test_functions_of_a_library_make_modules_if_they_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = tmp_path / "zoo_of_mine"
    zoo.mkdir()
    (zoo / "__init__.py").touch()
    text = "from torch import nn\ndef small(size) -> nn.Module:\n    return nn.Linear(size, size)\n"
    (zoo / "models.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    asked = project(PythonModule("Made", "zoo_of_mine.models", "small(4)", inputs=("input",)))
    assert asked.code == (str(zoo / "models.py"),)
    assert "zoo_of_mine" not in sys.modules
    assert isinstance(gradviz.build(asked, trust=True).b0, nn.Linear)
    assert "from zoo_of_mine.models import small\n" in gradviz.to_python(asked, trust=True)
    del sys.modules["zoo_of_mine"], sys.modules["zoo_of_mine.models"]


def test_nothing_runs_without_consent_also_not_what_is_beside_it(file: Path) -> None:
    gradviz.save(project(PythonModule("Whole", str(file), "net")), file.with_name("p.gradviz"))
    assert '"model.py"' in file.with_name("p.gradviz").read_text("utf-8")
    asked = gradviz.load(file.with_name("p.gradviz"))
    layers = file.with_name("layers.py")
    assert asked.code == (str(file), str(layers))
    for attempt in (gradviz.build, gradviz.to_python, gradviz.Session.from_project):
        with pytest.raises(UsageError, match="has not been trusted"):
            attempt(asked)
    trusted = Trusted()
    trusted.add(file)
    with pytest.raises(UsageError, match=r"layers\.py: this file has not been trusted"):
        gradviz.build(asked, trust=trusted)
    assert not layers.with_suffix(".ran").exists()
    trusted.add(layers)
    gradviz.build(asked, trust=trusted)
    layers.with_suffix(".ran").unlink()
    gradviz.build(asked, trust=trusted)
    assert not layers.with_suffix(".ran").exists()
    assert not {"model", "layers"} & set(sys.modules)
    layers.write_text(f"{LAYERS}\n# changed\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"layers\.py: this file has changed"):
        gradviz.build(asked, trust=trusted)


def test_a_session_trains_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    square = Block("x", "Input", {"shape": [1, 28, 28]})
    whole = PythonModule("Whole", str(file), "Net(28, depth=2)")
    model = Model(
        (square, Block("b", "Whole"), Block("out", "Output")), (Wire("x", "b"), Wire("b", "out"))
    )
    session = gradviz.Session.from_project(project(whole, model=model), trust=True)
    session.step_iteration()
    batch = next(iter(session.loader))[0]
    net = plain(file, monkeypatch).Net
    torch.manual_seed(3)
    theirs = net(28, depth=2)
    assert batch.shape[1:] == (1, 28, 28)
    before = {f"b.{name}": each for name, each in theirs.state_dict().items()}
    after = session.model.state_dict()
    assert list(before) == list(after)
    assert all(not torch.equal(before[name], after[name]) for name in before)
    assert any(event.module == "b.blocks.0.fc" for event in session.trace.events)


@pytest.mark.parametrize(
    ("wrapped", "said"),
    [
        ({"make": "Net"}, "Net cannot be made: TypeError: "),
        ({"make": "Nett(4)"}, "no “Nett” in it → take one of: Asking, Block, Net, Told"),
        ({"make": "Net.nothing(4)"}, "no “nothing” in it"),
        ({"make": "size"}, "“size” is no module of it, and nothing that it defines"),
        ({"make": "Output(1)"}, "Output(1) gives Output, and no nn.Module"),
        ({"path": "blocks.7"}, "Net(4) has no submodule “blocks.7” → take one of: blocks, block"),
        ({"make": "Asking", "arguments": {"a": 1, "z": 1}}, "no argument “a” → it takes: x, y, z"),
        ({"make": "Asking"}, "also wants “z”"),
        ({"make": "pathlib.Path('x')"}, "“pathlib.Path” is no module of it, and"),
        ({"file": "torch.nn", "make": "Module.torch.hub.load('x')"}, "no “torch” in it"),
        ({"file": "torch.nn", "make": "init.torch.hub.load('x')"}, "is no module of it"),
        ({"arguments": {"scale": 2.0}}, "no argument “scale” → it takes: x, more"),
        ({"make": "Told", "outputs": "a, b"}, "write its outputs as they are: Output(logits, aux)"),
        ({"outputs": "{y}"}, "say dict['y'], and it gives Tensor"),
        ({"outputs": "(y"}, "“(y” does not say how results are taken apart"),
        ({"make": "Net(open('x'))"}, "does not say what makes the module"),
        ({"make": "__import__('os')"}, "no “__import__” in it"),
        ({"file": "torch.hub", "make": "load('a/b', 'c')"}, "“load” is no module of it"),
        ({"file": "subprocess", "make": "run('ls')"}, "“run” is no module of it"),
        ({"name": "class"}, "“class” cannot name a block"),
        ({"name": "Linear"}, "there is a block “Linear” already"),
        ({"file": "nothing.there"}, "there is no module “nothing.there” here"),
        ({"file": "json-file"}, "neither a Python file nor a module"),
        ({"inputs": ("x", "x")}, "“x” cannot name an input or output"),
    ],
)  # fmt: skip
def test_what_is_no_use_is_told_in_words(wrapped: dict[str, Any], said: str, file: Path) -> None:
    asked = PythonModule(
        **{"name": "Bad", "file": str(file), "make": "Net(4)", **wrapped}  # type: ignore[arg-type]
    )
    with pytest.raises(GradvizError) as raised:
        gradviz.build(project(asked), trust=True)
    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["1 / 0", "import nothing_there", "def f(:", "raise SystemExit"])
def test_files_that_do_not_run_are_told_in_words(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.py"
    file.write_text(text, encoding="utf-8")
    gradviz.save(project(PythonModule("Whole", str(file), "Net")), tmp_path / "p.gradviz")
    assert run(["run", str(tmp_path / "p.gradviz"), "--trust"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "model.py: the file does not run" in line


def test_two_modules_of_one_name_are_refused(file: Path) -> None:
    twice = (PythonModule("Whole", str(file), "net"), PythonModule("Whole", str(file), "Net(4)"))
    with pytest.raises(ProjectError, match="two modules are called “Whole”"):
        gradviz.build(project(*twice), trust=True)


def test_a_composite_of_its_name_is_refused(file: Path) -> None:
    asked = project(PythonModule("Whole", str(file), "net"))
    same = replace(asked.model, composites=(Composite(name="Whole", blocks=()),))
    with pytest.raises(BuildError, match="a block of the catalogue is called “Whole” too"):
        gradviz.build(replace(asked, model=same), trust=True)


def test_packages_beside_it_are_found_and_left(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "__init__.py").write_text("from .inner import Half\n", encoding="utf-8")
    inner = "from torch import nn\nclass Half(nn.Module):\n    def forward(self, x): return x / 2\n"
    (parts / "inner.py").write_text(inner, encoding="utf-8")
    file = tmp_path / "net.py"
    file.write_text("from parts import Half\nimport parts.inner\n", encoding="utf-8")
    asked = project(PythonModule("Half", str(file), "parts.inner.Half"))
    assert [Path(each).relative_to(tmp_path).as_posix() for each in asked.code] == [
        "net.py", "parts/__init__.py", "parts/inner.py"
    ]  # fmt: skip
    out: Tensor = gradviz.build(asked, trust=True)(torch.ones(1, 4))
    assert torch.equal(out, torch.full((1, 4), 0.5))
    assert "parts" not in sys.modules


ODD = """
import torch
from torch import fx, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x)


class Again(nn.Module):
    def forward(self, x, depth=0):
        return x if depth == 3 else self(x * 2, depth + 1)


class Looking(Net):
    def __init__(self):
        super().__init__()
        self.scale = torch.ones(1).item()


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_forward_hook(lambda module, args, out: {"y": out["y"] * 2})

    def forward(self, x):
        return {"y": x}


def traced():
    return torch.jit.trace(Net(), torch.ones(1, 4))


def graph():
    return fx.symbolic_trace(Net())


def normed():
    return nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))


def lazy():
    return nn.Sequential(nn.LazyLinear(4))
"""


@pytest.mark.parametrize(
    ("make", "more"),
    [
        ("Again", {}),
        ("Looking", {}),
        ("Hooked", {"outputs": "{y}"}),
        ("graph()", {}),
        ("normed()", {}),
        pytest.param("traced()", {}, marks=pytest.mark.filterwarnings("ignore:.*torch.jit")),
    ],
)
def test_odd_modules_open_too(make: str, more: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(ODD, encoding="utf-8")
    asked = project(PythonModule("Odd", str(file), make, **more))
    built = gradviz.build(asked, trust=True)
    known: dict[str, Any] = {}
    exec(compile(ODD, "odd.py", "exec"), known)
    torch.manual_seed(3)
    theirs = known[make.removesuffix("()")]()
    x = torch.randn(2, 4)
    wanted = theirs(x)
    assert torch.equal(built(x), wanted["y"] if isinstance(wanted, dict) else wanted)
    assert [f"b0.{name}" for name in theirs.state_dict()] == list(built.state_dict())


def test_lazy_modules_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(ODD, encoding="utf-8")
    with pytest.raises(BuildError, match="learns the shapes of its parameters from its first"):
        gradviz.build(project(PythonModule("Odd", str(file), "lazy()")), trust=True)


def test_elsewhere_its_blocks_are_told_in_words(file: Path) -> None:
    from gradviz import commands
    from gradviz.editing import clipboard
    from gradviz.workspace import Workspace

    asked = project(PythonModule("Whole", str(file), "net"))
    other = replace(asked, modules=())
    copied = clipboard.copy(asked.model, ["b0"])
    pasted = clipboard.paste(other.model, copied).model
    problems = infer(pasted, catalogues_of(other).blocks).problems
    assert any("there is no block “Whole”" in str(problem) for problem in problems)
    part = Composite(name="Part", blocks=(Block("inner", "Whole"),))
    workspace = Workspace()
    workspace.open(replace(asked, model=replace(asked.model, composites=(part,))), None)
    with pytest.raises(UsageError, match="“Whole” is no block of gradviz, and the library holds"):
        commands.keep_composite(workspace, "Part")
