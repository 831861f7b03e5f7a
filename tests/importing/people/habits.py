"""Less common habits: own autograd functions, hooks, parametrizations, recursion, plain lists."""
# ruff: noqa: UP008

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize, prune


class ReverseGrad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


class DANN(nn.Module):
    """Domain-adversarial: the domain head trains the features the other way."""

    def __init__(self, lambda_=0.5):
        super(DANN, self).__init__()
        self.lambda_ = lambda_
        self.features = nn.Sequential(nn.Linear(6, 8), nn.ReLU())
        self.label = nn.Linear(8, 3)
        self.domain = nn.Linear(8, 2)

    def forward(self, x):
        f = self.features(x)
        return self.label(f), self.domain(ReverseGrad.apply(f, self.lambda_))


class SignSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= 1)


class BinaryLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, SignSTE.apply(self.weight), self.bias)


class Symmetric(nn.Module):
    def forward(self, w):
        return w.triu() + w.triu(1).transpose(-1, -2)


class SymmetricNet(nn.Module):
    def __init__(self, d=4):
        super().__init__()
        self.layer = nn.Linear(d, d)
        parametrize.register_parametrization(self.layer, "weight", Symmetric())

    def forward(self, x):
        return (x * self.layer(x)).sum(-1)


def pruned():
    """Half of a weight is masked by a hook that runs before forward."""
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
    prune.l1_unstructured(net[0], name="weight", amount=0.5)
    return net


class HookedFeatures(nn.Module):
    """A hook on a layer changes what it gives."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 5)
        self.fc2 = nn.Linear(5, 1)
        self.fc1.register_forward_hook(lambda module, args, output: output * 0.5)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class PlainList(nn.Module):
    """The layers in the list are not registered, so only the head can be trained."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(4, 4), nn.Linear(4, 4)]
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


class UnetBlock(nn.Module):
    """Each level holds the next deeper one."""

    def __init__(self, outer, inner, submodule=None):
        super().__init__()
        down = [nn.Conv2d(outer, inner, 4, 2, 1), nn.InstanceNorm2d(inner)]
        width = inner if submodule is None else 2 * inner
        up = [nn.ReLU(), nn.ConvTranspose2d(width, outer, 4, 2, 1)]
        middle = [] if submodule is None else [submodule]
        self.model = nn.Sequential(nn.LeakyReLU(0.2), *down, *middle, *up)

    def forward(self, x):
        return torch.cat([x, self.model(x)], 1)


def recursive_unet():
    block = UnetBlock(8, 8)
    block = UnetBlock(6, 8, block)
    return nn.Sequential(nn.Conv2d(3, 6, 1), block, nn.Conv2d(12, 1, 1))


class Fractal(nn.Module):
    def __init__(self, d, depth):
        super().__init__()
        self.short = nn.Linear(d, d)
        self.long = nn.Sequential(Fractal(d, depth - 1), Fractal(d, depth - 1)) if depth else None

    def forward(self, x):
        y = torch.relu(self.short(x))
        return y if self.long is None else (y + self.long(x)) / 2


class MethodsOfParts(nn.Module):
    """Calls methods of a part and reads its weight, never the part itself."""

    class Codec(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.up = nn.Linear(8, 3), nn.Linear(3, 8)

        def encode(self, x):
            return torch.tanh(self.down(x))

        def decode(self, z):
            return self.up(z)

    def __init__(self):
        super().__init__()
        self.codec = self.Codec()
        self.prior = nn.Linear(3, 3)

    def forward(self, x):
        z = self.codec.encode(x)
        z = z + self.prior(z)
        return self.codec.decode(z), self.codec.down.weight.abs().mean()


class Classifier(nn.Module):
    """Logits, their softmax and the class as a whole number."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.Softplus(), nn.Linear(8, 4))

    def forward(self, x, temperature=2.0, return_probs=True):
        logits = self.net(x) / temperature
        pred = logits.argmax(dim=1)
        if return_probs:
            return {"logits": logits, "probs": logits.softmax(1), "extra": (pred, [pred == 0])}
        return logits


class MLPAsSequential(nn.Sequential):
    def __init__(self, *dims):
        super().__init__()
        for i in range(len(dims) - 1):
            self.append(nn.Linear(dims[i], dims[i + 1]))
            self.append(nn.Hardswish())


class Maxout(nn.Module):
    def __init__(self, d_in, d_out, pieces=3):
        super().__init__()
        self.d_out, self.pieces = d_out, pieces
        self.lin = nn.Linear(d_in, d_out * pieces)
        self.norms = nn.ParameterDict({"scale": nn.Parameter(torch.ones(d_out))})

    def forward(self, inputs):
        shape = [*inputs.size()[:-1], self.d_out, self.pieces]
        m, _ = self.lin(inputs).view(*shape).max(-1)
        return m * self.norms["scale"]


class VideoNet(nn.Module):
    """Clips of (N, C, T, H, W)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(3, 4, (3, 3, 3), padding=1)
        self.bn1 = nn.BatchNorm3d(4)
        self.pool = nn.MaxPool3d((1, 2, 2))
        self.conv2 = nn.Conv3d(4, 6, (3, 1, 1), bias=False)
        self.fc = nn.Linear(6, 2)

    def forward(self, clip):
        x = self.pool(torch.relu(self.bn1(self.conv1(clip))))
        x = torch.relu_(self.conv2(x))
        return self.fc(x.mean((-3, -2, -1)))


def in_double():
    return nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1)).double()
