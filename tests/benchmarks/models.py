"""Models of known size, written plainly, with a batch to feed them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BasicBlock(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inside != outside:
            across = nn.Conv2d(inside, outside, 1, stride, bias=False)
            self.shortcut = nn.Sequential(across, nn.BatchNorm2d(outside))

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet18(nn.Module):
    """11,689,512 parameters, as torchvision's."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(3, 2, 1)
        widths = (64, 64, 128, 256, 512)
        self.layers = nn.Sequential(
            *[
                nn.Sequential(BasicBlock(a, b, 1 + (a != b)), BasicBlock(b, b, 1))
                for a, b in pairwise(widths)
            ]
        )
        self.fc = nn.Linear(512, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(self.pool(self.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))


class GPTBlock(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.heads = heads

    def forward(self, x: Tensor) -> Tensor:
        n, t, c = x.shape
        q, k, v = self.qkv(self.ln1(x)).view(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(n, t, c))
        return x + self.down(F.gelu(self.up(self.ln2(x))))


class GPT(nn.Module):
    """The shape of GPT-2 small: 12 layers, 12 heads, 768 wide; a small vocabulary."""

    def __init__(self, layers: int = 12, width: int = 768, vocabulary: int = 5000) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(64, width)
        self.blocks = nn.ModuleList(GPTBlock(width, 12) for _ in range(layers))
        self.ln = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        h = self.tokens(x) + self.places(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        return F.linear(self.ln(h), self.tokens.weight)


class Bottleneck(nn.Module):
    def __init__(self, inside: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or inside != 4 * width:
            across = nn.Conv2d(inside, 4 * width, 1, stride, bias=False)
            self.downsample = nn.Sequential(across, nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """ResNets of bottlenecks, so many in each stage: 3, 8, 36 and 3 make the 152 layers."""

    def __init__(self, stages: tuple[int, ...] = (3, 8, 36, 3), width: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inside, made = width, []
        for place, count in enumerate(stages):
            outside = width * 2**place
            blocks = [Bottleneck(inside, outside, 1 if place == 0 else 2)]
            inside = 4 * outside
            blocks += [Bottleneck(inside, outside, 1) for _ in range(count - 1)]
            made.append(nn.Sequential(*blocks))
        self.layers = nn.Sequential(*made)
        self.fc = nn.Linear(inside, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))


class DenseLayer(nn.Module):
    def __init__(self, inside: int, growth: int) -> None:
        super().__init__()
        self.norm1, self.relu1 = nn.BatchNorm2d(inside), nn.ReLU()
        self.conv1 = nn.Conv2d(inside, 4 * growth, 1, bias=False)
        self.norm2, self.relu2 = nn.BatchNorm2d(4 * growth), nn.ReLU()
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, features: list[Tensor]) -> Tensor:
        x = self.conv1(self.relu1(self.norm1(torch.cat(features, 1))))
        return self.conv2(self.relu2(self.norm2(x)))


class DenseBlock(nn.ModuleDict):
    """Each layer reads what all layers before it made."""

    def __init__(self, layers: int, inside: int, growth: int) -> None:
        made = {
            f"denselayer{n + 1}": DenseLayer(inside + n * growth, growth) for n in range(layers)
        }
        super().__init__(made)

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class DenseNet(nn.Module):
    """DenseNets; blocks of 6, 12, 24 and 16 layers make the 121 layers."""

    def __init__(self, blocks: tuple[int, ...] = (6, 12, 24, 16), growth: int = 32) -> None:
        super().__init__()
        inside = 2 * growth
        parts: list[nn.Module] = [
            nn.Conv2d(3, inside, 7, 2, 3, bias=False), nn.BatchNorm2d(inside), nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
        ]  # fmt: skip
        for place, layers in enumerate(blocks):
            parts.append(DenseBlock(layers, inside, growth))
            inside += layers * growth
            if place < len(blocks) - 1:
                conv = nn.Conv2d(inside, inside // 2, 1, bias=False)
                parts.append(
                    nn.Sequential(nn.BatchNorm2d(inside), nn.ReLU(), conv, nn.AvgPool2d(2, 2))
                )
                inside //= 2
        self.features = nn.Sequential(*parts, nn.BatchNorm2d(inside), nn.ReLU())
        self.classifier = nn.Linear(inside, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


class CellLoop(nn.Module):
    """An LSTM cell called once for each step."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(8, width)
        self.fc = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        h = c = x.new_zeros(len(x), self.cell.hidden_size)
        for step in x.unbind(1):
            h, c = self.cell(step, (h, c))
        return self.fc(h)


class Gates(nn.Module):
    """An LSTM's step in plain operations, all of whose nodes are torch's: six shared weights."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.input, self.hidden = nn.Linear(8, 4 * width), nn.Linear(width, 4 * width)
        self.fc = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        h = c = x.new_zeros(len(x), self.hidden.in_features)
        for step in x.unbind(1):
            i, f, g, o = (self.input(step) + self.hidden(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return self.fc(h)


class WholeLSTM(nn.Module):
    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, width, batch_first=True)
        self.fc = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.lstm(x)[0][:, -1])


Made = tuple[nn.Module, Tensor, Tensor]


def resnet18() -> Made:
    return ResNet18(), torch.randn(8, 3, 64, 64), torch.randint(0, 1000, (8,))


def gpt12() -> Made:
    return GPT(), torch.randint(0, 5000, (2, 64)), torch.randint(0, 5000, (2, 64))


def mlp() -> Made:
    """The three layers of PyTorch's quickstart tutorial, and its batch."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(),
        nn.Linear(512, 10),
    )  # fmt: skip
    return model, torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))


def tiny() -> Made:
    """So small that all of its time goes into calls from Python."""
    model = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    return model, torch.randn(32, 64), torch.randint(0, 10, (32,))


def picture() -> tuple[Tensor, Tensor]:
    return torch.randn(2, 3, 32, 32), torch.randint(0, 10, (2,))


def steps() -> tuple[Tensor, Tensor]:
    return torch.randn(2, 50, 8), torch.randint(0, 10, (2,))


def small_gpt(layers: int) -> Made:
    """Narrow, for its graph alone."""
    return GPT(layers, 24, 20), torch.randint(0, 20, (2, 8)), torch.randint(0, 20, (2, 8))


DEEP: dict[str, Callable[[], Made]] = {
    "resnet152": lambda: (ResNet(width=8), *picture()),
    "gpt12": lambda: small_gpt(12),
    "lstm50": lambda: (WholeLSTM(), *steps()),
    "lstmcell50": lambda: (CellLoop(), *steps()),
    "gates50": lambda: (Gates(), *steps()),
    "densenet121": lambda: (DenseNet(growth=8), *picture()),
    "resnet20k": lambda: (ResNet((1, 1, 1000, 1), width=2), *picture()),
    "gpt20k": lambda: small_gpt(510),
}
"""Models whose graphs are large; narrow ones, for the width is not in the graph."""


MODELS: dict[str, Callable[[], Made]] = {
    "resnet18": resnet18,
    "gpt12": gpt12,
    "mlp": mlp,
    "tiny": tiny,
}


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(output.reshape(-1, output.shape[-1]), target.reshape(-1))
