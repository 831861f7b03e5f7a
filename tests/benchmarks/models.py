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


MODELS: dict[str, Callable[[], Made]] = {
    "resnet18": resnet18,
    "gpt12": gpt12,
    "mlp": mlp,
    "tiny": tiny,
}


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(output.reshape(-1, output.shape[-1]), target.reshape(-1))
