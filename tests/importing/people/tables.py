"""Recommenders, experts, gates: models of rows and columns."""
# ruff: noqa: UP008

import torch
import torch.nn.functional as F
from torch import nn


class MatrixFactorization(nn.Module):
    def __init__(self, n_users, n_items, n_factors=6):
        super().__init__()
        self.user_factors = nn.Embedding(n_users, n_factors)
        self.item_factors = nn.Embedding(n_items, n_factors)
        self.user_biases = nn.Embedding(n_users, 1)
        self.item_biases = nn.Embedding(n_items, 1)

    def forward(self, user, item):
        pred = self.user_biases(user) + self.item_biases(item)
        pred += (self.user_factors(user) * self.item_factors(item)).sum(dim=1, keepdim=True)
        return pred.squeeze()


class NeuMF(nn.Module):
    def __init__(self, users=8, items=9, mf_dim=4, layers=(8, 6, 4)):
        super().__init__()
        self.mf_user, self.mf_item = nn.Embedding(users, mf_dim), nn.Embedding(items, mf_dim)
        self.mlp_user = nn.Embedding(users, layers[0] // 2)
        self.mlp_item = nn.Embedding(items, layers[0] // 2)
        self.mlp = nn.ModuleList()
        for i in range(len(layers) - 1):
            self.mlp.append(nn.Linear(layers[i], layers[i + 1]))
        self.predict = nn.Linear(mf_dim + layers[-1], 1)

    def forward(self, pairs):
        user, item = pairs[:, 0], pairs[:, 1]
        gmf = self.mf_user(user) * self.mf_item(item)
        vec = torch.cat([self.mlp_user(user), self.mlp_item(item)], dim=-1)
        for i in range(len(self.mlp)):
            vec = F.relu(self.mlp[i](vec))
        return torch.sigmoid(self.predict(torch.cat([gmf, vec], dim=-1)))


class WideAndDeep(nn.Module):
    def __init__(self, wide_dim, cat_dims, emb_dim, n_cont, hidden=(16, 8)):
        super().__init__()
        self.wide = nn.Linear(wide_dim, 1)
        self.embs = nn.ModuleList([nn.Embedding(c, emb_dim) for c in cat_dims])
        sizes = [len(cat_dims) * emb_dim + n_cont, *hidden]
        deep = []
        for i in range(1, len(sizes)):
            deep.append(nn.Linear(sizes[i - 1], sizes[i]))
            deep.append(nn.BatchNorm1d(sizes[i]))
            deep.append(nn.ReLU())
            deep.append(nn.Dropout(0.1))
        self.deep = nn.Sequential(*deep)
        self.deep_out = nn.Linear(sizes[-1], 1)

    def forward(self, x_wide, x_cat, x_cont):
        embs = [emb(x_cat[:, i]) for i, emb in enumerate(self.embs)]
        deep_in = torch.cat([*embs, x_cont], dim=1)
        logit = self.wide(x_wide) + self.deep_out(self.deep(deep_in))
        return torch.sigmoid(logit).view(-1)


class FactorizationMachine(nn.Module):
    """All pairs by the square of the sum less the sum of the squares."""

    def __init__(self, n_features, k=4):
        super().__init__()
        self.w0 = nn.Parameter(torch.zeros(1))
        self.w1 = nn.Embedding(n_features, 1)
        self.v = nn.Embedding(n_features, k)

    def forward(self, ids):
        first = self.w1(ids).sum(dim=1)
        emb = self.v(ids)
        square_of_sum = emb.sum(dim=1) ** 2
        sum_of_square = (emb**2).sum(dim=1)
        second = 0.5 * (square_of_sum - sum_of_square).sum(1, keepdim=True)
        return self.w0 + first + second


class EmbeddingBagClassifier(nn.Module):
    def __init__(self, vocab_size, embed_dim, num_class):
        super(EmbeddingBagClassifier, self).__init__()
        self.embedding = nn.EmbeddingBag(vocab_size, embed_dim)
        self.fc = nn.Linear(embed_dim, num_class)

    def forward(self, text):
        return self.fc(self.embedding(text))


class MixtureOfExperts(nn.Module):
    """Every expert works on everything; a gate weighs them."""

    def __init__(self, d_in=6, d_out=4, n_experts=3):
        super().__init__()
        self.experts = nn.ModuleList(
            [
                nn.Sequential(nn.Linear(d_in, 8), nn.ReLU(), nn.Linear(8, d_out))
                for _ in range(n_experts)
            ]
        )
        self.gate = nn.Linear(d_in, n_experts)

    def forward(self, x):
        weights = F.softmax(self.gate(x), dim=-1)
        outs = torch.stack([expert(x) for expert in self.experts], dim=1)
        return (weights.unsqueeze(-1) * outs).sum(dim=1)


class MMoE(nn.Module):
    """Several gates over the same experts, one for each task."""

    def __init__(self, d=6, experts=3, tasks=2, width=5):
        super().__init__()
        self.w_experts = nn.Parameter(torch.rand(d, width, experts))
        self.w_gates = nn.ParameterList(
            [nn.Parameter(torch.randn(d, experts)) for _ in range(tasks)]
        )
        self.towers = nn.ModuleList([nn.Linear(width, 1) for _ in range(tasks)])

    def forward(self, x):
        experts = torch.relu(torch.einsum("ij,jkl->ikl", x, self.w_experts))
        outs = []
        for gate, tower in zip(self.w_gates, self.towers, strict=True):
            g = torch.softmax(x @ gate, dim=1).unsqueeze(1)
            outs.append(tower((experts * g).sum(2)))
        return outs


class Highway(nn.Module):
    def __init__(self, size, num_layers, f):
        super(Highway, self).__init__()
        self.num_layers = num_layers
        self.nonlinear = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.linear = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.gate = nn.ModuleList([nn.Linear(size, size) for _ in range(num_layers)])
        self.f = f

    def forward(self, x):
        for layer in range(self.num_layers):
            gate = torch.sigmoid(self.gate[layer](x))
            nonlinear = self.f(self.nonlinear[layer](x))
            linear = self.linear[layer](x)
            x = gate * nonlinear + (1 - gate) * linear
        return x


class GLUTabular(nn.Module):
    """Softly chosen columns, gated linear units, scaled residuals."""

    def __init__(self, n=6, hidden=8, steps=3):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("std", torch.ones(n))
        self.mask = nn.Parameter(torch.zeros(n))
        self.inp = nn.Linear(n, hidden)
        self.steps = nn.ModuleList([nn.Linear(hidden, hidden * 2) for _ in range(steps)])
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = (x - self.mean) / self.std
        x = self.inp(x * torch.softmax(self.mask, 0) * self.mask.numel())
        for fc in self.steps:
            x = (x + F.glu(fc(x), dim=-1)) * 0.5**0.5
        return self.out(x)
