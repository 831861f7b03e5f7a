"""What people also do in forward: branch on values, count, cut, checkpoint, forget parameters."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.checkpoint import checkpoint


class IfMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos = nn.Linear(4, 3)
        self.neg = nn.Linear(4, 3)

    def forward(self, x):
        if x.mean() > 0:
            return self.pos(x)
        return self.neg(x)


class OuterOfIf(nn.Module):
    """Straight itself; one of its parts branches."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 4)
        self.middle = IfMean()
        self.last = nn.Linear(3, 2)

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = self.middle(x)
        return self.last(x)


class HalvedUntilSmall(nn.Module):
    """A weight that is no parameter, a layer called twice, and a loop that ends by its values."""

    def __init__(self, d=6):
        super().__init__()
        self.fixed = torch.rand(d, d)
        self.fc = nn.Linear(d, d)

    def forward(self, x):
        h = torch.relu(torch.mm(self.fc(x), self.fixed) + 1)
        h = self.fc(h)
        while h.norm() > 1:
            h = h / 2
        return h.sum(dim=1)


class SparseMoE(nn.Module):
    """Each row goes only to its best expert."""

    def __init__(self, d=6, n_experts=3):
        super().__init__()
        self.router = nn.Linear(d, n_experts)
        self.experts = nn.ModuleList([nn.Linear(d, d) for _ in range(n_experts)])

    def forward(self, x):
        weight, chosen = self.router(x).softmax(-1).max(-1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            mask = chosen == i
            if mask.any():
                out[mask] = weight[mask].unsqueeze(-1) * expert(x[mask])
        return out


class AdaptiveDepth(nn.Module):
    """Leaves early when it is sure."""

    def __init__(self, d=5, classes=3, depth=4):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(d, d) for _ in range(depth)])
        self.exits = nn.ModuleList([nn.Linear(d, classes) for _ in range(depth)])

    def forward(self, x):
        for layer, exit_ in zip(self.layers, self.exits, strict=True):
            x = torch.relu(layer(x))
            y = exit_(x).softmax(dim=1)
            if y.max(dim=1).values.min().item() > 0.5:
                break
        return y


class TopKGate(nn.Module):
    """Two of four experts by topk and gather, without a branch."""

    def __init__(self, d=4, n=4, k=2):
        super().__init__()
        self.k = k
        self.gate = nn.Linear(d, n, bias=False)
        self.experts = nn.ModuleList([nn.Linear(d, d) for _ in range(n)])

    def forward(self, x):
        top, idx = torch.topk(self.gate(x), self.k, dim=-1)
        outs = torch.stack([e(x) for e in self.experts], dim=1)
        index = idx.unsqueeze(-1).expand(-1, -1, x.size(-1))
        picked = torch.gather(outs, 1, index)
        return torch.einsum("nk,nkd->nd", F.softmax(top, dim=-1), picked)


class SumOfArgs(nn.Module):
    def __init__(self, n=3, d=4):
        super().__init__()
        self.projs = nn.ModuleList([nn.Linear(d, d) for _ in range(n)])

    def forward(self, *xs):
        return sum(proj(x) for proj, x in zip(self.projs, xs, strict=True))


class Parallel(nn.ModuleList):
    """A list that can be called."""

    def forward(self, x):
        return torch.cat([m(x) for m in self], dim=-1)


class Checkpointed(nn.Module):
    def __init__(self, d=6, depth=3):
        super().__init__()
        self.blocks = nn.ModuleList(
            [nn.Sequential(nn.Linear(d, d), nn.GELU()) for _ in range(depth)]
        )

    def forward(self, x):
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return x


class Standardize(nn.Module):
    """No parameters at all."""

    def forward(self, x):
        return (x - x.mean(dim=0)) / (x.std(dim=0) + 1e-6)


class TotalVariation(nn.Module):
    def __init__(self, weight=1.0):
        super().__init__()
        self.weight = weight

    def forward(self, x):
        h_tv = torch.pow(x[:, :, 1:, :] - x[:, :, :-1, :], 2).sum()
        w_tv = torch.pow(x[:, :, :, 1:] - x[:, :, :, :-1], 2).sum()
        return self.weight * 2 * (h_tv + w_tv) / x.size(0)


class FixedBatchRNN(nn.Module):
    """The hidden state is made for one batch size."""

    def __init__(self, batch_size, d=3, h=5):
        super().__init__()
        self.rnn = nn.RNN(d, h, nonlinearity="relu")
        self.fc = nn.Linear(h, 1)
        self.hidden = torch.zeros(1, batch_size, h)

    def forward(self, x):
        out, _ = self.rnn(x.permute(1, 0, 2), self.hidden)
        return self.fc(out[-1])


class PackedLSTM(nn.Module):
    def __init__(self, vocab=12, d=5, h=6):
        super().__init__()
        self.emb = nn.Embedding(vocab, d, padding_idx=0)
        self.lstm = nn.LSTM(d, h, batch_first=True)
        self.fc = nn.Linear(h, 2)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(
            self.emb(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        packed, (h_n, _) = self.lstm(packed)
        out, _ = pad_packed_sequence(packed, batch_first=True)
        return self.fc(h_n.squeeze(0)), out


class StochasticDepth(nn.Module):
    """Skips a layer with a coin that is thrown in Python."""

    def __init__(self, d=4, p=0.5):
        super().__init__()
        self.a, self.b, self.p = nn.Linear(d, d), nn.Linear(d, d), p

    def forward(self, x):
        for layer in (self.a, self.b):
            if self.training and torch.rand(1).item() < self.p:
                continue
            x = x + F.relu(layer(x))
        return x
