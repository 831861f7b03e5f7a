"""The tables that a project's names are looked up in; `gradviz.blocks.catalogue` fills them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from torch import Tensor, nn, optim

from gradviz.blocks.kinds import Blocks
from gradviz.spec.catalogue import Catalogue

Parameters: TypeAlias = Iterable[nn.Parameter]

BLOCKS = Blocks("block")
LOSSES: Catalogue[nn.Module] = Catalogue("loss")
OPTIMIZERS: Catalogue[optim.Optimizer] = Catalogue("optimizer")
SCHEDULERS: Catalogue[optim.lr_scheduler.LRScheduler] = Catalogue("scheduler")
INITS: Catalogue[Tensor] = Catalogue("initialisation")
