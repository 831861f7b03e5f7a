"""Sets, points and graphs, and layers that make other layers' weights."""
# ruff: noqa: N806, UP008

import math

import torch
import torch.nn.functional as F
from torch import nn


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super(GraphConvolution, self).__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        support = torch.mm(input, self.weight)
        output = torch.mm(adj, support)
        if self.bias is not None:
            return output + self.bias
        return output


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super(GCN, self).__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass, bias=False)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, training=self.training)
        x = self.gc2(x, adj)
        return F.log_softmax(x, dim=1)


class GATLayer(nn.Module):
    def __init__(self, d_in=4, d_out=3):
        super().__init__()
        self.W = nn.Parameter(torch.empty(d_in, d_out))
        self.a = nn.Parameter(torch.empty(2 * d_out, 1))
        nn.init.xavier_uniform_(self.W.data, gain=1.414)
        nn.init.xavier_uniform_(self.a.data, gain=1.414)
        self.leakyrelu = nn.LeakyReLU(0.2)

    def forward(self, h, adj):
        Wh = h @ self.W
        d = Wh.shape[-1]
        e = torch.matmul(Wh, self.a[:d]) + torch.matmul(Wh, self.a[d:]).transpose(-1, -2)
        e = self.leakyrelu(e)
        zero_vec = -9e15 * torch.ones_like(e)
        attention = torch.where(adj > 0, e, zero_vec)
        attention = F.softmax(attention, dim=-1)
        return F.elu(torch.matmul(attention, Wh))


class MessagePassing(nn.Module):
    """Edges as a list of pairs; index_add gathers the messages."""

    def __init__(self, d=4):
        super().__init__()
        self.message = nn.Linear(2 * d, d)
        self.update = nn.GRUCell(d, d)

    def forward(self, x, edge_index):
        src, dst = edge_index
        m = torch.relu(self.message(torch.cat([x[src], x[dst]], dim=-1)))
        agg = torch.zeros_like(x).index_add(0, dst, m)
        return self.update(agg, x)


class DeepSets(nn.Module):
    def __init__(self, d=3, h=8):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(d, h), nn.ELU(), nn.Linear(h, h))
        self.rho = nn.Sequential(nn.Linear(h, h), nn.ELU(), nn.Linear(h, 1))

    def forward(self, x):
        return self.rho(self.phi(x).sum(dim=-2))


class TNet(nn.Module):
    def __init__(self, k=3):
        super().__init__()
        self.conv1 = nn.Conv1d(k, 8, 1)
        self.conv2 = nn.Conv1d(8, 16, 1)
        self.fc = nn.Linear(16, k * k)
        self.k = k

    def forward(self, input):
        bs = input.size(0)
        xb = F.relu(self.conv2(F.relu(self.conv1(input))))
        pool = nn.MaxPool1d(xb.size(-1))(xb)
        flat = nn.Flatten(1)(pool)
        init = torch.eye(self.k).repeat(bs, 1, 1)
        return self.fc(flat).view(-1, self.k, self.k) + init


class PointNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.input_transform = TNet(3)
        self.conv = nn.Conv1d(3, 16, 1)
        self.bn = nn.BatchNorm1d(16)
        self.fc = nn.Linear(16, classes)

    def forward(self, points):
        matrix3x3 = self.input_transform(points.transpose(1, 2))
        xb = torch.bmm(points, matrix3x3).transpose(1, 2)
        xb = F.relu(self.bn(self.conv(xb)))
        xb = torch.max(xb, 2)[0]
        return self.fc(xb), matrix3x3


class FiLM(nn.Module):
    def __init__(self, channels=4, cond=3):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding="same")
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.film = nn.Linear(cond, channels * 2)

    def forward(self, x, condition):
        gamma, beta = torch.split(self.film(condition), self.conv.out_channels, dim=1)
        h = self.norm(self.conv(x))
        h = torch.addcmul(beta[..., None, None], gamma[..., None, None], h)
        return F.relu(h).amax(dim=(2, 3))


class HyperLinear(nn.Module):
    """One input makes the weights with which the other is multiplied."""

    def __init__(self, d_in=3, d_out=2, d_z=4):
        super().__init__()
        self.d_in, self.d_out = d_in, d_out
        self.hyper = nn.Linear(d_z, d_in * d_out + d_out)

    def forward(self, x, z):
        params = self.hyper(z)
        w = params[:, : self.d_in * self.d_out].view(-1, self.d_out, self.d_in)
        b = params[:, self.d_in * self.d_out :]
        return torch.baddbmm(b.unsqueeze(-1), w, x.unsqueeze(-1)).squeeze(-1)


class SpanScorer(nn.Module):
    """Every start against every end."""

    def __init__(self, d=6):
        super().__init__()
        self.start, self.end = nn.Linear(d, 4), nn.Linear(d, 4)
        self.biaffine = nn.Bilinear(4, 4, 1)

    def forward(self, h):
        n = h.size(1)
        s = F.leaky_relu(self.start(h), 0.1).unsqueeze(2).expand(-1, -1, n, -1)
        e = F.leaky_relu(self.end(h), 0.1).unsqueeze(1).expand(-1, n, -1, -1)
        scores = self.biaffine(s.contiguous(), e.contiguous()).squeeze(-1)
        return scores.masked_fill(torch.ones(n, n).tril(-1).bool(), -1e4)
