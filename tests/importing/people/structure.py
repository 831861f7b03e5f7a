"""How modules are put together: nesting, repeating, sharing, freezing, leaving unused."""
# ruff: noqa: UP008

import copy
from functools import reduce

import torch
import torch.nn.functional as F
from torch import nn


def mlp(*sizes, act=nn.ReLU, last=None):
    layers = []
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):  # noqa: B905, RUF007
        layers.append(nn.Linear(n_in, n_out))
        if i < len(sizes) - 2:
            layers.append(act())
        elif last is not None:
            layers.append(last())
    return nn.Sequential(*layers)


class NestMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.linear = nn.Linear(32, 16)

    def forward(self, x):
        return self.linear(self.net(x))


def chimera():
    return nn.Sequential(NestMLP(), nn.Linear(16, 20), NestMLP())


class Cell(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.fc = nn.Linear(d, d)

    def forward(self, x):
        return x + torch.tanh(self.fc(self.norm(x)))


class Row(nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.cells = nn.ModuleList(Cell(d) for _ in range(n))

    def forward(self, x):
        for cell in self.cells:
            x = cell(x)
        return x


class Floor(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.left = Row(d, 2)
        self.right = Row(d, 3)

    def forward(self, x):
        return self.left(x) + self.right(x)


class House(nn.Module):
    """Four levels: house, floor, row, cell."""

    def __init__(self, d=6):
        super().__init__()
        self.floors = nn.Sequential(Floor(d), Floor(d))
        self.roof = nn.Linear(d, 1)

    def forward(self, x):
        return self.roof(self.floors(x))


class TwelveBlocks(nn.Module):
    def __init__(self, d=6):
        super().__init__()
        layer = Cell(d)
        self.layer = nn.ModuleList([copy.deepcopy(layer) for _ in range(12)])

    def forward(self, hidden_states):
        for _, layer_module in enumerate(self.layer):
            hidden_states = layer_module(hidden_states)
        return hidden_states


class OddOneOut(nn.Module):
    """Equal blocks, but for one in the middle."""

    def __init__(self, d=6, depth=7):
        super().__init__()
        blocks = []
        for i in range(depth):
            if i == depth // 2:
                blocks.append(nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d)))
            else:
                blocks.append(Cell(d))
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        return self.blocks(x)


class SharedTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 8)
        self.shared = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.shared(x))
        x = F.relu(self.shared(x))
        return self.fc2(x)


def shared_in_a_row():
    shared = nn.Linear(8, 8)
    return nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), nn.Linear(8, 1)
    )


class TiedAutoencoder(nn.Module):
    """The decoder is the encoder's weight, transposed."""

    def __init__(self, n=10, h=4):
        super().__init__()
        self.encoder = nn.Linear(n, h)
        self.decoder_bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        h = torch.sigmoid(self.encoder(x))
        return F.linear(h, self.encoder.weight.t(), self.decoder_bias)


class Adapter(nn.Module):
    """LoRA around a frozen layer."""

    def __init__(self, base, r=2, alpha=4):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 0.01)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.T @ self.B.T)


class FrozenBackbone(nn.Module):
    def __init__(self):
        super(FrozenBackbone, self).__init__()
        self.backbone = mlp(6, 8, 8)
        for param in self.backbone.parameters():
            param.requires_grad = False
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        with torch.no_grad():
            features = self.backbone(x)
        return self.head(features)


class UnusedPart(nn.Module):
    def __init__(self):
        super().__init__()
        self.used = nn.Linear(4, 4)
        self.aux_classifier = mlp(4, 8, 3)
        self.unused_scale = nn.Parameter(torch.ones(4))

    def forward(self, x):
        return self.used(x)


class ActivationGiven(nn.Module):
    def __init__(self, d=5, depth=3, activation=torch.tanh):
        super().__init__()
        self.linears = nn.ModuleList([nn.Linear(d, d) for _ in range(depth)])
        self.activation = activation

    def forward(self, x):
        return reduce(lambda h, layer: self.activation(layer(h)), self.linears, x)
