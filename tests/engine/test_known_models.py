"""Models of papers, built of blocks: the parameters that everybody counts, and to the bit what a
plain implementation gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import gradviz
from gradviz.engine.building.shapes import infer

PARAMETERS = {
    "lenet5": 61_706,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "vgg11": 132_863_336,
}
"""As torchvision has them; LeNet-5 as in its paper, with average pooling that learns nothing."""


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_parameters_are_counted_without_being_made(name: str, examples: Path) -> None:
    shapes = infer(gradviz.load(examples / f"{name}.gradviz").model)
    assert (
        sum(count for path, count in shapes.parameters.items() if "." not in path)
        == (PARAMETERS[name])
    )
    assert shapes.outputs["scores"] == (("N", 10 if name == "lenet5" else 1000),)


def conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False)


class Block(nn.Module):
    """A residual block: of two 3×3 convolutions, or a bottleneck of three."""

    def __init__(self, inputs: int, width: int, stride: int, *, bottleneck: bool) -> None:
        super().__init__()
        wide = width * 4 if bottleneck else width
        layers: list[nn.Module] = (
            [conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU(),
             conv(width, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(),
             conv(width, wide, 1), nn.BatchNorm2d(wide)]
            if bottleneck
            else [conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(),
                  conv(width, width, 3), nn.BatchNorm2d(width)]
        )  # fmt: skip
        self.layers = nn.Sequential(*layers)
        self.around: nn.Module = nn.Identity()
        if inputs != wide or stride != 1:
            self.around = nn.Sequential(conv(inputs, wide, 1, stride), nn.BatchNorm2d(wide))

    def forward(self, x: Tensor) -> Tensor:
        out = self.layers(x)
        return (out + self.around(x)).relu()


def resnet(depths: Sequence[int], *, bottleneck: bool) -> nn.Module:
    layers: list[nn.Module] = [
        nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
    ]  # fmt: skip
    inputs = 64
    for number, depth in enumerate(depths):
        for place in range(depth):
            width, stride = 64 * 2**number, 2 if number and not place else 1
            layers.append(Block(inputs, width, stride, bottleneck=bottleneck))
            inputs = width * 4 if bottleneck else width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


def vgg11() -> nn.Module:
    layers: list[nn.Module] = []
    inputs = 3
    for width in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
        if width:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
        else:
            layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000),
    )  # fmt: skip


def lenet5() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84),
        nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip


PLAIN = {
    "lenet5": lenet5,
    "resnet18": lambda: resnet((2, 2, 2, 2), bottleneck=False),
    "resnet34": lambda: resnet((3, 4, 6, 3), bottleneck=False),
    "resnet50": lambda: resnet((3, 4, 6, 3), bottleneck=True),
    "vgg11": vgg11,
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_weights_in_the_same_order_give_the_same_bits(name: str, examples: Path) -> None:
    built = gradviz.build(gradviz.load(examples / f"{name}.gradviz")).train()
    with torch.device("meta"):
        plain = PLAIN[name]()
    mine, theirs = built.state_dict(), plain.state_dict()
    assert [tuple(each.shape) for each in mine.values()] == [
        tuple(each.shape) for each in theirs.values()
    ]
    copied = dict(zip(theirs, (each.clone() for each in mine.values()), strict=True))
    plain.load_state_dict(copied, assign=True)
    plain.train()
    x = torch.randn(
        1 if name == "vgg11" else 2, *((1, 28, 28) if name == "lenet5" else (3, 64, 64))
    )
    outs = []
    for model in (built, plain):
        torch.manual_seed(2)
        outs.append(model(x))
    assert torch.equal(*outs)
    if name == "vgg11":  # its gradients take as much memory as it does, twice
        return
    for out in outs:
        out.square().sum().backward()
    for a, b in zip(built.parameters(), plain.parameters(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        assert torch.equal(a.grad, b.grad)
