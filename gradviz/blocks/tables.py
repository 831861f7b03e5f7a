"""The tables that a project's names are looked up in; `gradviz.blocks.catalogue` fills them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from torch import nn, optim

from gradviz.spec.catalogue import Catalogue

Parameters: TypeAlias = Iterable[nn.Parameter]

BLOCKS: Catalogue[nn.Module] = Catalogue("block")
LOSSES: Catalogue[nn.Module] = Catalogue("loss")
OPTIMIZERS: Catalogue[optim.Optimizer] = Catalogue("optimizer")
