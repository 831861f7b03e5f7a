"""A composite to be: blocks and wires, before equal ones are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import Tensor

from gradviz.spec.model import Block, Wire


class UnsaidError(Exception):
    """A module that blocks cannot say, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Draft:
    """What a module's call is in blocks.

    ``inner`` are the drafts of blocks that are composites themselves, by the names of the blocks.
    ``weights`` say which parameter or buffer of the model each of the draft's is, by their names;
    ``constants`` are tensors that it has of its own, by the names of their blocks.
    """

    title: str
    blocks: list[Block] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    inner: dict[str, Draft] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Tensor] = field(default_factory=dict)
    rows: dict[str, list[Draft]] = field(default_factory=dict)
    grad: bool = True
    container: bool = False

    def state(self) -> Iterator[tuple[str, str | Tensor]]:
        """What each tensor of the built model is, by its name there: the name of a parameter or
        buffer of the imported module, or a constant.
        """
        yield from self.weights.items()
        yield from self.constants.items()
        again = {block.name for block in self.blocks if block.same}
        for name, inner in self.inner.items():
            if name in again:
                continue
            members = self.rows.get(name)
            if members is None:
                yield from ((f"{name}.{each}", of) for each, of in inner.state())
            for i, member in enumerate(members or ()):
                yield from ((f"{name}.{i}.{each}", of) for each, of in member.state())
