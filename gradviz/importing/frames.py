"""What a module's forward did when it was called once: the ops and calls in it, in their order.

Each call has a frame, and tensors have names in it: what came in, what a step gave, what belongs to
the model. So a frame reads like the code of one ``forward``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from msgspec import Struct
from torch import Tensor, nn

from gradviz.engine.building.forms import Form
from gradviz.importing.layers import Layer


class In(Struct, frozen=True):
    """A tensor that the call was given; distinct ones are counted."""

    index: int


class Out(Struct, frozen=True):
    """A tensor that a step gave."""

    step: int
    place: int = 0


class Owned(Struct, frozen=True):
    """A parameter or buffer, by its name in the whole model."""

    name: str


class Fixed(Struct, frozen=True):
    """A tensor that was there before and belongs to nobody, such as a plain attribute."""

    number: int


Ref: TypeAlias = In | Out | Owned | Fixed


@dataclass
class Op:
    """A torch function that ran. ``args``, ``kwargs`` and ``result`` have refs for tensors.

    ``constant`` has the tensors that came out where nothing that varies went in.
    """

    function: Callable[..., Any]
    name: str
    args: Any
    kwargs: Any
    result: Any
    outputs: list[Form]
    grad: bool
    constant: list[Tensor] | None = None


@dataclass
class Called:
    """A module that was called. ``args``, ``kwargs`` and ``result`` have refs of the frame that
    called it; ``frame`` is what it did, None for a ``layer``, which is one block.
    ``pattern`` is how its results are taken apart.
    """

    module: nn.Module
    name: str
    args: Any
    kwargs: Any
    frame: Frame | None = None
    layer: Layer | None = None
    pattern: str = ""
    result: Any = None
    outputs: list[Form] = field(default_factory=list)
    grad: bool = True


@dataclass
class Frame:
    """A module's call from the inside. ``troubles`` say why blocks cannot do the same; ``fixed``
    are the tensors that `Fixed` names, ``aliases`` the names that a tensor had before a step gave
    it back as it was.
    """

    module: nn.Module
    name: str
    inputs: list[Form] = field(default_factory=list)
    steps: list[Op | Called] = field(default_factory=list)
    result: Any = None
    troubles: list[str] = field(default_factory=list)
    fixed: dict[int, Tensor] = field(default_factory=dict)
    aliases: dict[Ref, Ref] = field(default_factory=dict)

    def form(self, ref: Ref) -> Form | None:
        """The shape and dtype of a tensor of the frame; None for what belongs to the model."""
        if isinstance(ref, In):
            return self.inputs[ref.index]
        if isinstance(ref, Out):
            return self.steps[ref.step].outputs[ref.place]
        return None

    def calls(self) -> Iterator[Called]:
        """The modules that it called itself."""
        return (step for step in self.steps if isinstance(step, Called))
