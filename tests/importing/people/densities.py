"""Flows, quantised codes, diffusion, pixel by pixel."""
# ruff: noqa: RET504

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


class AffineCoupling(nn.Module):
    def __init__(self, dim, hidden=16):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(dim // 2, hidden), nn.ReLU(), nn.Linear(hidden, dim // 2 * 2)
        )

    def forward(self, x):
        x_a, x_b = torch.chunk(x, 2, dim=1)
        log_s, t = self.net(x_a).chunk(2, dim=1)
        s = torch.sigmoid(log_s + 2.0)
        y_b = (x_b + t) * s
        log_det = torch.sum(torch.log(s), dim=1)
        return torch.cat([x_a, y_b], dim=1), log_det


class RealNVP(nn.Module):
    def __init__(self, dim=4, n_flows=3):
        super().__init__()
        self.flows = nn.ModuleList([AffineCoupling(dim) for _ in range(n_flows)])

    def forward(self, x):
        log_det_total = torch.zeros(x.shape[0], device=x.device)
        for flow in self.flows:
            x, log_det = flow(x)
            x = x.flip(1)
            log_det_total += log_det
        log_pz = -0.5 * (x**2 + math.log(2 * math.pi)).sum(dim=1)
        return x, log_pz + log_det_total


class VectorQuantizer(nn.Module):
    def __init__(self, n_e=8, e_dim=4, beta=0.25):
        super().__init__()
        self.n_e, self.e_dim, self.beta = n_e, e_dim, beta
        self.embedding = nn.Embedding(n_e, e_dim)
        self.embedding.weight.data.uniform_(-1.0 / n_e, 1.0 / n_e)

    def forward(self, z):
        z = z.permute(0, 2, 3, 1).contiguous()
        z_flattened = z.view(-1, self.e_dim)
        d = (
            torch.sum(z_flattened**2, dim=1, keepdim=True)
            + torch.sum(self.embedding.weight**2, dim=1)
            - 2 * torch.matmul(z_flattened, self.embedding.weight.t())
        )
        min_encoding_indices = torch.argmin(d, dim=1)
        z_q = self.embedding(min_encoding_indices).view(z.shape)
        loss = torch.mean((z_q.detach() - z) ** 2) + self.beta * torch.mean((z_q - z.detach()) ** 2)
        # preserve gradients
        z_q = z + (z_q - z).detach()
        return z_q.permute(0, 3, 1, 2), loss, min_encoding_indices


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 4, 4, 2, 1))
        self.codebook = VectorQuantizer()
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(4, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)
        )

    def forward(self, x):
        z_q, loss, _ = self.codebook(self.encoder(x))
        return self.decoder(z_q), loss


class SinusoidalPosEmb(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        device = x.device
        half_dim = self.dim // 2
        emb = math.log(10000) / (half_dim - 1)
        emb = torch.exp(torch.arange(half_dim, device=device) * -emb)
        emb = x[:, None] * emb[None, :]
        emb = torch.cat((emb.sin(), emb.cos()), dim=-1)
        return emb


class TimeBlock(nn.Module):
    def __init__(self, cin, cout, time_dim):
        super().__init__()
        self.norm = nn.GroupNorm(2, cin)
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)
        self.time = nn.Linear(time_dim, 2 * cout)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x, t):
        h = self.conv(F.silu(self.norm(x)))
        scale, shift = self.time(F.silu(t))[:, :, None, None].chunk(2, dim=1)
        return h * (1 + scale) + shift + self.skip(x)


class Denoiser(nn.Module):
    """A diffusion U-Net: an image and a time step."""

    def __init__(self, ch=4, time_dim=8):
        super().__init__()
        self.time_mlp = nn.Sequential(
            SinusoidalPosEmb(time_dim), nn.Linear(time_dim, time_dim), nn.SiLU()
        )
        self.stem = nn.Conv2d(1, ch, 3, padding=1)
        self.downs = nn.ModuleList(
            [TimeBlock(ch, 2 * ch, time_dim), TimeBlock(2 * ch, 4 * ch, time_dim)]
        )
        self.mid = TimeBlock(4 * ch, 4 * ch, time_dim)
        self.ups = nn.ModuleList(
            [TimeBlock(8 * ch, 2 * ch, time_dim), TimeBlock(4 * ch, ch, time_dim)]
        )
        self.final = nn.Conv2d(ch, 1, 1)

    def forward(self, x, time):
        t = self.time_mlp(time)
        x = self.stem(x)
        h = []
        for down in self.downs:
            x = down(x, t)
            h.append(x)
            x = F.avg_pool2d(x, 2)
        x = self.mid(x, t)
        for up in self.ups:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = up(torch.cat((x, h.pop()), dim=1), t)
        return self.final(x)


class MaskedConv2d(nn.Conv2d):
    """A convolution that sees only the pixels before: the mask multiplies the weight."""

    def __init__(self, mask_type, *args, **kwargs):
        super().__init__(*args, **kwargs)
        assert mask_type in ("A", "B")
        self.register_buffer("mask", self.weight.data.clone())
        _, _, height, width = self.weight.size()
        self.mask.fill_(1)
        self.mask[:, :, height // 2, width // 2 + (mask_type == "B") :] = 0
        self.mask[:, :, height // 2 + 1 :] = 0

    def forward(self, x):
        self.weight.data *= self.mask
        return super().forward(x)


def pixel_cnn(fm=6, levels=4):
    return nn.Sequential(
        MaskedConv2d("A", 1, fm, 7, 1, 3, bias=False),
        nn.BatchNorm2d(fm),
        nn.ReLU(True),
        MaskedConv2d("B", fm, fm, 7, 1, 3, bias=False),
        nn.BatchNorm2d(fm),
        nn.ReLU(True),
        nn.Conv2d(fm, levels, 1),
    )


class SNCritic(nn.Module):
    def __init__(self, ch=4):
        super().__init__()
        self.c1 = spectral_norm(nn.Conv2d(3, ch, 3, 2, 1))
        self.c2 = spectral_norm(nn.Conv2d(ch, 2 * ch, 3, 2, 1))
        self.l = spectral_norm(nn.Linear(2 * ch, 1))

    def forward(self, x):
        h = F.leaky_relu(self.c2(F.leaky_relu(self.c1(x), 0.1)), 0.1)
        return self.l(h.sum(dim=(2, 3)))
