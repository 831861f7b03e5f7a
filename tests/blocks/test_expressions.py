"""The block that is a formula: what it computes is torch's, and what a text can do is bounded."""

from __future__ import annotations

import ast
import copy
import math
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import gradviz
from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.expressions import check, read
from gradviz.blocks.tensorfunctions import HOMES, function_of, functions, is_method, methods
from gradviz.engine.building.assembly import Assembler
from gradviz.engine.building.plan import Planner
from gradviz.engine.building.shapes import infer
from gradviz.errors import BuildError, ExpressionError, GradvizError
from gradviz.spec.model import Block, Model, Wire
from gradviz.trace.events import OpRan

KIND = BLOCKS["Expression"]
PYTHON: dict[str, Any] = {"torch": torch, "F": F, "math": math, "float": float, "int": int}
"""What the names of an expression are where one writes it by hand."""
WORKING = [
    "a",
    "torch.tanh(a) * torch.sigmoid(b)",
    "a.view(a.shape[0], -1)",
    "a.view(a.size(0), -1)",
    'torch.einsum("bhid,bhjd->bhij", a, b)',
    "F.normalize(a, dim=-1)",
    'a.masked_fill(b > 0, float("-inf")).softmax(-1)',
    "torch.fft.fft(a, dim=-1).real",
    "torch.fft.irfft(torch.fft.rfft(a).conj(), n=4)",
    "a[:, -1]",
    "a[..., None, 1:3]",
    "a[:, [0, 2]]",
    "a[:, b[0, 0, 0, :2].abs().long() % 3]",
    "torch.max(a, dim=1)[0]",
    "a.max(dim=1).values + a.min(dim=1).values",
    "a.to(torch.float64)",
    "a.to(dtype=b.dtype, device=b.device)",
    "torch.randn_like(a) * a",
    'F.interpolate(a, size=(8, 8), mode="bilinear", align_corners=False)',
    "torch.topk(a, 2, dim=-1)[0]",
    "torch.topk(a, 2, dim=-1)[1]",
    "a.std(dim=1, keepdim=True)",
    "torch.arange(a.shape[1], device=a.device)",
    "torch.cat([a, b[:1].expand(a.shape[0], -1, -1, -1)], dim=1)",
    "torch.zeros(a.shape[0], 4, device=a.device)",
    "a @ b.mT / math.sqrt(a.shape[-1])",
    "(-a ** 2 % 0.7).detach() // 0.1 + a",
    "~(a > 0) & (b <= 1) | (a != b) ^ (a == 0)",
    "a.reshape(a.shape[:2] + (-1,))",
    "torch.where(a > 0, a, 0.1 * b)",
    "torch.linalg.slogdet(a[:, :, :3, :3]).logabsdet",
    "torch.linalg.norm(a, dim=-1)",
    "torch.special.expit(a)",
    "torch.nn.functional.gelu(a, approximate='tanh')",
    "F.relu(a, inplace=False)",
    "torch.stack(a.unbind(1)[::-1], dim=1)",
    "a.split(2, dim=-1)[1]",
    "torch.full((2, a.ndim), math.pi, dtype=a.dtype)",
    "torch.tensor([[1.0, 2.0], [3.0, float('nan')]])",
    "a.clamp(min=-0.5, max=None).cumsum(dim=int(1.0))",
    "torch.triu(torch.ones(4, 4), diagonal=1).bool()",
    "F.scaled_dot_product_attention(a, b, b, is_causal=True)",
    "F.max_pool2d(a, 2, return_indices=True)[0]",
    "a.contiguous(memory_format=torch.channels_last)",
    "F.layer_norm(a, a.shape[1:])",
    "a.expand_as(b).transpose(1, 2).flatten(2).unsqueeze(-1)",
]
REFUSED = [
    ("", "cannot be read"),
    ("a b", "cannot be read (column 3)"),
    ("a = b", "cannot be read"),
    ("torch.relu(a", "cannot be read"),
    ("\ud800", "cannot"),
    ("a" * 5000, "too long"),
    ("-" * 100 + "a", "too much is nested"),
    ("(" * 1500 + "a" + ")" * 400, "cannot be read"),
    ('__import__("os").system("true")', "cannot call"),
    ("open('file')", "cannot call"),
    ("print(a)", "cannot call “print”"),
    ("a.__class__", "cannot ask for “__class__” (column 1)"),
    ("a.__class__.__mro__[1].__subclasses__()", "cannot call"),
    ("a.shape.__len__()", "cannot call"),
    ("a._grad_fn", "cannot ask"),
    ("a.grad", "cannot ask"),
    ("a.data", "cannot ask"),
    ("a.storage()", "cannot call"),
    ("a.relu_()", "cannot call “relu_”"),
    ("a.relu", "call it: relu()"),
    ("a.item()", "cannot call"),
    ("a.tolist()", "cannot call"),
    ("a.numpy()", "cannot call"),
    ("a.backward()", "cannot call"),
    ("a.register_hook(b)", "cannot call"),
    ("a.requires_grad_()", "cannot call"),
    ("a.set_(b)", "cannot call"),
    ("a.cpu()", "cannot call"),
    ('a.to("cpu")', "names a device"),
    ("a.to(0)", "names a device"),
    ('torch.zeros(3, device="cpu")', "device=a.device"),
    ("torch.zeros(3, requires_grad=True)", "requires_grad=True"),
    ('torch.load("x")', "cannot call “torch.load”"),
    ('torch.save(a, "x")', "cannot call"),
    ('torch.from_file("x")', "cannot call"),
    ('torch.hub.load("x", "y")', "cannot call"),
    ('torch.ops.load_library("x")', "cannot call"),
    ("torch.ops.aten.relu(a)", "cannot call"),
    ("torch.jit.script(a)", "cannot call"),
    ("torch.compile(a)", "cannot call"),
    ('torch.device("cpu")', "cannot call"),
    ("torch.cond(a, b, b)", "cannot call"),
    ("torch.manual_seed(1)", "cannot call"),
    ("torch.set_default_dtype(torch.float64)", "cannot call"),
    ("torch.serialization", "cannot stand"),
    ("torch.sin", "call it"),
    ("torch", "there is no name"),
    ("torch.softmx(a)", "torch.softmax"),
    ("a.sofmax(1)", "softmax"),
    ("hello", "call the inputs a, b, c and so on"),
    ("a + d", "nothing is connected to the input “d” (column 5)"),
    ("torch.add(a, b, out=a)", "leave it out"),
    ("F.relu(a, True)", "leave inplace out"),
    ("F.dropout(a, 0.5, True, inplace=True)", "leave inplace out"),
    ("torch.cat(*a)", "cannot stand"),
    ("torch.cat(**a)", "cannot stand"),
    ("lambda: a", "cannot stand"),
    ("[b for b in a]", "cannot stand"),
    ('f"{a}"', "cannot stand"),
    ("(a := b)", "cannot stand"),
    ("a if a else b", "torch.where"),
    ("a and b", "&, | and ~"),
    ("not a", "&, | and ~"),
    ("a is b", "cannot stand"),
    ("0 < a < 1", "(a > 0) & (a < 1)"),
    ("a << 2", "cannot stand"),
    ("{a: b}", "cannot stand"),
    ("9 ** 9 ** 9", "too large a number"),
    ("10 ** 400", "too large a number"),
    ("2 ** 62 * 4", "too large a number"),
    ("9" * 400, "too large a number"),
    ('"a" * 10 ** 12', "texts are arguments"),
    ("(1,) * 10 ** 12", "needs tensors or numbers"),
    ("1 / 0", "division by zero"),
    ("a[b'x']", "cannot stand"),
    ("a['x']", "texts are arguments"),
    ("a.shape['x']", "texts are arguments"),
    ("a[:b]", "must be whole numbers"),
    ("a.shape.real", "is not there"),
    ("(1).relu()", "is no tensor"),
    ("a.values", "is not there"),
    ("float(a)", "needs a number"),
    ("float('1')", "texts are arguments"),
    ("math.factorial(9)", "cannot call"),
    ("a.shape", "not one tensor"),
    ("a.split(1)", "not one tensor"),
    ("1.5", "not one tensor"),
    ("torch.float32", "not one tensor"),
    ("torch.tensordot(a, b, dims=10 ** 9)", "more than 1000 tensors"),
    ("torch.zeros(1).expand(10 ** 9).unbind()[0]", "more than 1000 tensors"),
    ("torch.unbind(input=torch.zeros(10 ** 9))[0]", "more than 1000 tensors"),
    ("torch.zeros(10 ** 9).split(split_size=3, dim=0)[0]", "more than 1000 tensors"),
    ("torch.tensor_split(a, 10 ** 9)[0]", "more than 1000 tensors"),
]


def inputs(count: int = 2) -> list[Tensor]:
    generator = torch.Generator().manual_seed(2)
    return [torch.randn(2, 3, 4, 4, generator=generator) for _ in range(count)]


def by_hand(expression: str, *tensors: Tensor) -> Tensor:
    """What Python itself makes of it."""
    known = dict(zip("abcdefgh", tensors, strict=False))
    return eval(expression, {**PYTHON, **known})  # type: ignore[no-any-return]


def made(expression: str) -> torch.nn.Module:
    return KIND.module({"expression": expression}, where="block")


def model(expression: str, *ports: str) -> Model:
    ends = tuple(Block(f"in{port}", "Input", {"shape": [3, 4, 4]}) for port in ports)
    block = Block("block", "Expression", {"expression": expression})
    into = tuple(Wire(end.name, f"block.{port}") for end, port in zip(ends, ports, strict=True))
    return Model((*ends, block, Block("out", "Output")), (*into, Wire("block", "out")))


@pytest.mark.parametrize("expression", WORKING)
def test_it_is_what_python_makes_of_it(expression: str) -> None:
    mine, theirs = ([each.clone().requires_grad_() for each in inputs()] for _ in range(2))
    torch.manual_seed(1)
    got = made(expression)(*mine)
    torch.manual_seed(1)
    wanted = by_hand(expression, *theirs)
    assert got.dtype == wanted.dtype
    assert torch.equal(got.nan_to_num(), wanted.nan_to_num())
    assert got.requires_grad == wanted.requires_grad
    if got.requires_grad:
        for each in (got, wanted):
            each.abs().sum().backward()
        for a, b in zip(mine, theirs, strict=True):
            assert (a.grad is None) == (b.grad is None)
            assert a.grad is None or b.grad is None or torch.equal(a.grad, b.grad)


@pytest.mark.parametrize("expression", WORKING)
def test_its_shape_is_foretold(expression: str) -> None:
    shapes = infer(model(expression, "a", "b"))
    assert not shapes.problems
    with torch.device("meta"):
        twin = made(expression)(*(each.to("meta") for each in inputs()))
    assert twin.shape == by_hand(expression, *inputs()).shape


@pytest.mark.parametrize(("expression", "said"), REFUSED, ids=lambda each: each[:40])
def test_what_is_refused_says_why(expression: str, said: str) -> None:
    with pytest.raises(GradvizError) as caught, torch.device("meta"):
        made(expression)(*(each.to("meta") for each in inputs()))
    assert said in str(caught.value)
    problems = infer(model(expression, "a", "b")).problems
    assert [each.block for each in problems] == ["block"]


def test_it_tells_which_inputs_it_uses() -> None:
    assert check("c + a @ torch.cat([aa, z])") == ("a", "c", "z", "aa")
    assert check("torch.ones(3)") == ()
    assert check("  a\n + b\t") == ("a", "b")
    with pytest.raises(ExpressionError) as caught:
        check("torch.relu(ä)")
    assert caught.value.column == 12


def test_it_is_read_once() -> None:
    read.cache_clear()
    block = made("a * 2")
    for _ in range(3):
        block(torch.ones(2))
    assert read.cache_info().misses == 1
    assert repr(block) == "Expression(expression='a * 2')"
    assert torch.equal(copy.deepcopy(block)(torch.ones(2)), torch.full((2,), 2.0))


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (("a", "c"), "nothing is connected to the input “b”"),
        (("b",), "nothing is connected to the input “a”"),
        (("a", "tensor"), "nothing is connected to the input “b”"),
        (("a", "b"), "nothing is connected to the input “c”"),
        ((), "nothing is connected to the input “a”"),
    ],
)
def test_no_input_may_be_left_out(ports: tuple[str, ...], said: str) -> None:
    problems = infer(model("a - b * c", *ports)).problems
    assert [each.block for each in problems] == ["block"]
    assert said in str(problems[0])


def test_it_may_need_no_input() -> None:
    assert infer(model("torch.ones(3, 2)")).outputs["block"] == ((3, 2),)
    assert torch.equal(made("torch.ones(3, 2)")(), torch.ones(3, 2))


def test_inputs_are_taken_by_their_names() -> None:
    a, b, c = inputs(3)
    assert torch.equal(made("c - a")(a, b, c), c - a)


def test_its_operations_are_recorded_with_its_name() -> None:
    built = Assembler(Planner(model("torch.tanh(a) * torch.sigmoid(b)", "a", "b"))).assembled()
    tensors = inputs()
    with gradviz.record(built) as trace:
        built(*tensors)
    ops = [(each.op, each.module) for each in trace.events if isinstance(each, OpRan)]
    assert ops == [("tanh", "block"), ("sigmoid", "block"), ("mul", "block")]


DANGEROUS = {
    *("load", "save", "from_file", "from_numpy", "frombuffer", "from_dlpack", "compile", "hub"),
    *("jit", "ops", "library", "classes", "utils", "package", "export", "serialization", "os"),
    *("sys", "backward", "item", "tolist", "numpy", "register_hook", "requires_grad_", "set_"),
    *("retain_grad", "share_memory_", "storage", "untyped_storage", "data_ptr", "apply_", "map_"),
    *("module_load", "manual_seed", "seed", "set_rng_state", "get_rng_state", "set_num_threads"),
    *("set_default_dtype", "set_default_device", "use_deterministic_algorithms", "set_warn_always"),
    *(
        "set_printoptions",
        "no_grad",
        "enable_grad",
        "autograd",
        "func",
        "vmap",
        "import_ir",
    ),
    *("while_loop", "Tensor", "Generator", "Storage", "record_stream", "cuda", "cpu"),
    *("pin_memory", "resize_", "resize", "resize_as", "random_", "copy_", "zero_", "detach_"),
    *("empty", "empty_like", "is_tensor", "typename", "import_module", "importlib", "inspect"),
    *("warnings", "boolean_dispatch", "handle_torch_function", "has_torch_function", "Callable"),
    *("data", "grad", "grad_fn", "fork", "wait", "parse_ir", "parse_type_comment", "merge_type"),
    *("unify_type_list", "init_num_threads", "read_vitals", "set_vital", "multiprocessing"),
}
"""Names that run code, touch files, or change what is not theirs."""


def everything() -> Iterator[tuple[str, str]]:
    for home, module in HOMES.items():
        yield from ((home, name) for name in dir(module))
    yield from (("", name) for name in dir(Tensor))


def allowed(home: str, name: str) -> bool:
    return is_method(name) if not home else function_of(home, name) is not None


def test_nothing_dangerous_may_be_called() -> None:
    found = {(home, name) for home, name in everything() if allowed(home, name)}
    assert len(found) > 800
    for home, name in found:
        assert name not in DANGEROUS, (home, name)
        assert not name.startswith("_"), (home, name)
        assert not name.endswith("_"), (home, name)
        function = getattr(HOMES[home], name) if home else getattr(Tensor, name)
        assert not isinstance(function, type), (home, name)


def test_what_may_be_called_is_torchs_own_and_knows_no_files() -> None:
    """Its functions of Python are of modules that compute, and name nothing that reaches out."""
    reaching = {
        "open",
        "exec",
        "eval",
        "compile",
        "__import__",
        "os",
        "sys",
        "subprocess",
        "pickle",
    }
    for home, name in everything():
        function = getattr(HOMES[home] if home else Tensor, name, None)
        if not allowed(home, name) or not hasattr(function, "__code__"):
            continue
        if function.__name__ == "fn":  # one of two functions, by an argument
            continue
        assert function.__module__ in {"torch.functional", "torch.nn.functional", "torch._tensor"}
        assert not reaching & set(function.__code__.co_names), (home, name)


@pytest.mark.parametrize("home", ["", *HOMES])
def test_dangerous_names_are_refused(home: str) -> None:
    for name in sorted(DANGEROUS):
        for written in (f"{home or 'a'}.{name}(a)", f"{home or 'a'}.{name}"):
            with pytest.raises(ExpressionError):
                check(written)


def test_all_lists_are_torchs() -> None:
    assert "torch.tanh" in functions()
    assert "F.interpolate" in functions()
    assert "torch.fft.rfft" in functions()
    assert "softmax" in methods()
    assert all(callable(getattr(Tensor, name)) for name in methods())


NAMES = st.sampled_from(["a", "b", "c", "torch", "F", "math", "float", "x_", "__import__"])
LEAVES = st.one_of(
    NAMES,
    st.integers(-3, 10**12).map(str),
    st.floats().map(repr),
    st.sampled_from(['"sum"', "None", "True", "...", "torch.float64", "[]", "()", ":", "1j"]),
)
CALLED = st.sampled_from([*functions(), *(f"torch.{name}" for name in sorted(DANGEROUS))])
ASKED = st.sampled_from([*methods(), *sorted(DANGEROUS), "shape", "values", "T", "__dict__"])
KEYWORDS = st.sampled_from(["", "dim=", "keepdim=", "size=", "dtype=", "out=", "n=", "input="])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(st.tuples(KEYWORDS, inner).map("".join), max_size=3).map(", ".join)
    signs = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "@", "<", "==", "&", "|", "and"])
    return st.one_of(
        st.tuples(inner, signs, inner).map(lambda each: f"({' '.join(each)})"),
        st.tuples(CALLED, arguments).map(lambda each: f"{each[0]}({each[1]})"),
        st.tuples(inner, ASKED, arguments).map(lambda each: f"({each[0]}).{each[1]}({each[2]})"),
        st.tuples(inner, ASKED).map(lambda each: f"({each[0]}).{each[1]}"),
        st.tuples(inner, inner).map(lambda each: f"({each[0]})[{each[1]}]"),
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        inner.map(lambda each: f"-{each}"),
    )


EXPRESSIONS = st.recursive(LEAVES, larger, max_leaves=8)


def tried(expression: str) -> None:
    """Either there is a shape, or it is said of the block why there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes = infer(model(expression, "a", "b"))
    if "block" not in shapes.outputs:
        assert [type(each) for each in shapes.problems] == [BuildError]
        assert shapes.problems[0].block == "block"
        assert str(shapes.problems[0])


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_gives_a_shape_or_says_why_not(expression: str) -> None:
    tried(expression)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60).filter(lambda text: not text.startswith("=")))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    tried(text)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_the_tree_alone_decides(expression: str) -> None:
    """Written by Python from its own tree, an expression uses the same inputs."""
    try:
        names = check(expression)
    except ExpressionError:
        return
    assert check(ast.unparse(ast.parse(expression, mode="eval"))) == names
