"""Convolutions over time and text, and models of signals."""
# ruff: noqa: UP008

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm


class Chomp1d(nn.Module):
    def __init__(self, chomp_size):
        super(Chomp1d, self).__init__()
        self.chomp_size = chomp_size

    def forward(self, x):
        return x[:, :, : -self.chomp_size].contiguous()


class TemporalBlock(nn.Module):
    def __init__(self, n_inputs, n_outputs, kernel_size, stride, dilation, padding, dropout=0.2):
        super(TemporalBlock, self).__init__()
        self.conv1 = weight_norm(
            nn.Conv1d(
                n_inputs,
                n_outputs,
                kernel_size,
                stride=stride,
                padding=padding,
                dilation=dilation,
            )
        )
        self.chomp1 = Chomp1d(padding)
        self.relu1 = nn.ReLU()
        self.dropout1 = nn.Dropout(dropout)

        self.conv2 = weight_norm(
            nn.Conv1d(
                n_outputs,
                n_outputs,
                kernel_size,
                stride=stride,
                padding=padding,
                dilation=dilation,
            )
        )
        self.chomp2 = Chomp1d(padding)
        self.relu2 = nn.ReLU()
        self.dropout2 = nn.Dropout(dropout)

        self.net = nn.Sequential(
            self.conv1,
            self.chomp1,
            self.relu1,
            self.dropout1,
            self.conv2,
            self.chomp2,
            self.relu2,
            self.dropout2,
        )
        self.downsample = nn.Conv1d(n_inputs, n_outputs, 1) if n_inputs != n_outputs else None
        self.relu = nn.ReLU()

    def forward(self, x):
        out = self.net(x)
        res = x if self.downsample is None else self.downsample(x)
        return self.relu(out + res)


class TCN(nn.Module):
    def __init__(self, num_inputs, num_channels, kernel_size=2, dropout=0.2):
        super(TCN, self).__init__()
        layers = []
        num_levels = len(num_channels)
        for i in range(num_levels):
            dilation_size = 2**i
            in_channels = num_inputs if i == 0 else num_channels[i - 1]
            out_channels = num_channels[i]
            layers += [
                TemporalBlock(
                    in_channels,
                    out_channels,
                    kernel_size,
                    stride=1,
                    dilation=dilation_size,
                    padding=(kernel_size - 1) * dilation_size,
                    dropout=dropout,
                )
            ]
        self.network = nn.Sequential(*layers)
        self.linear = nn.Linear(num_channels[-1], 2)

    def forward(self, x):
        y1 = self.network(x)
        return self.linear(y1[:, :, -1])


class CausalConv1d(nn.Conv1d):
    """A Conv1d that pads on the left by itself."""

    def forward(self, x):
        pad = (self.kernel_size[0] - 1) * self.dilation[0]
        return super().forward(F.pad(x, (pad, 0)))


class WaveNet(nn.Module):
    """Gated units; every layer gives a skip, and the skips are summed."""

    def __init__(self, channels=6, layers=4, classes=8):
        super().__init__()
        self.front = CausalConv1d(1, channels, 2)
        self.dilated = nn.ModuleList()
        self.residual = nn.ModuleList()
        self.skip = nn.ModuleList()
        for i in range(layers):
            self.dilated.append(CausalConv1d(channels, 2 * channels, 2, dilation=2**i))
            self.residual.append(nn.Conv1d(channels, channels, 1))
            self.skip.append(nn.Conv1d(channels, channels, 1))
        self.post = nn.Sequential(
            nn.ReLU(), nn.Conv1d(channels, channels, 1), nn.ReLU(), nn.Conv1d(channels, classes, 1)
        )

    def forward(self, x):
        x = self.front(x)
        skips = 0
        for dilated, residual, skip in zip(self.dilated, self.residual, self.skip, strict=True):
            filt, gate = torch.chunk(dilated(x), 2, dim=1)
            z = torch.tanh(filt) * torch.sigmoid(gate)
            skips = skips + skip(z)
            x = x + residual(z)
        return self.post(skips)


class TextCNN(nn.Module):
    def __init__(self, vocab=40, dim=10, n_filters=4, filter_sizes=(2, 3, 4), n_out=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.convs = nn.ModuleList([nn.Conv2d(1, n_filters, (fs, dim)) for fs in filter_sizes])
        self.fc = nn.Linear(len(filter_sizes) * n_filters, n_out)
        self.dropout = nn.Dropout(0.5)

    def forward(self, text):
        embedded = self.embedding(text).unsqueeze(1)
        conved = [F.relu(conv(embedded)).squeeze(3) for conv in self.convs]
        pooled = [F.max_pool1d(conv, conv.shape[2]).squeeze(2) for conv in conved]
        cat = self.dropout(torch.cat(pooled, dim=1))
        return self.fc(cat)


class CRNN(nn.Module):
    """Convolutions, then a recurrent layer over the width: reading lines of text."""

    def __init__(self, n_class=7):
        super().__init__()
        self.cnn = nn.Sequential()
        for i, (cin, cout) in enumerate([(1, 4), (4, 8)]):
            self.cnn.add_module(f"conv{i}", nn.Conv2d(cin, cout, 3, 1, 1))
            self.cnn.add_module(f"relu{i}", nn.ReLU(True))
            self.cnn.add_module(f"pooling{i}", nn.MaxPool2d((4, 2), (4, 2)))
        self.rnn = nn.LSTM(8, 6, bidirectional=True)
        self.embedding = nn.Linear(12, n_class)

    def forward(self, x):
        conv = self.cnn(x)
        _b, _c, h, _w = conv.size()
        assert h == 1, "the height of conv must be 1"
        conv = conv.squeeze(2)
        conv = conv.permute(2, 0, 1)  # [w, b, c]
        recurrent, _ = self.rnn(conv)
        t, b, h = recurrent.size()
        output = self.embedding(recurrent.view(t * b, h))
        output = output.view(t, b, -1)
        return F.log_softmax(output, dim=2)


class FourierMixing(nn.Module):
    """FNet: the real part of a Fourier transform in attention's place."""

    def __init__(self, dim=8):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        x = self.norm(x + torch.fft.fft2(x, dim=(-2, -1)).real)
        return x + self.ff(x)
