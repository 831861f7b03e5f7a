"""Layers for sequences: recurrent ones and attention. The batch is the first dimension."""

from __future__ import annotations

from typing import Annotated, Literal

import torch.nn.functional as F
from msgspec import Meta
from torch import Tensor, nn

from gradviz.blocks.cells import LSTMStep
from gradviz.blocks.positions import PositionalEncoding as PositionalEncodingModule
from gradviz.blocks.sizes import Count, Positive, Probability
from gradviz.blocks.tables import BLOCKS
from gradviz.spec.model import Size

Layers = Annotated[int, Meta(ge=1, le=1000)]


@BLOCKS.add("sequences", outputs="output, h", wants="(N, T, {input_size})")
def RNN(
    input_size: Size,
    hidden_size: Size,
    num_layers: Layers = 1,
    nonlinearity: Literal["tanh", "relu"] = "tanh",
    bias: bool = True,
    batch_first: bool = True,
    dropout: Probability = 0.0,
    bidirectional: bool = False,
) -> nn.Module:
    """Goes over a sequence with a hidden state that it hands from step to step.

    hₜ = tanh(W_ih · xₜ + b_ih + W_hh · hₜ₋₁ + b_hh)
    dhₜ₋₁ = W_hhᵀ · (dhₜ · (1 - hₜ²)), over and over: it vanishes or explodes
    """
    return nn.RNN(
        input_size,
        hidden_size,
        num_layers=num_layers,
        nonlinearity=nonlinearity,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
    )


@BLOCKS.add("sequences", outputs="output, (h, c)", wants="(N, T, {input_size})")
def LSTM(
    input_size: Size,
    hidden_size: Size,
    num_layers: Layers = 1,
    bias: bool = True,
    batch_first: bool = True,
    dropout: Probability = 0.0,
    bidirectional: bool = False,
    proj_size: Count = 0,
) -> nn.Module:
    """An RNN with a cell that gates write to and read from, so that gradients live longer.

    i, f, o = σ(W · [xₜ, hₜ₋₁]), g = tanh(W · [xₜ, hₜ₋₁])
    cₜ = f · cₜ₋₁ + i · g
    hₜ = o · tanh(cₜ)
    dcₜ₋₁ = f · dcₜ: as long as the gate is open the gradient stays
    """
    return nn.LSTM(
        input_size,
        hidden_size,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
        proj_size=proj_size,
    )


@BLOCKS.add("sequences", outputs="output, h", wants="(N, T, {input_size})")
def GRU(
    input_size: Size,
    hidden_size: Size,
    num_layers: Layers = 1,
    bias: bool = True,
    batch_first: bool = True,
    dropout: Probability = 0.0,
    bidirectional: bool = False,
) -> nn.Module:
    """An RNN with gates and without a cell: smaller than an LSTM.

    r, z = σ(W · [xₜ, hₜ₋₁])
    n = tanh(W · xₜ + r · (U · hₜ₋₁))
    hₜ = (1 - z) · n + z · hₜ₋₁
    dhₜ₋₁ = z · dhₜ + what comes through the gates
    """
    return nn.GRU(
        input_size,
        hidden_size,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
    )


@BLOCKS.add("sequences", inputs=("x", "h"), wants="(N, {input_size}) and (N, {hidden_size})")
def RNNCell(
    input_size: Size,
    hidden_size: Size,
    bias: bool = True,
    nonlinearity: Literal["tanh", "relu"] = "tanh",
) -> nn.Module:
    """One step of an RNN: from an input and the hidden state to the next one.

    y = tanh(W_ih · x + b_ih + W_hh · h + b_hh)
    dh = W_hhᵀ · (dy · (1 - y²))
    """
    return nn.RNNCell(input_size, hidden_size, bias=bias, nonlinearity=nonlinearity)


@BLOCKS.add("sequences", inputs=("x", "h"), wants="(N, {input_size}) and (N, {hidden_size})")
def GRUCell(input_size: Size, hidden_size: Size, bias: bool = True) -> nn.Module:
    """One step of a GRU: from an input and the hidden state to the next one.

    y = (1 - z) · n + z · h, z and n as in GRU
    dh = z · dy + what comes through the gates
    """
    return nn.GRUCell(input_size, hidden_size, bias=bias)


@BLOCKS.add(
    "sequences",
    inputs=("x", "h", "c"),
    outputs="next_h, next_c",
    wants="(N, {input_size}), (N, {hidden_size}) and (N, {hidden_size})",
)
def LSTMCell(input_size: Size, hidden_size: Size, bias: bool = True) -> nn.Module:
    """One step of an LSTM: from an input, the hidden state and the cell to the next ones.

    next_c = f · c + i · g, the gates as in LSTM
    next_h = o · tanh(next_c)
    dc = f · dnext_c
    """
    return LSTMStep(input_size, hidden_size, bias=bias)


@BLOCKS.add(
    "sequences",
    inputs=("query", "key", "value"),
    outputs="output, weights",
    wants="(N, T, {embed_dim}), (N, S, E) and (N, S, E)",
)
def MultiheadAttention(
    embed_dim: Size,
    num_heads: Size,
    dropout: Probability = 0.0,
    bias: bool = True,
    batch_first: bool = True,
    add_bias_kv: bool = False,
    add_zero_attn: bool = False,
    kdim: Size | None = None,
    vdim: Size | None = None,
) -> nn.Module:
    """Each place of the query takes what it needs from all places of the value.

    output = softmax(Q · Kᵀ / √d) · V for each head, joined and multiplied by W_o
    dV = weightsᵀ · doutput
    dweights = doutput · Vᵀ
    """
    return nn.MultiheadAttention(
        embed_dim,
        num_heads,
        dropout=dropout,
        bias=bias,
        batch_first=batch_first,
        add_bias_kv=add_bias_kv,
        add_zero_attn=add_zero_attn,
        kdim=kdim,
        vdim=vdim,
    )


@BLOCKS.add("sequences")
def ScaledDotProductAttention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    dropout_p: Probability = 0.0,
    is_causal: bool = False,
) -> Tensor:
    """Attention without weights of its own; a causal one does not look ahead.

    y = softmax(Q · Kᵀ / √d) · V
    dV = weightsᵀ · dy
    dQ = dscores · K / √d
    dK = dscoresᵀ · Q / √d
    """
    return F.scaled_dot_product_attention(
        query, key, value, dropout_p=dropout_p, is_causal=is_causal
    )


@BLOCKS.add("sequences", wants="(N, T, {d_model})")
def TransformerEncoderLayer(
    d_model: Size,
    nhead: Size,
    dim_feedforward: Size = 2048,
    dropout: Probability = 0.1,
    activation: Literal["relu", "gelu"] = "relu",
    batch_first: bool = True,
    norm_first: bool = False,
    layer_norm_eps: Positive = 1e-5,
    bias: bool = True,
) -> nn.Module:
    """Attention and two linear layers, each with a residual connection and a LayerNorm.

    a = norm(x + attention(x))
    y = norm(a + linear(activation(linear(a))))
    dx = what comes back through the layers, and dy straight along the ways around them
    """
    return nn.TransformerEncoderLayer(
        d_model,
        nhead,
        dim_feedforward=dim_feedforward,
        dropout=dropout,
        activation=activation,
        batch_first=batch_first,
        norm_first=norm_first,
        layer_norm_eps=layer_norm_eps,
        bias=bias,
    )


@BLOCKS.add("sequences", inputs=("tgt", "memory"), wants="(N, T, {d_model}) twice")
def TransformerDecoderLayer(
    d_model: Size,
    nhead: Size,
    dim_feedforward: Size = 2048,
    dropout: Probability = 0.1,
    activation: Literal["relu", "gelu"] = "relu",
    batch_first: bool = True,
    norm_first: bool = False,
    layer_norm_eps: Positive = 1e-5,
    bias: bool = True,
) -> nn.Module:
    """An encoder layer that also looks at what an encoder gave, its memory.

    a = norm(tgt + attention(tgt))
    b = norm(a + attention(a, memory))
    y = norm(b + linear(activation(linear(b))))
    dtgt = what comes back through the layers, and dy straight along the ways around them
    dmemory = what comes back through the second attention
    """
    return nn.TransformerDecoderLayer(
        d_model,
        nhead,
        dim_feedforward=dim_feedforward,
        dropout=dropout,
        activation=activation,
        batch_first=batch_first,
        norm_first=norm_first,
        layer_norm_eps=layer_norm_eps,
        bias=bias,
    )


@BLOCKS.add("sequences", wants="(N, T, {d_model}), T up to {max_len}")
def PositionalEncoding(d_model: Size, max_len: Size = 512) -> nn.Module:
    """Adds waves to a sequence, so that attention can tell its places apart.

    y[t, 2i] = x[t, 2i] + sin(t / 10000^(2i / d))
    y[t, 2i+1] = x[t, 2i+1] + cos(t / 10000^(2i / d))
    dx = dy
    """
    return PositionalEncodingModule(d_model, max_len)
