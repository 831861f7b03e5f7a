"""Every kind of torch module: one training step recorded gives the bits of the same step plain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.engine.record.record import recording
from gradviz.trace.events import Failed, OpRan
from tests.engine.compare import marks, same, tensors, unlike_now, unreadable

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*weight_norm.*deprecated:FutureWarning",
    "ignore:.*nested_tensor:UserWarning",
    "ignore:Lazy modules:UserWarning",
    "ignore:LSTM with projections is not supported with oneDNN:UserWarning",
    "ignore:Initializing zero-element tensors:UserWarning",
)


class Case(NamedTuple):
    make: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Any, ...]]


def floats(*shapes: tuple[int, ...]) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: tuple(torch.randn(shape) for shape in shapes)


def signal(*shape: int) -> Callable[[], tuple[Tensor, ...]]:
    return floats(shape)


def classes(batch: int, count: int) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: (torch.randn(batch, count), torch.randint(0, count, (batch,)))


def tokens(*shape: int, count: int = 7) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: (torch.randint(0, count, shape),)


def pairs(activation: Callable[[Tensor], Tensor] = lambda x: x) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: (activation(torch.randn(4, 3)), activation(torch.randn(4, 3)))


def packed() -> tuple[Any, ...]:
    x = torch.randn(5, 3, 4)
    return (nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3, 2])),)


class Sum(nn.Module):
    """Modules in a list and a dict, parameters in a list, a tuple and a dict in and out."""

    def __init__(self) -> None:
        super().__init__()
        self.many = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])
        self.by_name = nn.ModuleDict({"a": nn.Tanh()})
        self.scales = nn.ParameterList([torch.ones(3), torch.zeros(3)])
        self.shifts = nn.ParameterDict({"x": torch.ones(3)})

    def forward(self, given: dict[str, Tensor]) -> dict[str, Any]:
        x = sum(module(given["x"]) for module in self.many)
        x = self.by_name["a"](x) * self.scales[0] + self.shifts["x"]
        return {"out": (x, x * 2), "shape": x.shape}


CASES: dict[str, Case] = {
    "Linear": Case(lambda: nn.Linear(3, 2), signal(4, 3)),
    "Linear without bias": Case(lambda: nn.Linear(3, 2, bias=False), signal(3)),
    "Bilinear": Case(lambda: nn.Bilinear(3, 4, 2), floats((5, 3), (5, 4))),
    "Identity": Case(nn.Identity, signal(2, 3)),
    "LazyLinear": Case(lambda: nn.Sequential(nn.LazyLinear(3), nn.ReLU()), signal(4, 5)),
    "LazyConv2d and LazyBatchNorm2d": Case(
        lambda: nn.Sequential(nn.LazyConv2d(3, 3), nn.LazyBatchNorm2d()), signal(2, 1, 5, 5)
    ),
    "Conv1d": Case(lambda: nn.Conv1d(2, 4, 3, padding="same"), signal(2, 2, 7)),
    "Conv2d": Case(lambda: nn.Conv2d(2, 4, 3, stride=2, padding=1), signal(2, 2, 7, 7)),
    "Conv2d in groups": Case(
        lambda: nn.Conv2d(4, 4, 3, groups=2, dilation=2, padding_mode="reflect", padding=2),
        signal(2, 4, 7, 7),
    ),
    "Conv3d": Case(lambda: nn.Conv3d(1, 2, 2), signal(1, 1, 4, 4, 4)),
    "ConvTranspose1d": Case(lambda: nn.ConvTranspose1d(2, 3, 3), signal(2, 2, 5)),
    "ConvTranspose2d": Case(lambda: nn.ConvTranspose2d(2, 3, 2, stride=2), signal(2, 2, 4, 4)),
    "ConvTranspose3d": Case(lambda: nn.ConvTranspose3d(1, 2, 2), signal(1, 1, 3, 3, 3)),
    "Unfold": Case(lambda: nn.Unfold(2), signal(2, 3, 4, 4)),
    "Fold": Case(lambda: nn.Fold((4, 4), 2), signal(1, 12, 9)),
    "MaxPool1d": Case(lambda: nn.MaxPool1d(2, return_indices=True), signal(2, 3, 6)),
    "MaxPool2d": Case(lambda: nn.MaxPool2d(3, stride=1, padding=1), signal(2, 3, 6, 6)),
    "MaxPool3d": Case(lambda: nn.MaxPool3d(2), signal(1, 1, 4, 4, 4)),
    "AvgPool2d": Case(lambda: nn.AvgPool2d(2), signal(2, 3, 6, 6)),
    "FractionalMaxPool2d": Case(
        lambda: nn.FractionalMaxPool2d(2, output_ratio=0.5), signal(2, 3, 6, 6)
    ),
    "LPPool2d": Case(lambda: nn.LPPool2d(2, 2), signal(2, 3, 6, 6)),
    "AdaptiveAvgPool2d": Case(lambda: nn.AdaptiveAvgPool2d((2, None)), signal(2, 3, 6, 6)),
    "AdaptiveMaxPool1d": Case(lambda: nn.AdaptiveMaxPool1d(2), signal(2, 3, 6)),
    "MaxUnpool2d": Case(
        lambda: nn.MaxUnpool2d(2),
        lambda: nn.functional.max_pool2d(torch.randn(1, 1, 4, 4), 2, return_indices=True),
    ),
    "ReflectionPad2d": Case(lambda: nn.ReflectionPad2d(1), signal(1, 2, 4, 4)),
    "ReplicationPad1d": Case(lambda: nn.ReplicationPad1d(2), signal(1, 2, 4)),
    "ConstantPad3d": Case(lambda: nn.ConstantPad3d(1, 2.0), signal(1, 1, 2, 2, 2)),
    "CircularPad2d": Case(lambda: nn.CircularPad2d(1), signal(1, 2, 4, 4)),
    "ReLU": Case(nn.ReLU, signal(4, 3)),
    "ReLU in place": Case(
        lambda: nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace=True)), signal(4, 3)
    ),
    "Activations in place": Case(
        lambda: nn.Sequential(
            nn.Linear(3, 3), nn.ELU(inplace=True), nn.Linear(3, 3), nn.SiLU(inplace=True),
            nn.Linear(3, 3), nn.Hardtanh(inplace=True), nn.Linear(3, 3), nn.LeakyReLU(inplace=True),
        ),
        signal(4, 3),
    ),
    "Activations": Case(
        lambda: nn.Sequential(
            nn.ELU(), nn.SELU(), nn.CELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(),
            nn.Hardswish(), nn.Hardsigmoid(), nn.Softplus(), nn.Softshrink(), nn.Hardshrink(0.01),
            nn.Softsign(), nn.Tanhshrink(), nn.LogSigmoid(), nn.Sigmoid(), nn.Tanh(),
            nn.Threshold(0.01, 2.0), nn.ReLU6(), nn.LeakyReLU(0.3),
        ),
        signal(4, 3),
    ),
    "PReLU": Case(lambda: nn.PReLU(3), signal(4, 3)),
    "RReLU": Case(nn.RReLU, signal(4, 3)),
    "GLU": Case(nn.GLU, signal(4, 6)),
    "Softmax": Case(lambda: nn.Softmax(dim=1), signal(4, 3)),
    "LogSoftmax": Case(lambda: nn.LogSoftmax(dim=1), signal(4, 3)),
    "Softmax2d": Case(nn.Softmax2d, signal(2, 3, 2, 2)),
    "AdaptiveLogSoftmax": Case(
        lambda: nn.AdaptiveLogSoftmaxWithLoss(6, 9, [3, 6]),
        lambda: (torch.randn(5, 6), torch.randint(0, 9, (5,))),
    ),
    "Dropout": Case(lambda: nn.Dropout(0.5), signal(4, 3)),
    "Dropout in place": Case(
        lambda: nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5, inplace=True)), signal(4, 3)
    ),
    "Dropout2d": Case(nn.Dropout2d, signal(2, 3, 4, 4)),
    "AlphaDropout": Case(nn.AlphaDropout, signal(4, 3)),
    "FeatureAlphaDropout": Case(nn.FeatureAlphaDropout, signal(2, 3, 4)),
    "BatchNorm1d": Case(lambda: nn.BatchNorm1d(3), signal(5, 3)),
    "BatchNorm2d": Case(
        lambda: nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(True)),
        signal(2, 1, 5, 5),
    ),
    "BatchNorm3d without affine": Case(
        lambda: nn.BatchNorm3d(2, affine=False), signal(2, 2, 2, 2, 2)
    ),
    "BatchNorm cumulative": Case(lambda: nn.BatchNorm1d(3, momentum=None), signal(5, 3)),
    "BatchNorm in eval": Case(lambda: nn.BatchNorm1d(3).eval(), signal(5, 3)),
    "SyncBatchNorm in eval": Case(lambda: nn.SyncBatchNorm(3).eval(), signal(5, 3, 2)),
    "InstanceNorm2d": Case(
        lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), signal(2, 3, 4, 4)
    ),
    "LayerNorm": Case(lambda: nn.LayerNorm(3), signal(4, 3)),
    "GroupNorm": Case(lambda: nn.GroupNorm(2, 4), signal(2, 4, 3)),
    "RMSNorm": Case(lambda: nn.RMSNorm(3), signal(4, 3)),
    "LocalResponseNorm": Case(lambda: nn.LocalResponseNorm(2), signal(2, 4, 3)),
    "Embedding": Case(lambda: nn.Embedding(7, 3, padding_idx=0), tokens(2, 5)),
    "Embedding with max_norm": Case(lambda: nn.Embedding(7, 3, max_norm=0.5), tokens(2, 5)),
    "Embedding by frequency": Case(
        lambda: nn.Embedding(7, 3, scale_grad_by_freq=True), tokens(2, 5)
    ),
    "sparse Embedding": Case(lambda: nn.Embedding(7, 3, sparse=True), tokens(2, 5)),
    "EmbeddingBag": Case(lambda: nn.EmbeddingBag(7, 3, mode="max"), tokens(2, 5)),
    "EmbeddingBag with max_norm": Case(lambda: nn.EmbeddingBag(7, 3, max_norm=0.5), tokens(2, 5)),
    "RNN": Case(lambda: nn.RNN(4, 3, nonlinearity="relu"), signal(5, 2, 4)),
    "LSTM": Case(
        lambda: nn.LSTM(4, 3, 2, batch_first=True, dropout=0.2, bidirectional=True), signal(2, 5, 4)
    ),
    "LSTM with projections": Case(lambda: nn.LSTM(4, 5, proj_size=2), signal(5, 2, 4)),
    "LSTM of a packed sequence": Case(lambda: nn.LSTM(4, 3), packed),
    "GRU": Case(lambda: nn.GRU(4, 3), signal(5, 2, 4)),
    "RNNCell": Case(lambda: nn.RNNCell(4, 3), signal(2, 4)),
    "LSTMCell": Case(lambda: nn.LSTMCell(4, 3), signal(2, 4)),
    "GRUCell": Case(lambda: nn.GRUCell(4, 3), signal(2, 4)),
    "MultiheadAttention": Case(
        lambda: nn.MultiheadAttention(4, 2, dropout=0.1, add_bias_kv=True),
        floats((5, 2, 4), (6, 2, 4), (6, 2, 4)),
    ),
    "MultiheadAttention with other keys": Case(
        lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5, batch_first=True),
        floats((2, 5, 4), (2, 6, 3), (2, 6, 5)),
    ),
    "TransformerEncoder": Case(
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2),
        signal(2, 5, 4),
    ),
    "TransformerEncoder in eval": Case(
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2)
        .eval().requires_grad_(False),
        lambda: (torch.randint(0, 3, (2, 5, 4)).float().detach(),),
    ),
    "TransformerDecoder": Case(
        lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, norm_first=True), 2),
        floats((3, 2, 4), (5, 2, 4)),
    ),
    "Transformer": Case(
        lambda: nn.Transformer(4, 2, 1, 1, 8, batch_first=True), floats((2, 5, 4), (2, 3, 4))
    ),
    "PixelShuffle": Case(lambda: nn.PixelShuffle(2), signal(1, 4, 2, 2)),
    "PixelUnshuffle": Case(lambda: nn.PixelUnshuffle(2), signal(1, 1, 4, 4)),
    "ChannelShuffle": Case(lambda: nn.ChannelShuffle(2), signal(1, 4, 2, 2)),
    "Upsample bilinear": Case(
        lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), signal(1, 1, 3, 3)
    ),
    "UpsamplingNearest2d": Case(lambda: nn.UpsamplingNearest2d(scale_factor=2), signal(1, 1, 3, 3)),
    "Flatten and Unflatten": Case(
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(4, 6), nn.Unflatten(1, (2, 3))),
        signal(3, 2, 2),
    ),
    "CosineSimilarity": Case(nn.CosineSimilarity, pairs()),
    "PairwiseDistance": Case(nn.PairwiseDistance, pairs()),
    "L1Loss": Case(nn.L1Loss, pairs()),
    "MSELoss": Case(lambda: nn.MSELoss(reduction="sum"), pairs()),
    "CrossEntropyLoss": Case(
        lambda: nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1),
        classes(4, 3),
    ),
    "NLLLoss": Case(nn.NLLLoss, classes(4, 3)),
    "CTCLoss": Case(
        nn.CTCLoss,
        lambda: (
            torch.randn(6, 2, 4).log_softmax(2), torch.tensor([[1, 2], [3, 1]]),
            torch.tensor([6, 6]), torch.tensor([2, 2]),
        ),
    ),
    "PoissonNLLLoss": Case(nn.PoissonNLLLoss, pairs()),
    "GaussianNLLLoss": Case(
        nn.GaussianNLLLoss, lambda: (torch.randn(4), torch.randn(4), torch.rand(4) + 0.1)
    ),
    "KLDivLoss": Case(
        lambda: nn.KLDivLoss(reduction="batchmean"), pairs(lambda x: x.softmax(1))
    ),
    "BCELoss": Case(nn.BCELoss, lambda: (torch.rand(4), torch.rand(4).round())),
    "BCEWithLogitsLoss": Case(
        lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0)),
        lambda: (torch.randn(4), torch.rand(4)),
    ),
    "HingeEmbeddingLoss": Case(
        nn.HingeEmbeddingLoss, lambda: (torch.randn(4), torch.tensor([1, -1, 1, -1]))
    ),
    "MarginRankingLoss": Case(
        nn.MarginRankingLoss,
        lambda: (torch.randn(4), torch.randn(4), torch.tensor([1, -1, 1, -1])),
    ),
    "MultiMarginLoss": Case(nn.MultiMarginLoss, classes(4, 3)),
    "MultiLabelMarginLoss": Case(
        nn.MultiLabelMarginLoss, lambda: (torch.randn(1, 3), torch.tensor([[1, 0, -1]]))
    ),
    "MultiLabelSoftMarginLoss": Case(
        nn.MultiLabelSoftMarginLoss, lambda: (torch.randn(2, 3), torch.rand(2, 3).round().detach())
    ),
    "SoftMarginLoss": Case(
        nn.SoftMarginLoss, lambda: (torch.randn(4), torch.tensor([1, -1, 1, -1]))
    ),
    "HuberLoss": Case(nn.HuberLoss, pairs()),
    "SmoothL1Loss": Case(nn.SmoothL1Loss, pairs()),
    "CosineEmbeddingLoss": Case(
        nn.CosineEmbeddingLoss,
        lambda: (torch.randn(4, 3), torch.randn(4, 3), torch.tensor([1, -1, 1, -1])),
    ),
    "TripletMarginLoss": Case(nn.TripletMarginLoss, floats((4, 3), (4, 3), (4, 3))),
    "TripletMarginWithDistanceLoss": Case(
        nn.TripletMarginWithDistanceLoss, floats((4, 3), (4, 3), (4, 3))
    ),
    "weight_norm": Case(
        lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), signal(4, 3)
    ),
    "spectral_norm": Case(
        lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2)), signal(4, 3)
    ),
    "orthogonal": Case(lambda: nn.utils.parametrizations.orthogonal(nn.Linear(3, 3)), signal(4, 3)),
    "weight_norm by hooks": Case(lambda: nn.utils.weight_norm(nn.Linear(3, 2)), signal(4, 3)),
    "containers": Case(Sum, lambda: ({"x": torch.randn(4, 3)},)),
}  # fmt: skip


def step(case: Case, trace: gradviz.Trace | None) -> tuple[dict[str, Any], list[str]]:
    """One training step from the same seed: all that it gives, and what a trace tells wrongly."""
    torch.manual_seed(0)
    module, inputs = case.make(), case.inputs()
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    optimizer.param_groups[0]["params"] = list(module.parameters())
    wrong: list[str] = []
    for x in tensors(inputs):
        x.requires_grad_(x.is_floating_point() and not x.grad_fn)

    def train() -> list[Tensor]:
        optimizer.zero_grad()
        outputs = list(tensors(module(*inputs)))
        losses = [(out * (i + out)).sum() for i, out in enumerate(outputs, 1) if out.requires_grad]
        if losses:
            sum(losses).backward()
            optimizer.step()
        return outputs

    if trace is None:
        outputs = train()
    else:
        with recording(trace, model=module, optimizer=optimizer, iteration=0) as recorder:
            outputs = train()
        wrong = unlike_now(recorder)
    results = {
        "outputs": outputs,
        "input gradients": [x.grad for x in tensors(inputs)],
        "parameters": dict(module.named_parameters()),
        "gradients": {name: p.grad for name, p in module.named_parameters()},
        "buffers": dict(module.named_buffers()),
    }
    return results, wrong


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_step_is_the_plain_one(name: str) -> None:
    plain, _ = step(CASES[name], None)
    trace = gradviz.Trace()
    before = marks()
    recorded, wrong = step(CASES[name], trace)
    assert marks() == before
    for key, value in plain.items():
        assert same(value, recorded[key]), key
    assert wrong == []
    assert unreadable(trace) == []
    assert any(isinstance(event, OpRan) for event in trace.events)
    assert not any(isinstance(event, Failed) for event in trace.events)


def test_there_are_many() -> None:
    assert len(CASES) >= 100
