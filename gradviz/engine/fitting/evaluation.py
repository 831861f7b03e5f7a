"""A model on samples that it does not learn from, without a trace of it left in the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from gradviz.engine.fitting.tally import Tally
from gradviz.engine.loop.loop import Loop
from gradviz.engine.loop.seed import seeded
from gradviz.engine.session.checkpoint import Copies
from gradviz.engine.session.contents import Contents


def evaluate(
    loop: Loop, loader: Iterable[Any], *, seed: int, stop: Callable[[], bool]
) -> Tally | None:
    """What comes of all batches of a loader in eval mode, without a gradient; None if it was told
    to ``stop`` on the way.

    Model and loss are then as they were, their modes and buffers included, and so are all random
    generators; what is random here begins with the seed each time.
    """
    copies = Copies()
    parts: list[object] = [loop.model, loop.loss_fn]
    before = Contents(parts, keep=copies.keep)
    tally = Tally(loop)
    try:
        with seeded(seed), torch.no_grad():
            for part in parts:
                if isinstance(part, nn.Module):
                    part.eval()
            for batch in loader:
                if stop():
                    return None
                prepared = loop.prepared(batch, loader)
                tally.add(prepared, loop.forward(prepared))
    finally:
        before.put_back(get=copies.get, secure=lambda _tensor: None)
    return tally
