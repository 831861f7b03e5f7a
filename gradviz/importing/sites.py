"""Where parameters are used: those that are used in two places stay in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import nn

from gradviz.importing.frames import Called, Frame, Owned
from gradviz.importing.owned import tensors_of
from gradviz.importing.structure import values_in
from gradviz.importing.words import SHARED

Chain = tuple[int, ...]


def mark_shared(root: Frame, module: nn.Module) -> None:
    """Give a trouble to the innermost module around two uses of one parameter or buffer."""
    owned = {name: id(each) for name, each in tensors_of(module).items()}
    frames: dict[int, Frame] = {}
    uses: dict[int, list[Chain]] = {}
    for chain, key in _uses(root, (), owned, frames):
        uses.setdefault(key, []).append(chain)
    for chains in uses.values():
        if len(chains) > 1:
            first, *others = chains
            depth = min(_common(first, other) for other in others)
            frames[first[depth - 1]].troubles.append(SHARED)


def _common(chain: Chain, other: Chain) -> int:
    """How many frames from the outermost on two chains share."""
    pairs = enumerate(zip(chain, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(chain), len(other)))


def _uses(
    frame: Frame, above: Chain, owned: Mapping[str, int], frames: dict[int, Frame]
) -> Iterator[tuple[Chain, int]]:
    chain = (*above, id(frame))
    frames[id(frame)] = frame
    direct = {
        owned[value.name]
        for step in frame.steps
        for value in values_in((step.args, step.kwargs))
        if isinstance(value, Owned)
    }
    yield from ((chain, key) for key in direct)
    for step in frame.steps:
        if isinstance(step, Called):
            if step.frame is not None:
                yield from _uses(step.frame, chain, owned, frames)
            else:
                own = {id(each) for each in (*step.module.parameters(), *step.module.buffers())}
                yield from ((chain, key) for key in own)
