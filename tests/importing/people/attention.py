"""Attention written by hand, and transformers made of it."""
# ruff: noqa: N806, RET504, UP008

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


class SelfAttention(nn.Module):
    """One head, three matrices."""

    def __init__(self, d_in, d_out, qkv_bias=False):
        super().__init__()
        self.W_query = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_key = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_value = nn.Linear(d_in, d_out, bias=qkv_bias)

    def forward(self, x):
        keys = self.W_key(x)
        queries = self.W_query(x)
        values = self.W_value(x)
        attn_scores = queries @ keys.transpose(1, 2)
        attn_weights = torch.softmax(attn_scores / keys.shape[-1] ** 0.5, dim=-1)
        context_vec = attn_weights @ values
        return context_vec


def attention(query, key, value, mask=None, dropout=None):
    "Weights of the values, and their sum"
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


def clones(module, N):  # noqa: N803
    "N copies of a layer, each with its own weights"
    return nn.ModuleList([copy.deepcopy(module) for _ in range(N)])


class MultiHeadedAttention(nn.Module):
    def __init__(self, h, d_model, dropout=0.1):
        super(MultiHeadedAttention, self).__init__()
        assert d_model % h == 0
        self.d_k = d_model // h
        self.h = h
        self.linears = clones(nn.Linear(d_model, d_model), 4)
        self.attn = None
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        nbatches = query.size(0)
        query, key, value = (
            lin(x).view(nbatches, -1, self.h, self.d_k).transpose(1, 2)
            for lin, x in zip(self.linears, (query, key, value))  # noqa: B905
        )
        x, self.attn = attention(query, key, value, mask=mask, dropout=self.dropout)
        x = x.transpose(1, 2).contiguous().view(nbatches, -1, self.h * self.d_k)
        return self.linears[-1](x)


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        pe = pe.unsqueeze(0)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[:, : x.size(1)].requires_grad_(False)
        return self.dropout(x)


class SublayerConnection(nn.Module):
    """A residual connection around any sublayer of the same size, which comes as a function."""

    def __init__(self, size, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))


class EncoderLayer(nn.Module):
    def __init__(self, size, self_attn, feed_forward, dropout):
        super().__init__()
        self.self_attn = self_attn
        self.feed_forward = feed_forward
        self.sublayer = clones(SublayerConnection(size, dropout), 2)

    def forward(self, x, mask):
        x = self.sublayer[0](x, lambda x: self.self_attn(x, x, x, mask))
        return self.sublayer[1](x, self.feed_forward)


class AnnotatedEncoder(nn.Module):
    def __init__(self, vocab=20, N=2, d_model=8, d_ff=16, h=2, dropout=0.1):  # noqa: N803
        super().__init__()
        self.d_model = d_model
        self.lut = nn.Embedding(vocab, d_model)
        self.pe = PositionalEncoding(d_model, dropout)
        ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))
        layer = EncoderLayer(d_model, MultiHeadedAttention(h, d_model), ff, dropout)
        self.layers = clones(layer, N)
        self.norm = nn.LayerNorm(d_model)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src):
        src_mask = (src != 0).unsqueeze(-2)
        x = self.pe(self.lut(src) * math.sqrt(self.d_model))
        for layer in self.layers:
            x = layer(x, src_mask)
        return self.norm(x)


class EinsumAttention(nn.Module):
    def __init__(self, dim, heads=2):
        super().__init__()
        self.heads, self.dim_head = heads, dim // heads
        self.to_qkv = nn.Linear(dim, dim * 3, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, _ = x.shape
        qkv = self.to_qkv(x).chunk(3, dim=-1)
        q, k, v = (t.view(b, n, self.heads, self.dim_head) for t in qkv)
        dots = torch.einsum("bihd,bjhd->bhij", q, k) * self.dim_head**-0.5
        attn = dots.softmax(dim=-1)
        out = torch.einsum("bhij,bjhd->bihd", attn, v)
        return self.to_out(out.reshape(b, n, -1))


class AdditiveAttentionPooling(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.proj = nn.Linear(hidden, hidden)
        self.v = nn.Parameter(torch.randn(hidden) / hidden**0.5)

    def forward(self, h):
        energy = torch.tanh(self.proj(h)) @ self.v
        alpha = F.softmax(energy, dim=1)
        return (alpha.unsqueeze(-1) * h).sum(dim=1), alpha


class CrossAttention(nn.Module):
    """Latents look at a context, fused by PyTorch."""

    def __init__(self, n_latents=4, d=8, d_ctx=6, heads=2):
        super().__init__()
        self.latents = nn.Parameter(torch.randn(n_latents, d))
        self.heads = heads
        self.q = nn.Linear(d, d)
        self.kv = nn.Linear(d_ctx, 2 * d)
        self.o = nn.Linear(d, d)

    def forward(self, context):
        B = context.shape[0]
        q = self.q(self.latents).unsqueeze(0).repeat(B, 1, 1)
        k, v = self.kv(context).split(q.shape[-1], dim=-1)
        q, k, v = map(lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2), (q, k, v))  # noqa: C417
        y = F.scaled_dot_product_attention(q, k, v)
        return self.o(y.transpose(1, 2).flatten(2))
