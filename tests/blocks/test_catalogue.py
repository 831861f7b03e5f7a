"""Every entry of the catalogue: built from its settings, run, its shape foretold, its gradients
checked.
"""

from __future__ import annotations

import copy
import gc
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradviz.blocks.catalogue import BLOCKS, INITS, LOSSES, OPTIMIZERS, SCHEDULERS
from gradviz.blocks.kinds import BlockKind
from gradviz.engine.building.blockmodel import flat
from gradviz.errors import BuildError
from gradviz.spec.catalogue import Kind

IMAGE, SIGNAL, VOLUME, ROWS = (2, 4, 6, 6), (2, 4, 8), (2, 4, 4, 4, 4), (3, 4)
CONV = {"in_channels": 4, "out_channels": 2, "kernel_size": 3}
RECURRENT = {"input_size": 4, "hidden_size": 3}
TRANSFORMER = {"d_model": 4, "nhead": 2, "dim_feedforward": 8, "dropout": 0.0}
SETTINGS: dict[str, dict[str, Any]] = {
    "Input": {"shape": [3, 8, 8]},
    "Linear": {"in_features": 4, "out_features": 5},
    "MyLinear": {"in_features": 4, "out_features": 5},
    "Bilinear": {"in1_features": 4, "in2_features": 4, "out_features": 2},
    "Embedding": {"num_embeddings": 9, "embedding_dim": 4},
    **{f"Conv{n}d": CONV for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": CONV for n in (1, 2, 3)},
    **{f"{way}Pool{n}d": {"kernel_size": 2} for way in ("Max", "Avg") for n in (1, 2, 3)},
    **{f"AdaptiveAvgPool{n}d": {"output_size": 2} for n in (1, 2, 3)},
    "AdaptiveMaxPool1d": {"output_size": 3},
    "AdaptiveMaxPool2d": {"output_size": [2, 3]},
    "AdaptiveMaxPool3d": {"output_size": 2},
    "LPPool2d": {"norm_type": 3.0, "kernel_size": 2},
    **{f"BatchNorm{n}d": {"num_features": 4} for n in (1, 2, 3)},
    **{f"InstanceNorm{n}d": {"num_features": 4, "affine": True} for n in (1, 2, 3)},
    "LocalResponseNorm": {"size": 3, "alpha": 0.5},
    "LayerNorm": {"normalized_shape": 6},
    "RMSNorm": {"normalized_shape": [6]},
    "GroupNorm": {"num_groups": 2, "num_channels": 4},
    "PReLU": {"num_parameters": 4},
    "RNN": RECURRENT,
    "LSTM": {**RECURRENT, "num_layers": 2, "bidirectional": True},
    "GRU": RECURRENT,
    "RNNCell": RECURRENT,
    "GRUCell": RECURRENT,
    "LSTMCell": RECURRENT,
    "EmbeddingBag": {"num_embeddings": 9, "embedding_dim": 4},
    "MultiheadAttention": {"embed_dim": 4, "num_heads": 2},
    "ScaledDotProductAttention": {"is_causal": True},
    **{f"Transformer{way}coderLayer": TRANSFORMER for way in ("En", "De")},
    "PositionalEncoding": {"d_model": 4},
    "Unflatten": {"dim": 1, "sizes": [2, 2]},
    "Reshape": {"shape": [2, -1]},
    "View": {"shape": [2, -1]},
    "Permute": {"dims": [0, 2, 3, 1]},
    "Squeeze": {"dim": 1},
    "Unsqueeze": {"dim": 1},
    "Expand": {"sizes": [-1, 3, 4]},
    "Slice": {"dim": -1, "start": 1, "stop": 5, "step": 2},
    "Pad": {"padding": [1, 2]},
    "Flip": {"dims": [1, 2]},
    "Roll": {"shift": 2},
    "Split": {"size": 1},
    "SplitThree": {"dim": -1},
    "OneHot": {"num_classes": 9},
    "PixelShuffle": {"upscale_factor": 2},
    "Expression": {"expression": "torch.tanh(a) * torch.sigmoid(b - 1) @ a[:, :1]"},
    "PixelUnshuffle": {"downscale_factor": 2},
    "ChannelShuffle": {"groups": 2},
    "Unfold": {"kernel_size": 3, "stride": 2},
    "Fold": {"output_size": 4, "kernel_size": 2, "stride": 2},
    "Repeat": {"sizes": [1, 2, 1, 1]},
    "Clamp": {"min": -0.5, "max": 0.5},
    "Parameter": {"shape": [2, 3]},
    "Values": {"values": [[1.0, -0.5], [0.25, 3.0]]},
    "Range": {"stop": 9, "start": 1, "step": 2},
    "LowerTriangle": {"shape": [3, 4], "diagonal": 1, "dtype": "bool"},
    "UpperTriangle": {"shape": [3, 4]},
    "Constant": {"shape": [2], "value": 0.5},
}
SHAPES: dict[str, tuple[int, ...]] = {
    **{f"{name}1d": SIGNAL for name in ("Conv", "ConvTranspose", "MaxPool", "AvgPool")},
    **{f"{name}3d": VOLUME for name in ("Conv", "ConvTranspose", "MaxPool", "AvgPool")},
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveMaxPool1d", "InstanceNorm1d"), SIGNAL),
    **dict.fromkeys(("AdaptiveAvgPool3d", "AdaptiveMaxPool3d", "InstanceNorm3d"), VOLUME),
    "Dropout1d": SIGNAL,
    "Dropout3d": VOLUME,
    "Fold": (2, 8, 4),
    "BatchNorm1d": SIGNAL,
    "BatchNorm3d": VOLUME,
    **dict.fromkeys(("Linear", "MyLinear", "Bilinear"), ROWS),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), (2, 3, 4)),
    **dict.fromkeys(("MultiheadAttention", "ScaledDotProductAttention"), (2, 3, 4)),
    **dict.fromkeys(("TransformerEncoderLayer", "TransformerDecoderLayer"), (2, 3, 4)),
    "PositionalEncoding": (2, 3, 4),
    **dict.fromkeys(("CosineSimilarity", "PairwiseDistance", "Normalize"), ROWS),
    "MatMul": (2, 3, 3),
    "Expand": (2, 1, 4),
    "Squeeze": (2, 1, 4),
    "Diagonal": (2, 3, 4),
}
CELLS = {
    **dict.fromkeys(("RNNCell", "GRUCell"), ((2, 4), (2, 3))),
    "LSTMCell": ((2, 4), (2, 3), (2, 3)),
}
WHOLE = {"Embedding": (2, 3), "EmbeddingBag": (2, 3), "OneHot": (2, 3)}
NO_GRADIENT = {"Embedding", "EmbeddingBag", "OneHot", "ArgMax", "Detach"}
RANDOM = {"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "RReLU"}
POSITIVE = {"Log", "Sqrt", "Divide", "Power", "LPPool2d"}


def inputs_of(kind: BlockKind) -> list[Tensor]:
    """Numbers that fit the block, none near a place where it has no derivative."""
    generator = torch.Generator().manual_seed(1)
    count = 2 if kind.variadic else len(kind.inputs)
    if kind.name in WHOLE:
        return [torch.randint(9, WHOLE[kind.name], generator=generator)]
    found = []
    for place in range(count):
        shape = SHAPES.get(kind.name, IMAGE)
        if kind.name in CELLS:
            shape = CELLS[kind.name][place]
        numbers = torch.randperm(torch.Size(shape).numel(), generator=generator).double()
        value = (numbers + 0.3) / numbers.numel() * 4
        found.append((value + 0.5 if kind.name in POSITIVE else value - 2).reshape(shape))
    if kind.name == "Gather":
        found[1] = torch.randint(4, shape, generator=generator)
    if kind.name == "Where":
        found[0] = (found[0] > 0).double()
    return found


def made(kind: BlockKind) -> nn.Module:
    return kind.module(SETTINGS.get(kind.name, {}), where="test").double()


def results(module: nn.Module, *inputs: Tensor) -> tuple[Tensor, ...]:
    return tuple(flat(module(*inputs)))


@pytest.fixture(params=list(BLOCKS), ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> BlockKind:
    found: BlockKind = request.param
    return found


def test_every_block_says_what_it_does(kind: BlockKind) -> None:
    assert kind.summary.endswith(".")
    assert len(kind.summary) <= 200
    assert kind.forward
    assert kind.backward or kind.name == "Input" or (kind.sort == "source" and not kind.learns)
    assert kind.group


def test_the_shape_of_every_block_is_foretold(kind: BlockKind) -> None:
    torch.manual_seed(0)
    module, inputs = made(kind), inputs_of(kind)
    if kind.name == "Input":
        inputs = [torch.zeros(IMAGE)]
    with torch.device("meta"):
        twin = made(kind)
    got = results(module, *inputs)
    foretold = results(twin, *(value.to("meta") for value in inputs))
    assert [(each.shape, each.dtype) for each in got] == [
        (each.shape, each.dtype) for each in foretold
    ]
    assert len(got) == len(kind.outputs)


def test_the_gradients_of_every_block_are_right(kind: BlockKind) -> None:
    if kind.name in NO_GRADIENT | RANDOM or kind.name == "Input" or kind.sort == "source":
        return
    torch.manual_seed(0)
    module = made(kind)
    inputs = [
        value.requires_grad_() if value.is_floating_point() and kind.name != "Where" else value
        for value in inputs_of(kind)
    ]
    if kind.name == "Where":
        inputs[1:] = [value.requires_grad_() for value in inputs[1:]]
    taking = [value for value in inputs if value.requires_grad]
    parameters = list(module.parameters())

    def run(*numbers: Tensor) -> tuple[Tensor, ...]:
        rest = iter(numbers)
        fed = [next(rest) if value.requires_grad else value for value in inputs]
        names = [name for name, _ in module.named_parameters()]
        weights = dict(zip(names, rest, strict=True))
        out = torch.func.functional_call(module, weights, tuple(fed))
        return tuple(each for each in flat(out) if each.requires_grad)

    assert torch.autograd.gradcheck(run, (*taking, *parameters), fast_mode=True)


LEFT_OUT = {
    "_freeze": "a block is frozen by itself",
    "_weight": "a tensor",
    "bias": "of normalisation: torch 2.6 has none",
    "device": "that of the project",
    "dtype": "a block has one of its own",
    "include_last_offset": "of bags of several lengths",
    "max_value": "an old name",
    "min_value": "an old name",
    "recompute_scale_factor": "changes the size a little at most",
    "return_indices": "changes what comes out",
    "unflattened_size": "called sizes",
}


@pytest.mark.parametrize(
    "kind", [each for each in BLOCKS if each.sort == "layer"], ids=lambda kind: kind.name
)
def test_every_layer_has_torchs_settings(kind: BlockKind) -> None:
    plain = getattr(nn, kind.name, None)
    if plain is None or kind.name in ("RNN", "LSTM", "GRU"):  # which hand them on to their base
        return
    torchs = inspect.signature(plain.__init__).parameters.values()
    known = {each.name: each.default for each in torchs if each.kind is each.POSITIONAL_OR_KEYWORD}
    missing = set(known) - {"self"} - set(kind.form.__struct_fields__)
    if kind.name.startswith("ConvTranspose"):
        missing -= {"padding_mode"}  # which is zeros and nothing else
    assert missing <= LEFT_OUT.keys()
    for name, default in kind.defaults().items():
        usual = {"batch_first": True}.get(name, known.get(name))
        ours = name in ("scale_factor", "dim", "activation") or kind.name == "Threshold"
        if name in known and not ours:
            assert default == usual, name


def test_a_parameter_is_trained_and_a_constant_is_not() -> None:
    learned = made(BLOCKS["Parameter"])
    assert [tuple(each.shape) for each in learned.parameters()] == [(2, 3)]
    fixed = made(BLOCKS["Constant"])
    assert list(fixed.parameters()) == []
    assert torch.equal(fixed(), torch.full((2,), 0.5, dtype=torch.float64))
    assert "value" in fixed.state_dict()


def test_an_operation_is_told_by_its_name() -> None:
    module = BLOCKS["Mean"].module({"dim": [2, 3]}, where="test")
    assert repr(module) == "Mean(dim=(2, 3), keepdim=False)"
    twin = copy.deepcopy(module)
    assert torch.equal(twin(torch.ones(IMAGE)), module(torch.ones(IMAGE)))


def test_the_diagonal_is_that_of_torch() -> None:
    x = torch.randn(3, 4, 5)
    assert torch.equal(BLOCKS["Diagonal"].make(x), torch.diagonal(x, dim1=1, dim2=2))


def test_a_slice_is_pythons() -> None:
    x = torch.arange(60).reshape(3, 4, 5)
    sliced = BLOCKS["Slice"].module({"dim": -1, "start": 1, "step": 2}, where="test")
    assert torch.equal(sliced(x), x[..., 1::2])


def test_results_have_the_names_of_their_ports() -> None:
    assert BLOCKS["LSTM"].outputs == ("output", "h", "c")
    assert BLOCKS["MultiheadAttention"].inputs == ("query", "key", "value")
    assert BLOCKS["Concat"].variadic
    assert BLOCKS["Sigmoid"].backward == ("dx = dy · y · (1 - y)",)


def target_of(name: str, scores: Tensor) -> Tensor:
    if name in ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss"):
        return torch.tensor([0, 1, 2, 0])
    if name in ("SoftMarginLoss", "HingeEmbeddingLoss"):
        return torch.ones_like(scores).index_fill_(1, torch.tensor([1]), -1.0)
    if name == "KLDivLoss":
        return torch.rand_like(scores).softmax(1)
    return torch.rand_like(scores).round() if "BCE" in name else torch.rand_like(scores)


@pytest.mark.parametrize("kind", list(LOSSES), ids=lambda kind: kind.name)
def test_every_loss_gives_one_number_and_right_gradients(kind: Kind[nn.Module]) -> None:
    torch.manual_seed(0)
    loss = LOSSES.made(kind.name, {}, where="test")
    scores = torch.randn(4, 3, dtype=torch.float64)
    if kind.name in ("NLLLoss", "KLDivLoss"):
        scores = scores.log_softmax(1)
    if kind.name == "BCELoss":
        scores = scores.sigmoid()
    target = target_of(kind.name, scores)
    scores.requires_grad_()
    assert loss(scores, target).shape == ()
    assert torch.autograd.gradcheck(lambda x: loss(x, target), (scores,))
    assert kind.forward
    assert kind.backward


AS_TORCH_DECIDES = {"foreach", "fused", "capturable", "differentiable"}
"""How an optimizer calculates, which changes nothing of what comes out."""


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.name)
def test_every_optimizer_has_torchs_settings_and_steps(kind: Kind[torch.optim.Optimizer]) -> None:
    torchs = inspect.signature(getattr(torch.optim, kind.name)).parameters
    settings = set(torchs) - {"params"} - AS_TORCH_DECIDES
    assert set(kind.form.__struct_fields__) <= settings
    if kind.name == "Adam":
        settings -= {"decoupled_weight_decay"}  # which makes an AdamW of it
    if kind.name != "Muon":  # whose Newton-Schulz coefficients stay torch's
        assert set(kind.form.__struct_fields__) == settings
    parameter = nn.Parameter(torch.ones(3, 2))
    optimizer = OPTIMIZERS.made(kind.name, {}, where="test", params=[parameter])
    plain = getattr(torch.optim, kind.name)([nn.Parameter(torch.ones(3, 2))])
    for name in kind.form.__struct_fields__:
        if name in plain.defaults:
            assert optimizer.defaults[name] == plain.defaults[name], name

    def closure() -> float:
        grad = torch.full((3, 2), 0.5)
        parameter.grad = grad.to_sparse(1) if kind.name == "SparseAdam" else grad
        return 1.0

    closure()
    optimizer.step(closure)  # type: ignore[arg-type]
    assert not torch.equal(parameter, torch.ones(3, 2))


def test_every_optimizer_of_torch_is_there() -> None:
    torchs = {
        name
        for name, each in vars(torch.optim).items()
        if isinstance(each, type) and issubclass(each, torch.optim.Optimizer)
    }
    assert {kind.name for kind in OPTIMIZERS} == torchs - {"Optimizer"}


SCHEDULED: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": 2},
    "ExponentialLR": {"gamma": 0.8},
    "MultiStepLR": {"milestones": [1, 3]},
    "CosineAnnealingLR": {"T_max": 4},
    "CosineAnnealingWarmRestarts": {"T_0": 3},
    "CyclicLR": {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 2, "cycle_momentum": False},
    "OneCycleLR": {"max_lr": 0.5, "total_steps": 6},
    "ReduceLROnPlateau": {"patience": 0},
}


def rates(make: Callable[[torch.optim.Optimizer], Any], *metric: float) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.3, momentum=0.9)
    scheduler = make(optimizer)
    found = []
    for _ in range(5):
        optimizer.step()
        scheduler.step(*metric)
        found.append(optimizer.param_groups[0]["lr"])
    return found


@pytest.mark.parametrize("kind", list(SCHEDULERS), ids=lambda kind: kind.name)
def test_every_scheduler_is_torchs(kind: Kind[torch.optim.lr_scheduler.LRScheduler]) -> None:
    given = SCHEDULED.get(kind.name, {})
    metric = (1.0,) if kind.name == "ReduceLROnPlateau" else ()
    plain = getattr(torch.optim.lr_scheduler, kind.name)

    def make(optimizer: torch.optim.Optimizer) -> object:
        return SCHEDULERS.made(kind.name, given, where="test", optimizer=optimizer)

    ours = rates(make, *metric)
    assert ours == rates(lambda optimizer: plain(optimizer, **given), *metric)
    assert len(set(ours)) > 1
    assert kind.formulas


@pytest.mark.parametrize("kind", list(INITS), ids=lambda kind: kind.name)
def test_every_initialisation_is_torchs(kind: Kind[Tensor]) -> None:
    settings: dict[str, Any] = {"constant_": {"val": 0.3}, "sparse_": {"sparsity": 0.1}}
    given = settings.get(kind.name, {})
    shape = (4, 4, 3) if kind.name == "dirac_" else (4, 5)
    torch.manual_seed(3)
    mine = INITS.made(kind.name, given, where="test", tensor=torch.empty(shape))
    torch.manual_seed(3)
    assert torch.equal(mine, getattr(nn.init, kind.name)(torch.empty(shape), **given))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"in_features": 2}, "needs a value for out_features"),
        ({"in_features": 0, "out_features": 2}, "in_features"),
        ({"in_features": "2", "out_features": 2}, "must be int, not str"),
        ({"in_features": 2, "out_features": 2, "size": 1}, "no setting “size”"),
        ({"in_features": 2.5, "out_features": 2}, "must be int, not float"),
    ],
)
def test_wrong_settings_name_the_block_and_its_form(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BuildError, match="fc1: Linear") as caught:
        BLOCKS["Linear"].checked(settings, where="fc1")
    assert said in str(caught.value)
    assert "in_features, out_features, bias=True" in str(caught.value)


@pytest.mark.parametrize("kernel", [[3], [3, 3, 3], [0, 3], "same", 2.5])
def test_a_pair_has_two_parts(kernel: object) -> None:
    settings: Any = {**CONV, "kernel_size": kernel}
    with pytest.raises(BuildError, match=r"conv: Conv2d\.kernel_size"):
        BLOCKS["Conv2d"].checked(settings, where="conv")
    gc.collect()
    assert BLOCKS["Conv2d"].checked({**CONV, "kernel_size": [3, 1]}, where="conv")[
        "kernel_size"
    ] == (3, 1)
    gc.collect()


def test_an_unknown_block_proposes_near_ones() -> None:
    with pytest.raises(BuildError, match=r"no block “Lineal”.*Linear"):
        BLOCKS.kind("Lineal", where="$.model.blocks[1]")
