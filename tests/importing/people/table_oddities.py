"""The people who write formulas, graphs and nests, and those who write what they like."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from tests.importing.people import formulas, graphs, odd, structure
from tests.importing.people.person import Person, given, normal, uniform, whole


def neighbours(n: int) -> Callable[[], Tensor]:
    """A normalised adjacency of a ring of nodes with loops."""
    ring = torch.eye(n) + torch.eye(n).roll(1, 0) + torch.eye(n).roll(-1, 0)
    return lambda: ring / 3


FORMULAS = (
    Person("MyLinear", lambda: formulas.MyLinear(4, 3), given(normal(2, 4))),
    Person("LinearRegression", formulas.LinearRegression, given(normal(3, 1))),
    Person("Polynomial3", formulas.Polynomial3, given(normal(3))),
    Person("Siren", formulas.Siren, given(normal(3, 2))),
    Person("NeRF", formulas.NeRF, given(normal(3, 6))),
    Person("FourierFeatures", formulas.FourierFeatures, given(uniform(3, 2))),
    Person("RBFNetwork", formulas.RBFNetwork, given(normal(3, 2))),
    Person("MyBatchNorm", lambda: formulas.MyBatchNorm(4), given(normal(3, 4))),
    Person("NeuralODEEuler", formulas.NeuralODEEuler, given(normal(3, 2))),
    Person("CapsuleLayer", formulas.CapsuleLayer, given(normal(2, 6, 4))),
)

STRUCTURE = (
    Person("MLP", lambda: structure.mlp(6, 8, 8, 2, act=nn.Tanh), given(normal(3, 6))),
    Person("Chimera", structure.chimera, given(normal(2, 20))),
    Person("House", structure.House, given(normal(2, 6))),
    Person("TwelveBlocks", structure.TwelveBlocks, given(normal(2, 6))),
    Person("OddOneOut", structure.OddOneOut, given(normal(2, 6))),
    Person("SharedTwice", structure.SharedTwice, given(normal(2, 5))),
    Person("SharedInARow", structure.shared_in_a_row, given(normal(2, 4))),
    Person("TiedAutoencoder", structure.TiedAutoencoder, given(uniform(2, 10))),
    Person("Adapter", lambda: structure.Adapter(nn.Linear(6, 4)), given(normal(2, 6))),
    Person("FrozenBackbone", structure.FrozenBackbone, given(normal(2, 6))),
    Person("UnusedPart", structure.UnusedPart, given(normal(2, 4))),
    Person("ActivationGiven", structure.ActivationGiven, given(normal(2, 5))),
    Person(
        "ActivationGivenAsModule",
        lambda: structure.ActivationGiven(activation=nn.Softsign()),
        given(normal(2, 5)),
    ),
)

ODD = (
    Person("IfMean", odd.IfMean, given(normal(3, 4)), python=True),
    Person("OuterOfIf", odd.OuterOfIf, given(normal(3, 6))),
    Person("HalvedUntilSmall", odd.HalvedUntilSmall, given(normal(3, 6)), python=True),
    Person("SparseMoE", odd.SparseMoE, given(normal(3, 6)), python=True),
    Person("AdaptiveDepth", odd.AdaptiveDepth, given(normal(3, 5)), python=True),
    Person("StochasticDepth", odd.StochasticDepth, given(normal(3, 4)), python=True),
    Person(
        "PackedLSTM",
        odd.PackedLSTM,
        given(whole(12, 3, 5), lambda: torch.tensor([5, 2, 4])),
        python=True,
    ),
    Person("TopKGate", odd.TopKGate, given(normal(3, 4))),
    Person("SumOfArgs", odd.SumOfArgs, given(normal(2, 4), normal(2, 4), normal(2, 4))),
    Person(
        "Parallel",
        lambda: odd.Parallel([nn.Linear(4, 2), nn.Tanh(), nn.Linear(4, 3)]),
        given(normal(2, 4)),
    ),
    Person("Checkpointed", odd.Checkpointed, given(normal(2, 6))),
    Person("Standardize", odd.Standardize, given(normal(3, 4))),
    Person("TotalVariation", odd.TotalVariation, given(uniform(2, 3, 6, 6))),
    Person(
        "FixedBatchRNN",
        lambda: odd.FixedBatchRNN(batch_size=2),
        given(normal(2, 4, 3)),
        fixed_batch=True,
    ),
)

GRAPHS = (
    Person(
        "GCN",
        lambda: graphs.GCN(4, 6, 3, dropout=0.5),
        given(normal(5, 4), neighbours(5)),
        fixed_batch=True,
    ),
    Person("GATLayer", graphs.GATLayer, given(normal(5, 4), neighbours(5)), fixed_batch=True),
    Person(
        "MessagePassing",
        graphs.MessagePassing,
        given(normal(4, 4), whole(4, 2, 6)),
        fixed_batch=True,
    ),
    Person("DeepSets", graphs.DeepSets, given(normal(2, 5, 3))),
    Person("TNet", graphs.TNet, given(normal(2, 3, 7))),
    Person("PointNet", graphs.PointNet, given(normal(2, 7, 3))),
    Person("FiLM", graphs.FiLM, given(uniform(2, 3, 6, 6), normal(2, 3))),
    Person("HyperLinear", graphs.HyperLinear, given(normal(2, 3), normal(2, 4))),
    Person("SpanScorer", graphs.SpanScorer, given(normal(2, 5, 6))),
)

ODDITIES = FORMULAS + STRUCTURE + ODD + GRAPHS
