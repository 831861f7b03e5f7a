"""Programs about models: how modules are built, nested, shared and called."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.engine.programs.table import Outcome, program


@program
def shared_and_reused() -> Outcome:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(7, 4)
            self.cell = nn.Linear(4, 4)
            self.out = nn.Linear(4, 7, bias=False)
            self.out.weight = self.embed.weight

        def forward(self, tokens: Tensor) -> Tensor:
            h = self.embed(tokens)
            for _ in range(3):
                h = torch.tanh(self.cell(h))
            return self.out(h)

    model = Tied()
    optimizer = torch.optim.AdamW(model.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        logits = model(torch.randint(0, 7, (2, 5)))
        loss = F.cross_entropy(logits.flatten(0, 1), torch.randint(0, 7, (10,)))
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss]


@program
def recurrent_and_attention() -> Outcome:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(4, 6, num_layers=2, batch_first=True, bidirectional=True)
            self.gru = nn.GRU(12, 6, batch_first=True)
            self.attend = nn.MultiheadAttention(6, 2, batch_first=True)
            self.layer = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)

        def forward(self, x: dict[str, Tensor]) -> dict[str, Tensor]:
            h, (_, cell) = self.lstm(x["x"])
            h, _ = self.gru(h)
            h, weights = self.attend(h, h, h)
            return {"out": self.layer(h), "cell": cell, "weights": weights}

    model = Model()
    optimizer = torch.optim.RMSprop(model.parameters())
    out = model({"x": torch.randn(2, 5, 4)})
    loss = sum(value.pow(2).sum() for value in out.values())
    loss.backward()
    optimizer.step()
    return model, [optimizer], [loss]


@dataclass
class Pair:
    left: Tensor
    right: Tensor


@program
def dataclasses_in_and_out() -> Outcome:
    class Swap(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, pair: Pair, *, scale: float) -> Pair:
            return Pair(self.fc(pair.right) * scale, pair.left)

    model = Swap()
    out = model(Pair(torch.randn(2, 3), torch.randn(2, 3)), scale=2.0)
    loss = (out.left + out.right).sum()
    loss.backward()
    return model, [], [loss]


@program
def deep_and_wide() -> Outcome:
    w = nn.Parameter(torch.tensor(1.0))
    deep = w
    for _ in range(1500):
        deep = deep * 1.0001
    wide = torch.stack([w * i for i in range(2000)]).sum()
    loss = deep + wide
    loss.backward()
    return None, [], [loss, w.grad]


@program
def resnet_18() -> Outcome:
    class Block(nn.Module):
        def __init__(self, a: int, b: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(b)
            self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(b)
            self.relu = nn.ReLU(inplace=True)
            self.down = nn.Sequential()
            if stride > 1 or a != b:
                self.down = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

        def forward(self, x: Tensor) -> Tensor:
            out = self.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
            out += self.down(x)
            return self.relu(out)

    widths = [4, 8, 16, 32]
    layers: list[nn.Module] = [nn.Conv2d(3, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()]
    for i, width in enumerate(widths):
        layers.append(Block(widths[max(i - 1, 0)], width, 1 if i == 0 else 2))
        layers.append(Block(width, width, 1))
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    for _ in range(2):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(torch.randn(4, 3, 16, 16)), torch.randint(0, 5, (4,)))
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss]


@program
def u_net() -> Outcome:
    def block(a: int, b: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.GroupNorm(2, b), nn.SiLU(True))

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.ModuleList([block(1, 4), block(4, 8), block(8, 16)])
            self.up = nn.ModuleList(
                [nn.ConvTranspose2d(16, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)]
            )
            self.merge = nn.ModuleList([block(16, 8), block(8, 4)])
            self.out = nn.Conv2d(4, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            passed = []
            for i, down in enumerate(self.down):
                x = down(x if i == 0 else F.max_pool2d(x, 2))
                passed.append(x)
            for up, merge, skip in zip(self.up, self.merge, passed[-2::-1], strict=True):
                x = merge(torch.cat([up(x), skip], dim=1))
            return self.out(x)

    model = UNet()
    optimizer = torch.optim.AdamW(model.parameters())
    for _ in range(2):
        optimizer.zero_grad(set_to_none=False)
        out = model(torch.randn(2, 1, 8, 8))
        loss = F.binary_cross_entropy_with_logits(out, torch.rand(2, 1, 8, 8).round())
        loss.backward()
        optimizer.step()
    return model, [optimizer], [loss, out]


@program
def a_small_gpt() -> Outcome:
    class Block(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width), nn.Dropout(0.1)
            )

        def forward(self, x: Tensor) -> Tensor:
            q, k, v = (t.unflatten(-1, (2, -1)).mT for t in self.qkv(self.norm1(x)).chunk(3, -1))
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.1)
            x = x + self.proj(mixed.mT.flatten(-2))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(6, 8)
            self.blocks = nn.Sequential(Block(8), Block(8))
            self.head = nn.Linear(8, 11, bias=False)
            self.head.weight = self.tokens.weight
            self.register_buffer("order", torch.arange(6))

        def forward(self, tokens: Tensor) -> Tensor:
            return self.head(self.blocks(self.tokens(tokens) + self.places(self.order)))

    model = GPT()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=5)
    for _ in range(2):
        tokens = torch.randint(0, 11, (3, 7))
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    return model, [optimizer], [loss, norm]


@program
def modules_made_and_changed_on_the_way() -> Outcome:
    model = nn.Sequential(nn.LazyLinear(4), nn.BatchNorm1d(4), nn.LazyLinear(2))
    model(torch.randn(3, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for round_ in range(3):
        optimizer.zero_grad()
        loss = model(torch.randn(3, 5)).pow(2).sum()
        loss.backward()
        optimizer.step()
        if round_ == 0:
            model[2].weight = nn.Parameter(model[2].weight.detach() * 2)
            optimizer.param_groups[0]["params"] = list(model.parameters())
        if round_ == 1:
            model[1].running_mean = torch.ones(4)
            model[1].reset_running_stats()
            copy.deepcopy(model).requires_grad_(False)
    del model[2].weight.grad
    model.double()
    out = model(torch.randn(3, 5, dtype=torch.float64))
    return model, [optimizer], [loss, out]


@program
def ten_thousand_wide() -> Outcome:
    w = nn.Parameter(torch.ones(2))
    loss = torch.stack([w[0]] * 10_000 + [w[1]]).sum()
    loss.backward()
    leaves = [torch.ones((), requires_grad=True) for _ in range(2000)]
    torch.stack(leaves).sum().backward()
    return None, [], [loss, w.grad, leaves[7].grad]
