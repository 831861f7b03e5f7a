"""Models with parameters of their own and mathematics in forward."""
# ruff: noqa: N803, N806, UP008

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        return X @ self.weight + self.bias


class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.w = nn.Parameter(torch.randn(1))
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x * self.w + self.b


class Polynomial3(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.randn(()))
        self.b = nn.Parameter(torch.randn(()))
        self.c = nn.Parameter(torch.randn(()))
        self.d = nn.Parameter(torch.randn(()))

    def forward(self, x):
        return self.a + self.b * x + self.c * x**2 + self.d * x**3


class SineLayer(nn.Module):
    def __init__(self, in_features, out_features, is_first=False, omega_0=30):
        super().__init__()
        self.omega_0 = omega_0
        self.is_first = is_first
        self.in_features = in_features
        self.linear = nn.Linear(in_features, out_features)
        self.init_weights()

    def init_weights(self):
        with torch.no_grad():
            bound = 1 / self.in_features
            if not self.is_first:
                bound = np.sqrt(6 / self.in_features) / self.omega_0
            self.linear.weight.uniform_(-bound, bound)

    def forward(self, input):
        return torch.sin(self.omega_0 * self.linear(input))


class Siren(nn.Module):
    """Also hands back its coordinates, of which one wants derivatives."""

    def __init__(self, hidden=8, hidden_layers=2):
        super().__init__()
        net = [SineLayer(2, hidden, is_first=True)]
        for _ in range(hidden_layers):
            net.append(SineLayer(hidden, hidden))
        net.append(nn.Linear(hidden, 1))
        self.net = nn.Sequential(*net)

    def forward(self, coords):
        coords = coords.clone()
        output = self.net(coords)
        return output, coords


class NeRF(nn.Module):
    """Positions encoded by sines and cosines; the input comes back in the middle."""

    def __init__(self, D=4, W=12, n_freqs=3, skips=(2,)):
        super().__init__()
        self.n_freqs, self.skips = n_freqs, skips
        in_ch = 3 + 3 * 2 * n_freqs
        self.pts_linears = nn.ModuleList(
            [nn.Linear(in_ch, W)]
            + [nn.Linear(W + in_ch if i in skips else W, W) for i in range(D - 1)]
        )
        self.views_linear = nn.Linear(in_ch + W, W // 2)
        self.feature_linear = nn.Linear(W, W)
        self.alpha_linear = nn.Linear(W, 1)
        self.rgb_linear = nn.Linear(W // 2, 3)

    def embed(self, x):
        out = [x]
        for i in range(self.n_freqs):
            for fn in (torch.sin, torch.cos):
                out.append(fn(2.0**i * x))
        return torch.cat(out, -1)

    def forward(self, x):
        pts, views = torch.split(x, [3, 3], dim=-1)
        pts, views = self.embed(pts), self.embed(views)
        h = pts
        for i, _ in enumerate(self.pts_linears):
            h = self.pts_linears[i](h)
            h = F.relu(h)
            if i in self.skips:
                h = torch.cat([pts, h], -1)
        alpha = self.alpha_linear(h)
        h = torch.cat([self.feature_linear(h), views], -1)
        rgb = torch.sigmoid(self.rgb_linear(F.relu(self.views_linear(h))))
        return torch.cat([rgb, alpha], -1)


class FourierFeatures(nn.Module):
    def __init__(self, n=4, scale=10.0):
        super().__init__()
        self.register_buffer("B", torch.randn(2, n) * scale)
        self.mlp = nn.Sequential(nn.Linear(2 * n, 16), nn.ReLU(), nn.Linear(16, 3), nn.Sigmoid())

    def forward(self, v):
        proj = 2 * math.pi * v @ self.B
        return self.mlp(torch.cat([proj.sin(), proj.cos()], dim=-1))


class RBFNetwork(nn.Module):
    def __init__(self, d=2, centres=5, out=1):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(centres, d))
        self.log_sigmas = nn.Parameter(torch.zeros(centres))
        self.linear = nn.Linear(centres, out)

    def forward(self, x):
        size = (x.size(0), self.centres.size(0), x.size(1))
        x = x.unsqueeze(1).expand(size)
        c = self.centres.unsqueeze(0).expand(size)
        distances = (x - c).pow(2).sum(-1).pow(0.5) / torch.exp(self.log_sigmas).unsqueeze(0)
        return self.linear(torch.exp(-1 * distances.pow(2)))


class MyBatchNorm(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, num_features))
        self.beta = nn.Parameter(torch.zeros(1, num_features))
        self.register_buffer("moving_mean", torch.zeros(1, num_features))
        self.register_buffer("moving_var", torch.ones(1, num_features))

    def forward(self, X):
        if self.training:
            mean = X.mean(dim=0, keepdim=True)
            var = ((X - mean) ** 2).mean(dim=0, keepdim=True)
            X_hat = (X - mean) / torch.sqrt(var + 1e-5)
            self.moving_mean = 0.9 * self.moving_mean + 0.1 * mean.detach()
            self.moving_var = 0.9 * self.moving_var + 0.1 * var.detach()
        else:
            X_hat = (X - self.moving_mean) / torch.sqrt(self.moving_var + 1e-5)
        return self.gamma * X_hat + self.beta


class NeuralODEEuler(nn.Module):
    """One field, stepped ten times."""

    def __init__(self, d=2, steps=10):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(d + 1, 8), nn.Tanh(), nn.Linear(8, d))
        self.steps = steps

    def forward(self, y):
        dt = 1.0 / self.steps
        for i in range(self.steps):
            t = torch.full_like(y[:, :1], i * dt)
            y = y + dt * self.f(torch.cat([y, t], dim=1))
        return y


class CapsuleLayer(nn.Module):
    def __init__(self, n_in=6, d_in=4, n_out=3, d_out=5, routings=2):
        super().__init__()
        self.W = nn.Parameter(0.1 * torch.randn(1, n_in, n_out, d_out, d_in))
        self.routings = routings

    @staticmethod
    def squash(s, dim=-1):
        n2 = (s**2).sum(dim=dim, keepdim=True)
        return n2 / (1 + n2) * s / (n2.sqrt() + 1e-8)

    def forward(self, x):
        u_hat = (self.W @ x[:, :, None, :, None]).squeeze(-1)
        b = torch.zeros_like(u_hat[..., :1])
        for _ in range(self.routings):
            c = F.softmax(b, dim=2)
            v = self.squash((c * u_hat).sum(dim=1, keepdim=True))
            b = b + (u_hat * v).sum(-1, keepdim=True)
        return v.squeeze(1).norm(dim=-1)
