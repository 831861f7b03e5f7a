"""The model that was asked for: blocks, the wires between them, and composites of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

Setting: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
Size = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Formula = Annotated[str, Meta(pattern="^=")]
"""A setting that is calculated, as in a spreadsheet: ``=channels * 2``. Inside of a composite it
may use the composite's parameters, and in a repeated block ``index``, which counts from 0.
"""
DType: TypeAlias = Literal["", "float16", "bfloat16", "float32", "float64"]


class Choice(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of a catalogue (a loss, an optimizer, a dataset) with its settings."""

    kind: str
    settings: dict[str, Setting] = {}


class Block(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A block of the model; ``name`` becomes the attribute of the built ``nn.Module``.

    ``kind`` is one of the catalogue or a composite of the model. With ``repeat`` above 1 there are
    as many in a row, each fed by the one before, with weights of their own unless ``shared``.
    ``init`` names for parameters a function of `torch.nn.init`; ``frozen`` ones are not trained.
    ``position`` is where its middle stands on the canvas; y grows downwards.

    With ``same`` it is one more call of the module of another block of the same diagram, so it has
    its weights and running statistics: its kind is the other's, and its settings are not its own.
    ``tied`` names parameters, by their names in the block, that are those of another block:
    ``{"weight": "tokens.weight"}``, or just the name of a Parameter block.
    """

    name: str
    kind: str
    settings: dict[str, Setting] = {}
    repeat: Size | Formula = 1
    shared: bool = False
    init: dict[str, Choice] = {}
    frozen: bool = False
    dtype: DType = ""
    position: tuple[float, float] | None = None
    same: str = ""
    tied: dict[str, str] = {}


class Wire(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A tensor's way from an output of a block to an input of another: ``"lstm.h"`` to ``"add.b"``.

    The input may be left out where the block has a single one, and the output where it is the
    first.
    """

    source: str = field(name="from")
    target: str = field(name="to")


class Composite(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Several blocks made into one, which other blocks have as their kind.

    Its Input and Output blocks are its ports. ``parameters`` are the settings of its own, with
    their defaults; the settings of its blocks may be formulas over them. One without ``grad`` is a
    region under ``torch.no_grad()``.
    """

    name: str
    note: str = ""
    parameters: dict[str, Setting] = {}
    blocks: tuple[Block, ...]
    wires: tuple[Wire, ...] = ()
    grad: bool = True


class Model(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Blocks and the wires between them: a directed acyclic graph; and what its composites are.

    With several Output blocks it gives a tuple, and the loss takes the first.
    """

    blocks: tuple[Block, ...]
    wires: tuple[Wire, ...] = ()
    composites: tuple[Composite, ...] = ()

    @property
    def ends(self) -> int:
        """How many tensors it gives."""
        return sum(block.kind == "Output" for block in self.blocks)


Diagram: TypeAlias = Model | Composite
"""What has blocks and wires."""
